import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { probeHttp } from '../../../src/lib/probe/http.ts';
import { authority } from '../../helpers/certificates.ts';
import { freePort } from '../../helpers/ports.ts';

const never = new AbortController().signal;

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A server that sends this text after the first bytes of a request, and ends the connection. */
const sayingOnce = (text: string | Buffer) =>
  createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(text));
  });

const probe = (port: number, scheme = 'http') =>
  probeHttp(new URL(`${scheme}://service.lan:${port}/`), '127.0.0.1', never);

const measured = { stats: { sent: 1, received: 1, meanMs: expect.any(Number) } };
const unmeasured = { stats: { sent: 1, received: 1 }, unmeasurable: expect.any(String) };
const off = { stats: { sent: 1, received: 0 } };

test.each([
  ['lines that end in LF', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
  ['a control character in a cookie', 'HTTP/1.1 200 OK\r\nSet-Cookie: a=\x01b\r\nContent-Length: 2\r\n\r\nok'],
  [
    'a length and chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ],
  ['a header of 40 KB', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(40_000)}\r\nContent-Length: 0\r\n\r\n`],
  ['a redirect to itself', 'HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n'],
  ['no reason phrase', 'HTTP/1.0 401\r\n\r\n'],
  ['101 for no question', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ['100 Continue first', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'],
])('an answer of HTTP with %s is measured', async (_, text) => {
  expect(await probe(await portOf(sayingOnce(text)))).toMatchObject(measured);
});

test.each([
  ['no head', '<html>HTTP/0.9</html>'],
  ['a header of 100 KB', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(100_000)}\r\n\r\n`],
  ['a blank in a header’s name', 'HTTP/1.1 200 OK\r\nX A B\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
  ['nothing but 100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['an alert of TLS', Buffer.from([0x15, 3, 1, 0, 2, 2, 10])],
  ['the greeting of another protocol', '220 mail.example ESMTP\r\n'],
  ['half a head', 'HTTP/1.1 200 OK\r\nContent-'],
])('an answer with %s is one, without a latency', async (_, text) => {
  expect(await probe(await portOf(sayingOnce(text)))).toMatchObject(unmeasured);
});

test('a server that speaks first has answered', async () => {
  const server = createServer((socket) => void socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.9\r\n'));
  expect(await probe(await portOf(server))).toMatchObject(unmeasured);
});

test('nothing that answers is off: a refusal, a hang-up, an empty reply', async () => {
  expect(await probe(await freePort())).toEqual(off);
  expect(await probe(await portOf(sayingOnce('')))).toEqual(off);
  const resetting = createServer((socket) => void socket.on('error', () => undefined).resetAndDestroy());
  expect(await probe(await portOf(resetting))).toEqual(off);
  expect(await probe(await portOf(sayingOnce('')), 'https')).toEqual(off);
});

test.each([
  ['plain HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port'],
  ['an alert: unrecognized name', Buffer.from([0x15, 3, 3, 0, 2, 2, 112])],
  ['an alert: internal error', Buffer.from([0x15, 3, 3, 0, 2, 2, 80])],
  ['an alert: protocol version, of SSL 3', Buffer.from([0x15, 3, 0, 0, 2, 2, 70])],
])('https: %s is an answer', async (_, bytes) => {
  expect(await probe(await portOf(sayingOnce(bytes)), 'https')).toMatchObject(unmeasured);
});

/** A web server over TLS. */
function secure(options: TlsOptions = {}, name = 'service') {
  const { folder, issue } = authority();
  issue(name, 'DNS:service.lan', 30);
  const read = (file: string) => readFileSync(join(folder, file));
  return createTlsServer({ key: read(`${name}.key`), cert: read(`${name}.pem`), ...options }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
  }).on('tlsClientError', () => undefined) as Server;
}

test('https: the certificate’s dates are there, whoever has signed it', async () => {
  const { certificate, ...rest } = await probe(await portOf(secure()), 'https');
  expect(rest).toMatchObject(measured);
  const days = ((certificate?.validTo.getTime() ?? 0) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(29.9);
  expect(days).toBeLessThan(30.1);
  expect(certificate?.validFrom.getTime()).toBeLessThanOrEqual(Date.now());
});

test('https: TLS 1.0 and 1.1 are spoken, and weak ciphers', async () => {
  for (const version of ['TLSv1', 'TLSv1.1'] as const) {
    const server = secure({ minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' });
    expect(await probe(await portOf(server), 'https')).toMatchObject(measured);
  }
});

test('https: a server that wants a certificate has answered', async () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const server = secure({ requestCert: true, rejectUnauthorized: true, maxVersion });
    expect(await probe(await portOf(server), 'https')).toMatchObject({ stats: { sent: 1, received: 1 } });
  }
});

test('any answer is a result', async () => {
  let bytes: Uint8Array = new Uint8Array();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(bytes));
  });
  const port = await portOf(server);
  const head = fc.constantFrom('', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 ', 'HTTP/1.1 503 X\r\n\r\n');
  const anything = fc.tuple(head, fc.uint8Array({ maxLength: 60 }));
  await fc.assert(
    fc.asyncProperty(anything, fc.constantFrom('http', 'https'), async ([text, tail], scheme) => {
      bytes = Buffer.concat([Buffer.from(text), tail]);
      const { stats } = await probe(port, scheme);
      expect(stats.sent).toBe(1);
      expect([0, 1]).toContain(stats.received);
      expect(stats.meanMs ?? 0).toBeGreaterThanOrEqual(0);
      // Nothing was sent, or a server failed: only these are no answer.
      if (stats.received === 0) expect(bytes.length === 0 || text.includes('503')).toBe(true);
    }),
    { numRuns: 200 },
  );
});
