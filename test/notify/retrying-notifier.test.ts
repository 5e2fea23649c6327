import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { Secret } from '../../src/model/secret.ts';
import { RetryingNotifier } from '../../src/notify/retrying-notifier.ts';
import { startNotificationServer } from '../helpers/notification-server.ts';
import { freePort } from '../helpers/ports.ts';
import { until } from '../helpers/until.ts';

function posting(authorization?: Secret) {
  const lines: string[] = [];
  const log = createLog({ LOG_LEVEL: 'trace', LOG_FORMAT: 'text' }, {
    write: (line: string) => lines.push(line),
  } as never);
  const post = new RetryingNotifier(log, authorization, 0.05);
  onTestFinished(() => post.close());
  return { post, lines };
}

const numbers = (received: { body: Record<string, unknown> }[]) => received.map(({ body }) => body.number);
const letter = (url: string, number: number) => ({ url, body: JSON.stringify({ number }) });

test('messages arrive in order, with the token', async () => {
  const { url, received } = await startNotificationServer();
  const { post, lines } = posting(new Secret('Bearer sesame'));
  for (const number of [1, 2, 3]) post.send(letter(`${url}/topic`, number));
  await until('three letters', () => received.length === 3);
  expect(numbers(received)).toEqual([1, 2, 3]);
  expect(received[0]).toMatchObject({
    path: '/topic',
    headers: { authorization: 'Bearer sesame', 'content-type': 'application/json' },
  });
  expect(lines).toEqual([]);
});

test('a failing server is tried again; logged once, and once when it accepts messages again', async () => {
  const { url, received } = await startNotificationServer([500, 0, 429, 503]);
  const { post, lines } = posting();
  post.send(letter(`${url}/secret-topic`, 1));
  post.send(letter(`${url}/secret-topic`, 2));
  await until('both letters', () => received.length === 6);
  await until('both lines', () => lines.length === 2);
  expect(numbers(received)).toEqual([1, 1, 1, 1, 1, 2]);
  expect(lines[0]).toMatch(/warn {2}Notifications: http:\/\/127.0.0.1:\d+: HTTP status 500$/m);
  expect(lines[1]).toMatch(/accepts messages again/);
  expect(lines.join()).not.toContain('secret');
});

test.each([401, 404])('after %i a message is not sent again', async (status) => {
  const { url, received } = await startNotificationServer([status]);
  const { post, lines } = posting(new Secret('Bearer sesame'));
  post.send(letter(url, 1));
  post.send(letter(url, 2));
  await until('the second letter', () => received.length === 2);
  expect(numbers(received)).toEqual([1, 2]);
  expect(lines.join()).not.toContain('sesame');
  if (status === 401) expect(lines[0]).toContain('check NOTIFY_TOKEN');
});

test('redirects are not followed with the token', async () => {
  const { url, received } = await startNotificationServer([302]);
  const { post } = posting(new Secret('Bearer sesame'));
  post.send(letter(`${url}/here`, 1));
  await until('the second try', () => received.length === 2);
  expect(received.map(({ path }) => path)).toEqual(['/here', '/here']);
});

test('while the server is unreachable, the newest fifty messages wait', async () => {
  const port = await freePort();
  const { post, lines } = posting();
  for (let number = 0; number < 60; number += 1) post.send(letter(`http://127.0.0.1:${port}`, number));
  await until('a line', () => lines.length === 1);
  expect(lines[0]).toMatch(/ECONNREFUSED/);
  const { received } = await startNotificationServer([], port);
  await until('all letters', () => received.length === 50);
  expect(numbers(received)).toEqual(Array.from({ length: 50 }, (_, index) => index + 10));
});
