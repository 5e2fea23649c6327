import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HaRest, UntrustedCertificateError } from '../../src/lib/ha-rest.ts';
import { FrozenServerError } from '../../src/lib/http-answer.ts';
import { Secret } from '../../src/model/secret.ts';
import { authority } from '../helpers/certificates.ts';

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function restAt(url: string) {
  const rest = new HaRest(new URL(url));
  onTestFinished(() => rest.close());
  return rest;
}

const request = (more: object = {}) => ({
  path: 'api/',
  token: new Secret('right'),
  authorities: undefined,
  signal: AbortSignal.timeout(5000),
  ...more,
});

async function start(listener: RequestListener) {
  const server = createServer(listener);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  onTestFinished(() => server.closeAllConnections());
  const port = await listen(server);
  return { rest: restAt(`http://127.0.0.1:${port}/ha`), connections: () => connections };
}

test('the token is a header of each request below the base path, and one connection is kept', async () => {
  const seen: unknown[] = [];
  const { rest, connections } = await start(({ url, headers }, response) => {
    seen.push([url, headers.authorization]);
    response.end('{}');
  });
  await rest.get(request());
  expect(await rest.get(request({ path: 'api/config', token: undefined }))).toMatchObject({ status: 200, body: '{}' });
  expect(seen).toEqual([
    ['/ha/api/', 'Bearer right'],
    ['/ha/api/config', undefined],
  ]);
  expect(connections()).toBe(1);
});

test('a redirect is an answer, and not followed', async () => {
  const { rest, connections } = await start((_, response) => response.writeHead(307, { Location: '/there' }).end());
  expect(await rest.get(request())).toMatchObject({ status: 307, headers: { location: '/there' } });
  expect(connections()).toBe(1);
});

test('an answer ends at a megabyte', async () => {
  const { rest } = await start((_, response) => response.end('x'.repeat(3 * 1024 ** 2)));
  expect((await rest.get(request())).body.length).toBe(1024 ** 2);
});

test('one that accepts connections and says nothing is frozen', async () => {
  const { rest } = await start(() => undefined);
  await expect(rest.get(request({ signal: AbortSignal.timeout(200) }))).rejects.toThrow(FrozenServerError);
});

test('a signal that has been aborted ends the request at once', async () => {
  const { rest } = await start((_, response) => response.end());
  await expect(rest.get(request({ signal: AbortSignal.abort(new Error('over')) }))).rejects.toThrow('over');
});

test('over TLS nothing is sent unless the certificate is trusted', async () => {
  const own = authority();
  own.issue('good', 'IP:127.0.0.1');
  const pem = (name: string) => readFileSync(join(own.folder, name), 'utf8');
  const requests: unknown[] = [];
  const server = createTlsServer({ key: pem('good.key'), cert: pem('good.pem') }, ({ url }, response) => {
    requests.push(url);
    response.end();
  });
  onTestFinished(() => server.closeAllConnections());
  const rest = restAt(`https://127.0.0.1:${await listen(server)}`);
  await expect(rest.get(request())).rejects.toThrow(UntrustedCertificateError);
  expect(requests).toEqual([]);
  // Another set of authorities needs another connection.
  const { certificate } = await rest.get(request({ authorities: [pem('ca.pem')] }));
  expect(certificate).toMatchObject({ validTo: expect.any(Date), problem: undefined });
  await expect(rest.get(request())).rejects.toThrow(UntrustedCertificateError);
  expect(requests).toEqual(['/api/']);
});
