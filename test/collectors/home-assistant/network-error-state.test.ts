import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { hintOfVisit } from '../../../src/collectors/home-assistant/instance-details-cache.ts';
import { visitInstance } from '../../../src/collectors/home-assistant/visit-instance.ts';
import { HaRest } from '../../../src/lib/ha-rest.ts';
import { Secret } from '../../../src/model/secret.ts';
import { authority } from '../../helpers/certificates.ts';
import { withoutLimits } from '../../helpers/clock.ts';

async function urlOf(server: Server): Promise<URL> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return new URL(`https://localhost:${(server.address() as AddressInfo).port}`);
}

/** A Home Assistant that greets, and has to take no token. */
function startGreeting(server: TlsServer): void {
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.send('{"type":"auth_required","ha_version":"2026.11.0"}'));
}

async function visitBothWays(url: URL, authorities?: string[]) {
  withoutLimits();
  const visits = [];
  for (const token of [undefined, new Secret('right')]) {
    const rest = new HaRest(url);
    visits.push(await visitInstance(rest, url, { token, authorities }, () => true, new AbortController().signal));
    rest.close();
  }
  return visits;
}

const sayingOnce = (text: string | Buffer) =>
  createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(text));
  });
const fatalAlert = (code: number) => Buffer.from([0x15, 3, 3, 0, 2, 2, code]);

test.each([
  [40, 'handshake failure', 'has no certificate for localhost'],
  [70, 'protocol version', 'localhost'],
  [80, 'internal error', 'has no certificate for localhost'],
  [112, 'unrecognized name', 'has no certificate for localhost'],
  [116, 'certificate required', 'requires a client certificate'],
  [49, 'access denied', 'localhost'],
])('the TLS alert %d, %s, is told as such', async (code, name, remedy) => {
  for (const visit of await visitBothWays(await urlOf(sayingOnce(fatalAlert(code))))) {
    expect(visit).toMatchObject({ state: 'tls_refused', reachable: false });
    expect(hintOfVisit(visit)).toContain(`refuses the TLS handshake (${name})`);
    expect(hintOfVisit(visit)).toContain(remedy);
  }
});

test.each(['HTTP/1.1 400 Bad Request\r\n\r\n', 'SSH-2.0-OpenSSH_9.2\r\n', '220 mail.example ESMTP\r\n'])(
  'no TLS: %j',
  async (text) => {
    for (const visit of await visitBothWays(await urlOf(sayingOnce(text)))) {
      expect(visit).toMatchObject({ state: 'wrong_protocol', reachable: false });
      expect(hintOfVisit(visit)).toContain('use http://');
    }
  },
);

test('a TLS too old to be spoken', async () => {
  const own = authority();
  own.issue('good', 'DNS:localhost');
  const pem = (name: string) => readFileSync(join(own.folder, name), 'utf8');
  const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const server = createTlsServer({ key: pem('good.key'), cert: pem('good.pem'), ...old });
  for (const visit of await visitBothWays(await urlOf(server))) expect(visit.state).toBe('tls_refused');
});

test.each([
  ['self-signed', 'ca', /self-signed.*HA_CA_FILE/],
  ['without its issuer’s', 'good', /whole chain \(fullchain\.pem\).*HA_CA_FILE/],
])('a certificate that is %s', async (_, name, hint) => {
  const own = authority();
  own.issue('good', 'DNS:localhost');
  const pem = (file: string) => readFileSync(join(own.folder, file), 'utf8');
  const server = createTlsServer({ key: pem(`${name}.key`), cert: pem(`${name}.pem`) });
  startGreeting(server);
  for (const visit of await visitBothWays(await urlOf(server))) {
    expect(visit).toMatchObject({ state: 'certificate_untrusted', reachable: true, version: '2026.11.0' });
    expect(hintOfVisit(visit)).toMatch(hint);
  }
});
