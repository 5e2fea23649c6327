import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { RouteHandler } from '../../src/http/route.ts';
import { startStatusServer } from '../../src/http/server.ts';
import { until } from '../helpers/until.ts';

/** Larger than what the kernel takes for a client that reads nothing. */
const large = 'x'.repeat(16 * 1024 ** 2);

async function serve() {
  const answered = { large: 0, small: 0, health: 0 };
  const count = (path: keyof typeof answered, body: string) => () => {
    answered[path] += 1;
    return { status: 200, body };
  };
  const server = await startStatusServer(
    { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0 },
    new Map([
      ['/large', count('large', large)],
      ['/small', count('small', 'small')],
      ['/health/', count('health', 'well')],
    ]),
    { agent: 'nas', site: null },
  );
  onTestFinished(() => server.close());
  const pipeline = async (path: string, requests: number) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    socket.pause();
    await once(socket, 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(requests));
    return socket;
  };
  return { answered, url: server.url, pipeline };
}

test('of requests that are sent all at once, one is answered until its response is read', async () => {
  const { answered, url, pipeline } = await serve();
  const sockets = await Promise.all([pipeline('/large', 50), pipeline('/large', 50), pipeline('/large', 50)]);
  await until('each has its first answer', () => answered.large === sockets.length);
  for (let round = 0; round < 3; round += 1) expect(await (await fetch(`${url}/health/`)).text()).toBe('well');
  expect(answered.large).toBe(sockets.length);
  sockets[0]?.resume();
  await until('who reads gets the next one', () => answered.large > sockets.length);
});

test('responses come in the order of their requests', async () => {
  const { pipeline } = await serve();
  const socket = await pipeline('/small', 3);
  socket.write('GET /health/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  socket.resume();
  await once(socket, 'close');
  expect([...text.matchAll(/\r\n\r\n(small|well)/g)].map(([, body]) => body)).toEqual([
    'small',
    'small',
    'small',
    'well',
  ]);
});

test('what a client that has left has asked for is not answered', async () => {
  const { answered, url, pipeline } = await serve();
  const socket = await pipeline('/large', 50);
  await until('the first answer', () => answered.large === 1);
  socket.destroy();
  for (let round = 0; round < 3; round += 1) await (await fetch(`${url}/small`)).text();
  expect(answered).toEqual({ large: 1, small: 3, health: 0 });
});

test('a supervisor is answered before those who wait for their turn', async () => {
  const { answered, url, pipeline } = await serve();
  await Promise.all(Array.from({ length: 20 }, () => pipeline('/small', 90)));
  expect(await (await fetch(`${url}/health/`)).text()).toBe('well');
  expect(answered.small).toBeLessThan(20 * 90);
  await until('the others are answered, too', () => answered.small === 20 * 90);
});

test('a client that resets the connection in the middle of a response costs nobody else anything', async () => {
  const { answered, url, pipeline } = await serve();
  for (let round = 1; round <= 3; round += 1) {
    const sockets = await Promise.all(Array.from({ length: 5 }, () => pipeline('/large', 10)));
    await until('each has its first answer', () => answered.large === 5 * round);
    for (const socket of sockets) socket.resetAndDestroy();
    expect(await (await fetch(`${url}/health/`)).text()).toBe('well');
  }
  expect(answered.large).toBe(15);
});

test('a response with an error of its own ends no more than its connection', async () => {
  const broken: RouteHandler = () => ({
    status: 200,
    stream: (response) => {
      response.end('all');
      response.write('more');
    },
  });
  const server = await startStatusServer(
    { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0 },
    new Map<string, RouteHandler>([
      ['/broken', broken],
      ['/health/', () => ({ status: 200, body: 'well' })],
    ]),
    { agent: 'nas', site: null },
  );
  onTestFinished(() => server.close());
  await (await fetch(`${server.url}/broken`)).text().catch(() => undefined);
  expect(await (await fetch(`${server.url}/health/`)).text()).toBe('well');
});
