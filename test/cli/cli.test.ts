import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import about from '../../package.json' with { type: 'json' };
import { type AgentProcess, startAgent } from '../helpers/agent.ts';
import { startMailbox } from '../helpers/mailbox.ts';
import { freePort } from '../helpers/ports.ts';
import { until } from '../helpers/until.ts';

const embedded = async () => ({ MQTT_URL: `embedded://127.0.0.1:${await freePort()}` });
const over = async (agent: AgentProcess) => ({ status: await agent.ended, output: agent.output() });
const run = (settings: Record<string, string>, ...args: string[]) => over(startAgent(settings, args));

async function running(settings: Record<string, string>): Promise<AgentProcess> {
  const agent = startAgent(settings);
  await until('connected', () => agent.output().includes('MQTT: connected'));
  return agent;
}

test('--version', async () => expect(await run({}, '--version')).toEqual({ status: 0, output: `${about.version}\n` }));

test.each([[''], ['run'], ['once'], ['check'], ['forget'], ['health'], ['dashboard'], ['recorder'], ['setup'], ['update'], ['uninstall']])(
  '%s --help has an example',
  async (command) => {
    const { status, output } = await run({}, ...[command, '--help'].filter(Boolean));
    expect(status).toBe(0);
    expect(output).toMatch(/^Usage: infra-monitor/);
    expect(output).toMatch(/Example:\n {2}.*infra-monitor/);
  },
);

test('what it does not know is said, with exit status 2', async () => {
  expect(await run({}, 'watch')).toMatchObject({ status: 2 });
  expect(await run({}, '--loud')).toMatchObject({ status: 2, output: expect.stringContaining('unknown option') });
});

test('wrong settings: all at once, exit status 2, and no secret', async () => {
  const { status, output } = await run({ HTTP_PORT: 'x', MQTT_URL: 'nonsense', MQTT_PASSWORD: 'sesame', MQTT_PASSWROD: 'sesame' });
  expect(status).toBe(2);
  expect(output).toMatchInlineSnapshot(`
    "3 settings are wrong:
      MQTT_URL: got "nonsense", wants mqtt://, mqtts://, ws://, wss:// or embedded:// with a host
      HTTP_PORT: got "x", wants a whole number from 0 to 65535
      MQTT_PASSWROD is not a setting of this program; did you mean MQTT_PASSWORD?
    "
  `);
});

test('check sends a message where notifications go', async () => {
  const { url, received } = await startMailbox();
  const { output } = await run({ NOTIFY_URL: `${url}/secret-topic`, NOTIFY_TOKEN: 'sesame', NOTIFY_FORMAT: 'json' }, 'check');
  expect(output).toContain(`✓ Notifications: ${url} took a message`);
  expect(received).toMatchObject([{ path: '/secret-topic', headers: { authorization: 'Bearer sesame' }, body: { text: 'testling: A check: this message has arrived.' } }]);
  const refusing = await startMailbox([403]);
  const refused = await run({ NOTIFY_URL: `${refusing.url}/secret-topic` }, 'check');
  expect(refused).toMatchObject({ status: 1, output: expect.stringContaining(`✗ Notifications: ${refusing.url}: answers 403; check NOTIFY_TOKEN`) });
  expect(output + refused.output).not.toMatch(/secret-topic|sesame/);
});

test('a login in the address of notifications is sent as one, and shows nowhere', async () => {
  const { url, received } = await startMailbox();
  const { status, output } = await run({ NOTIFY_URL: `${url.replace('//', '//me:open%20sesame@')}/secret-topic`, NOTIFY_FORMAT: 'json', HOST_SCHEDULE: 'off' }, 'check');
  expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining(`✓ Notifications: ${url} took a message`) });
  expect(received).toMatchObject([{ path: '/secret-topic', headers: { authorization: `Basic ${Buffer.from('me:open sesame').toString('base64')}` } }]);
  expect(output).not.toMatch(/secret-topic|sesame/);
});

test('what nobody caught is told once, without secrets, and ends nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const fault = `const cause = process.env.HTTP_TOKEN;
    const boom = () => { throw new TypeError('boom', { cause }); };
    process.on('SIGUSR2', () => { setTimeout(boom); setTimeout(boom); setTimeout(() => Promise.reject(new Error('late')), 10); });`;
  writeFileSync(join(folder, 'fault.mjs'), fault);
  const agent = await running({ ...(await embedded()), NODE_OPTIONS: `--import=${join(folder, 'fault.mjs')}`, HTTP_TOKEN: 'open sesame' });
  agent.process.kill('SIGUSR2');
  await until('the last of them', () => agent.output().includes('Error: late'));
  expect(agent.output().split('TypeError: boom')).toHaveLength(2);
  expect(agent.output()).toContain("[cause]: '***'");
  expect(agent.output()).not.toContain('sesame');
  expect(await agent.stop()).toBe(0);
});

test('once prints a table', async () => {
  const { status, output } = await run({}, 'once');
  expect(status).toBe(0);
  expect(output).toMatch(/^host\n {2}testling\n {4}CPU +\d+ %/);
  expect(output).not.toContain('\u001b[');
});

test('once --json prints every collector, with rates', async () => {
  const { status, output } = await run({ ROUTER_SCHEDULE: '0 0 0 1 1 *', FRITZBOX_HOSTS: 'home=127.0.0.1' }, 'once', '--json');
  const [host, ...others] = JSON.parse(output);
  expect(status).toBe(0);
  expect([host, ...others].map(({ collector }) => collector)).toEqual(['host', 'nvme', 'router', 'agent']);
  expect(host.devices[0].values.cpu_used.value).toBeGreaterThanOrEqual(0);
});

test('once ends with 1 when something can’t be read', async () => {
  const { status, output } = await run({ HOST_PROC: '/nowhere', HOST_FILESYSTEMS: '/none' }, 'once');
  expect(status).toBe(1);
  expect(output).toContain('/nowhere');
});

test('check says what works', async () => {
  const { status, output } = await run({ AGENT_SCHEDULE: 'off', SITE: 'Berlin', MQTT_HOST: 'x' }, 'check');
  expect(status).toBe(0);
  expect(output).toContain('✓ Settings: fine; this agent is testling at Berlin');
  expect(output).toContain('– Settings: MQTT_HOST is not a setting of this program; did you mean MQTT_URL?');
  expect(output).toContain('– Broker: our own');
  expect(output).toContain('– Agent itself: off because AGENT_SCHEDULE=off');
  expect(output).toMatch(/✓ Host: works \(\d+ of \d+ read/);
});

test('check of a broker: let in with all rights; not there', async () => {
  const { MQTT_URL } = await embedded();
  await running({ MQTT_URL });
  const broker = MQTT_URL.replace('embedded', 'mqtt');
  expect((await run({ MQTT_URL: broker }, 'check')).output).toMatch(/✓ Broker: mqtt:\/\/127.0.0.1:\d+ lets us in \(MQTT 3.1.1\)\n✓ Broker: we may read and write what we need/);
  const { status, output } = await run({ MQTT_URL: `mqtt://127.0.0.1:${await freePort()}` }, 'check');
  expect(status).toBe(1);
  expect(output).toMatch(/✗ Broker: mqtt:\/\/127.0.0.1:\d+: .*ECONNREFUSED.*\(is the broker running there\?\)/);
});

test('health asks the running agent', async () => {
  const settings = { ...(await embedded()), HTTP_PORT: String(await freePort()) };
  expect(await run(settings, 'health')).toMatchObject({ status: 1, output: expect.stringContaining('Is the agent running?') });
  await running(settings);
  expect(await run(settings, 'health')).toEqual({ status: 0, output: '✓ testling is well\n' });
  expect(await run({ HTTP_PORT: '0' }, 'health')).toMatchObject({ status: 2 });
});

test('health shows the token, and makes do without', async () => {
  const settings = { ...(await embedded()), HTTP_PORT: String(await freePort()) };
  await running({ ...settings, HTTP_TOKEN: 'sesame' });
  expect(await run({ ...settings, HTTP_TOKEN: 'sesame' }, 'health')).toEqual({ status: 0, output: '✓ testling is well\n' });
  expect(await run(settings, 'health')).toEqual({ status: 0, output: '✓ The agent is well\n' });
});

test('forget has nothing to do on our own broker, nothing while the agent runs, and all when it is gone', { timeout: 60_000 }, async () => {
  expect(await run({}, 'forget')).toMatchObject({ status: 2, output: expect.stringContaining('nothing to forget') });
  const { MQTT_URL } = await embedded();
  const broker = await running({ MQTT_URL, AGENT_NAME: 'broker' });
  const settings = { MQTT_URL: MQTT_URL.replace('embedded', 'mqtt') };
  const agent = await running(settings);
  expect(await run(settings, 'forget')).toMatchObject({ status: 2, output: expect.stringContaining('testling is running') });
  await agent.stop();
  expect(await run(settings, 'forget', 'other')).toMatchObject({ status: 2, output: expect.stringContaining('it has announced testling') });
  expect(await run(settings, 'forget')).toMatchObject({ status: 0, output: expect.stringMatching(/✓ Forgotten: 1 device and \d+ topics/) });
  expect(await run(settings, 'forget')).toMatchObject({ status: 0, output: expect.stringContaining('Forgotten: 0 devices and 0 topics') });
  await broker.stop();
});

test('a port that another broker has: how to use that one', async () => {
  const settings = await embedded();
  await running(settings);
  const { status, output } = await run(settings);
  expect(status).toBe(2);
  expect(output).toContain(`taken by another MQTT broker. To use that one: MQTT_URL=${settings.MQTT_URL.replace('embedded', 'mqtt')}`);
});

test('a port that something else has: what to do', async () => {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  const port = await until('a port', () => (server.address() as { port: number } | null)?.port);
  const { status, output } = await run({ MQTT_URL: `embedded://127.0.0.1:${port}` });
  expect(status).toBe(2);
  expect(output).toContain(`does not speak MQTT. To use another port for our own broker: MQTT_URL=embedded://127.0.0.1:${port + 1}`);
});

test('the status server’s port taken: which setting, exit status 2', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  const port = await until('a port', () => (server.address() as { port: number } | null)?.port);
  expect(await run({ ...(await embedded()), HTTP_PORT: String(port) })).toMatchObject({ status: 2, output: expect.stringContaining(`HTTP_PORT: ${port} on 127.0.0.1 is taken`) });
});

test('the start says what is watched, where it goes and what to do next', async () => {
  const settings = { ...(await embedded()), HTTP_PORT: String(await freePort()), AGENT_SCHEDULE: 'off', SITE: 'Berlin' };
  const agent = await running(settings);
  const port = settings.MQTT_URL.split(':')[2];
  const told = agent
    .output()
    .replaceAll(/^\S+ \S+ /gm, '')
    .replaceAll(settings.HTTP_PORT, 'HTTP')
    .replaceAll(port ?? '', 'MQTT');
  expect(told).toMatch(
    /^info {2}infra-monitor \S+ watches testling at Berlin\ninfo {4}Host: on \(\*\/30 \* \* \* \* \*\)\n(?:info {4}.+\n)*info {4}Agent itself: off \(AGENT_SCHEDULE=off\)\ninfo {2}Page: http:\/\/127.0.0.1:HTTP\ninfo {2}Topics: mosquitto_sub -h 127.0.0.1 -p MQTT -v -t 'infra-monitor\/testling\/#'\ninfo {2}Broker: our own/,
  );
});

test('it runs from another folder’s .env, and says when that is not there', async () => {
  expect(await run({}, '--env', '/nowhere/.env', 'check')).toMatchObject({ status: 2, output: expect.stringContaining('--env: ENOENT') });
});

test('dashboard and recorder write what the broker’s agents announce', async () => {
  const settings = await embedded();
  const agent = await running(settings);
  const written = async (command: string) => {
    const { status, output } = await run({ ...settings, AGENT_NAME: 'another' }, command);
    expect(status, output).toBe(0);
    return parse(output) as Record<string, unknown>;
  };
  await until('announced', async () => (await run(settings, 'dashboard')).status === 0, 20);
  expect(await written('dashboard')).toMatchObject({
    title: 'Lab',
    views: expect.arrayContaining([expect.objectContaining({ title: 'testling', path: 'infra-monitor-testling-testling' })]),
  });
  expect(await written('recorder')).toMatchObject({
    recorder: { exclude: { entities: expect.arrayContaining(['sensor.testling_pressure_memory', 'sensor.testling_agent_cpu']) } },
  });
  await agent.stop();
  expect(await run(settings, 'dashboard')).toMatchObject({ status: 2, output: expect.stringContaining('No connection to the broker') });
});

test('dashboard says when there is nothing to show', async () => {
  const settings = await embedded();
  await running({ ...settings, HOST_SCHEDULE: 'off', NVME_SCHEDULE: 'off', AGENT_SCHEDULE: 'off' });
  expect(await run(settings, 'dashboard')).toMatchObject({ status: 2, output: expect.stringContaining('Nothing is announced below homeassistant/device/+/+/config') });
});
