import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { program, startAgent } from '../helpers/agent.ts';
import { type Observer, observe } from '../helpers/observer.ts';
import { freePort } from '../helpers/ports.ts';
import { until } from '../helpers/until.ts';

/** Answers as the Supervisor does, to whoever shows the app's token; `broken`: answers of another form, which may not
 * end. */
async function supervisor(
  answers: Record<string, object>,
  broken: Record<string, { text: string; ends: boolean }> = {},
): Promise<{ url: string; asked: IncomingMessage[]; posted: string[] }> {
  const asked: IncomingMessage[] = [];
  const posted: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    request.on('data', (chunk: Buffer) => posted.push(chunk.toString()));
    const instead = broken[request.url ?? ''];
    if (instead !== undefined) {
      response.writeHead(200);
      if (instead.ends) response.end(instead.text);
      else response.write(instead.text);
      return;
    }
    const data = request.headers.authorization === 'Bearer the-token' ? answers[request.url ?? ''] : undefined;
    response.writeHead(data === undefined ? 400 : 200).end(
      // What Home Assistant itself answers is passed on as it is.
      JSON.stringify(
        data !== undefined && request.url?.startsWith('/core/api/')
          ? data
          : data === undefined
            ? { result: 'error', message: 'Service not enabled' }
            : { result: 'ok', data },
      ),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, posted };
}

/** The app as its container has it: its start, the program, and its options. */
function app(
  options: object,
  env: Record<string, string>,
  ...args: string[]
): { process: ChildProcess; output(): string } {
  const folder = mkdtempSync(join(tmpdir(), 'app-'));
  cpSync(join(import.meta.dirname, '../../ha-config/app/run.mjs'), join(folder, 'run.mjs'));
  cpSync(dirname(program), join(folder, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.map') });
  writeFileSync(join(folder, 'options.json'), JSON.stringify(options));
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [join(folder, 'run.mjs'), ...args], {
    cwd: folder,
    env: {
      PATH,
      SUPERVISOR_TOKEN: 'the-token',
      OPTIONS_FILE: join(folder, 'options.json'),
      HTTP_HOST: '127.0.0.1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    rmSync(folder, { recursive: true, force: true });
  });
  return { process: child, output: () => written };
}

/** What the app's embedded broker has. */
async function observeOnce({ output }: { output(): string }, port: number): Promise<Observer> {
  await until(`connected: ${output()}`, () => output().includes('MQTT: connected'), 30);
  return observe(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
}

test('broker and login come from the Supervisor, everything else from the options', async () => {
  const broker = await freePort();
  startAgent({ MQTT_URL: `embedded://127.0.0.1:${broker}` });
  const ingress = await freePort();
  const { url, asked } = await supervisor({
    '/services/mqtt': {
      host: '127.0.0.1',
      port: broker,
      username: 'addons',
      password: 'sesame',
      ssl: false,
      protocol: '3.1.1',
    },
    '/addons/self/info': { ingress_port: ingress },
  });
  const options = {
    agent_name: 'hassio',
    site: 'Berlin',
    nvme_schedule: 'off',
    other: [{ name: 'LOG_FORMAT', value: 'json' }],
  };
  const { process: child, output } = app(options, { SUPERVISOR_API: url, HTTP_ALLOWED_PEERS: '127.0.0.1' });
  await until(`connected: ${output()}`, () => output().includes('MQTT: connected'), 30);
  expect(asked.map(({ url: path }) => path)).toEqual(['/addons/self/info', '/services/mqtt', '/core/api/config']);
  // As ingress asks: under whatever name Home Assistant has.
  const health = await fetch(`http://127.0.0.1:${ingress}/health/`, { headers: { host: 'home.example.org' } });
  expect(await health.json()).toMatchObject({ agent: 'hassio', site: 'Berlin', status: 'ok' });
  const page = await fetch(`http://127.0.0.1:${ingress}/`, {
    headers: { 'x-ingress-path': '/api/hassio_ingress/abc' },
  });
  expect(await page.text()).toContain('/api/hassio_ingress/abc/');
  expect(output()).toMatch(/^\{"level":/m);
  expect(output()).not.toContain('sesame');
  const check = app(options, { SUPERVISOR_API: url, HTTP_ALLOWED_PEERS: '127.0.0.1' }, 'health');
  expect(await once(check.process, 'close'), check.output()).toEqual([0, null]);
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
});

test('its page answers the proxy of Home Assistant’s ingress, and nobody else', async () => {
  const ingress = await freePort();
  const { url } = await supervisor({ '/addons/self/info': { ingress_port: ingress } });
  const { output } = app(
    { mqtt_url: `embedded://127.0.0.1:${await freePort()}`, nvme_schedule: 'off', router_schedule: 'off' },
    { SUPERVISOR_API: url },
  );
  await until(`the page: ${output()}`, () => output().includes('Status page: '), 30);
  const page = await fetch(`http://127.0.0.1:${ingress}/`, {
    headers: { 'x-ingress-path': '/api/hassio_ingress/abc' },
  });
  expect(await page.text()).not.toContain('hassio_ingress');
});

test('without a broker it says what to do', async () => {
  const { url } = await supervisor({ '/addons/self/info': { ingress_port: 0 } });
  const { process: child, output } = app({}, { SUPERVISOR_API: url });
  const [code] = await once(child, 'close');
  expect({ code, output: output() }).toMatchObject({
    code: 2,
    output: expect.stringContaining('install the Mosquitto app, or set mqtt_url'),
  });
});

test('an app without a language takes that of Home Assistant once, as an option', async () => {
  const embedded = { nvme_schedule: 'off', router_schedule: 'off' };
  for (const [language, expected] of [
    ['de-CH', 'de'],
    ['fr', 'en'],
  ]) {
    const port = await freePort();
    const { url, asked, posted } = await supervisor({
      '/addons/self/info': { ingress_port: 0 },
      '/addons/self/options': {},
      '/core/api/config': { language },
    });
    const other = [{ name: 'LOG_FORMAT', value: 'json' }];
    const options = { ...embedded, mqtt_url: `embedded://127.0.0.1:${port}`, other };
    const first = app(options, { SUPERVISOR_API: url });
    const { topics } = await observeOnce(first, port);
    const config = () => [...topics].find(([topic]) => topic.startsWith('homeassistant/device/'))?.[1] ?? '';
    await until('an announcement', () => config() !== '', 30);
    expect(config().includes('CPU-Auslastung')).toBe(expected === 'de');
    expect(posted.map((body) => JSON.parse(body))).toEqual([{ options: { ...options, agent_language: expected } }]);
    asked.length = 0;
    const second = app(
      { ...options, mqtt_url: `embedded://127.0.0.1:${await freePort()}`, agent_language: 'en' },
      { SUPERVISOR_API: url },
    );
    await until('a connection', () => second.output().includes('MQTT: connected'), 30);
    expect(asked.map(({ url: path }) => path)).toEqual(['/addons/self/info']);
  }
});

test.each([
  ['a page', '<!doctype html><title>Starting</title>', true],
  ['nothing', '', true],
  ['null', 'null', true],
  ['half of it', '{"language": "de', true],
  ['another type', '{"language": ["de"], "data": "de"}', true],
  ['no end', '{"language": "de"', false],
])('the app starts where Home Assistant and the Supervisor answer with %s', async (_, text, ends) => {
  const { url, posted } = await supervisor(
    {},
    { '/core/api/config': { text, ends }, '/addons/self/info': { text: ends ? text : '{}', ends: true } },
  );
  const port = await freePort();
  const options = { mqtt_url: `embedded://127.0.0.1:${port}`, nvme_schedule: 'off', router_schedule: 'off' };
  const { output } = app(options, { SUPERVISOR_API: url });
  await until(`connected: ${output()}`, () => output().includes('MQTT: connected'), 40);
  expect(posted).toEqual([]);
});

test('a Supervisor whose answer about the broker is no JSON names none', async () => {
  const { url } = await supervisor({}, { '/services/mqtt': { text: '<!doctype html>', ends: true } });
  const { process: child, output } = app({}, { SUPERVISOR_API: url });
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(output()).toMatch(/^The Supervisor names no MQTT broker: /);
});
