import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { embedded, run, running } from '../helpers/cli.ts';
import { freePort } from '../helpers/ports.ts';

test('health queries the running agent', async () => {
  const settings = { ...(await embedded()), HTTP_PORT: String(await freePort()) };
  expect(await run(settings, 'health')).toMatchObject({
    status: 1,
    output: expect.stringContaining('Is the agent running?'),
  });
  await running(settings);
  expect(await run(settings, 'health')).toEqual({ status: 0, output: '✓ testling is healthy\n' });
  expect(await run({ HTTP_PORT: '0' }, 'health')).toMatchObject({ status: 2 });
});

test('health sends the token, and works without it', async () => {
  const settings = { ...(await embedded()), HTTP_PORT: String(await freePort()) };
  await running({ ...settings, HTTP_TOKEN: 'open-sesame-24-7' });
  expect(await run({ ...settings, HTTP_TOKEN: 'open-sesame-24-7' }, 'health')).toEqual({
    status: 0,
    output: '✓ testling is healthy\n',
  });
  expect(await run(settings, 'health')).toEqual({ status: 0, output: '✓ The agent is healthy\n' });
});

test.each([
  [{ status: 'failing', reasons: ['off\u001b[31m\nfine', 7] }, '✗ off\ufffd[31m fine\n✗ 7\n'],
  [null, expect.stringContaining('The agent is not healthy')],
  [{ reasons: 'many' }, expect.stringContaining('The agent is not healthy')],
])('another program on the port that answers %j', async (answer, output) => {
  const server = createServer((_, response) => response.end(JSON.stringify(answer))).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await run({ HTTP_PORT: String(port) }, 'health')).toEqual({ status: 1, output });
});

test('health reads the settings file, and of it no other settings', async () => {
  const settings = { ...(await embedded()), HTTP_PORT: String(await freePort()) };
  await running({ ...settings, HTTP_TOKEN: 'open-sesame-24-7' });
  const folder = mkdtempSync(join(tmpdir(), 'health-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'settings');
  const health = (HTTP_PORT: string) => run({ HTTP_PORT }, '--env', file, 'health');
  writeFileSync(file, 'HTTP_TOKEN=open-sesame-24-7\nHOST_SCHEDULE=now and then\n');
  expect(await health(settings.HTTP_PORT)).toEqual({ status: 0, output: '✓ testling is healthy\n' });
  expect(await health('first')).toEqual({
    status: 2,
    output: expect.stringMatching(/^[^\n]+\n {2}HTTP_PORT: [^\n]+\n$/),
  });
  writeFileSync(file, 'HTTP_TOKEN\n');
  expect(await health(settings.HTTP_PORT)).toEqual({ status: 2, output: expect.stringContaining(`${file}, line 1`) });
});

test('health does not load fetch, which takes memory at each health check of a container', async () => {
  const settings = { ...(await embedded()), HTTP_PORT: String(await freePort()) };
  await running(settings);
  const folder = mkdtempSync(join(tmpdir(), 'health-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const script = join(folder, 'no-fetch.cjs');
  writeFileSync(script, `Object.defineProperty(globalThis, 'fetch', { get() { throw new Error('fetch'); } });`);
  expect(await run({ ...settings, NODE_OPTIONS: `--require ${script}` }, 'health')).toMatchObject({ status: 0 });
});
