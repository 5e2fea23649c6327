import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createApiRoutes } from '../../src/http/api-routes.ts';
import type { RouteHandler } from '../../src/http/route.ts';
import { startStatusServer } from '../../src/http/server.ts';
import { UsageError } from '../../src/model/errors.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';

const collector = probe(async () => []);
const about = { agent: 'nas', site: 'Berlin' };

async function serve() {
  const state = stateOf(collector, [{ table: 'thing', device, reading: { level: 1 } }]);
  const server = await startStatusServer(
    { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0 },
    createApiRoutes([collector, probe(async () => [], 'off')], agent, state),
    about,
  );
  onTestFinished(() => server.close());
  return { state, url: server.url };
}

/** Sends bytes and returns everything received until the other side closes. */
const raw = (url: string, bytes: string) =>
  new Promise<string>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket
      .on('data', (chunk) => (answer += chunk))
      .on('close', () => resolve(answer))
      .on('error', reject);
  });

test.each(['/health/', '/health', '/health/?verbose=1', '/probe/status', '/probe/status/'])(
  '%s answers JSON',
  async (path) => {
    const { url } = await serve();
    const answer = await fetch(url + path);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await answer.json()).toHaveProperty('agent', 'nas');
  },
);

test('health is 503 while the broker is not connected, and 200 otherwise', async () => {
  const { state, url } = await serve();
  expect((await fetch(`${url}/health/`)).status).toBe(503);
  state.broker.connected = true;
  expect((await fetch(`${url}/health/`)).status).toBe(200);
});

test('an unknown path lists the known ones; a disabled collector has none', async () => {
  const { url } = await serve();
  for (const path of ['/off/status', '/../etc/passwd', '/constructor']) {
    const answer = await fetch(url + path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      ...about,
      endpoints: ['/health/', '/metrics', '/openapi.json', '/api', '/probe/status'],
    });
  }
});

test('HEAD has the headers and no body', async () => {
  const { url } = await serve();
  const answer = await fetch(`${url}/probe/status`, { method: 'HEAD' });
  expect(answer.status).toBe(200);
  expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(100);
  expect(await answer.text()).toBe('');
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('method %s is not allowed', async (method) => {
  const { url } = await serve();
  const answer = await fetch(`${url}/health/`, { method, ...(method === 'POST' ? { body: 'x'.repeat(100_000) } : {}) });
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('GET, HEAD');
});

test('a body that never ends is answered and the connection closed', async () => {
  const { url } = await serve();
  expect(await raw(url, 'POST /health/ HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n')).toMatch(
    /^HTTP\/1.1 405 [\s\S]*connection: close/i,
  );
});

test('headers that never end are cut off', async () => {
  const { url } = await serve();
  expect(await raw(url, 'GET /health/ HTTP/1.1\r\nhost: x\r\nslow: ')).toMatch(/^HTTP\/1.1 408/);
});

test('headers that are too long, and invalid HTTP, are refused', async () => {
  const { url } = await serve();
  expect(await raw(url, `GET / HTTP/1.1\r\nhost: x\r\nlong: ${'x'.repeat(10_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431/);
  expect(await raw(url, 'hello?\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
});

test('a route has its own content type and headers, and may stream until the server closes', async () => {
  const text: RouteHandler = ({ url }) => ({
    status: 200,
    headers: { 'content-type': 'text/plain', 'cache-control': 'max-age=60' },
    body: `at ${url}`,
  });
  const stream: RouteHandler = () => ({
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    stream: (response) => response.write('data: 1\n\n'),
  });
  const server = await startStatusServer(
    { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0 },
    new Map([
      ['/text', text],
      ['/stream', stream],
    ]),
    about,
  );
  onTestFinished(() => server.close());
  const answer = await fetch(`${server.url}/text?a=b`);
  expect([...answer.headers]).toEqual(
    expect.arrayContaining([
      ['content-type', 'text/plain'],
      ['cache-control', 'max-age=60'],
      ['x-content-type-options', 'nosniff'],
    ]),
  );
  expect(await answer.text()).toBe('at /text?a=b');
  expect(await (await fetch(`${server.url}/stream`, { method: 'HEAD' })).text()).toBe('');
  const reader = (await fetch(`${server.url}/stream`)).body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: 1\n\n');
  await server.close();
  await expect(reader?.read()).rejects.toThrow();
});

test('a route that throws is answered with 500, and the server goes on', async () => {
  const fails: RouteHandler = async () => {
    throw new Error('secret');
  };
  const server = await startStatusServer({ HTTP_HOST: '127.0.0.1', HTTP_PORT: 0 }, new Map([['/', fails]]), about);
  onTestFinished(() => server.close());
  const answer = await fetch(server.url);
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('secret');
});

test('/api leads to the OpenAPI document', async () => {
  const { url } = await serve();
  const answer = await fetch(`${url}/api`);
  expect(answer.url).toBe(`${url}/openapi.json`);
  expect(await answer.json()).toMatchObject({ openapi: '3.1.0' });
});

test('a port in use is named', async () => {
  const { url } = await serve();
  const taken = startStatusServer({ HTTP_HOST: '127.0.0.1', HTTP_PORT: Number(new URL(url).port) }, new Map(), about);
  await expect(taken).rejects.toThrow(UsageError);
  await expect(taken).rejects.toThrow(/^HTTP_PORT: port \d+ on 127.0.0.1 is in use/);
});
