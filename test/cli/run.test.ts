import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../helpers/agent.ts';
import { embedded, run, running } from '../helpers/cli.ts';
import { drives } from '../helpers/drives.ts';
import { freePort } from '../helpers/ports.ts';
import { tree } from '../helpers/tree.ts';
import { until } from '../helpers/until.ts';

test('a port used by another broker: how to use that broker', async () => {
  const settings = await embedded();
  await running(settings);
  const { status, output } = await run(settings);
  expect(status).toBe(2);
  expect(output).toContain(
    `in use by another MQTT broker. To use that broker, set MQTT_URL=${settings.MQTT_URL.replace('embedded', 'mqtt')}`,
  );
});

test('a port used by something else: what to do', async () => {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  const port = await until('a port', () => (server.address() as { port: number } | null)?.port);
  const { status, output } = await run({ MQTT_URL: `embedded://127.0.0.1:${port}` });
  expect(status).toBe(2);
  expect(output).toContain(
    `is not an MQTT broker. To use another port for the embedded broker, set MQTT_URL=embedded://127.0.0.1:${port + 1}`,
  );
});

test('the port of the status server in use: which setting, exit status 2', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  const port = await until('a port', () => (server.address() as { port: number } | null)?.port);
  expect(await run({ ...(await embedded()), HTTP_PORT: String(port) })).toMatchObject({
    status: 2,
    output: expect.stringContaining(`HTTP_PORT: port ${port} on 127.0.0.1 is in use`),
  });
});

test('the start logs what is monitored, where the results go and what to do next', async () => {
  const settings = {
    ...(await embedded()),
    HTTP_PORT: String(await freePort()),
    AGENT_SCHEDULE: 'off',
    SITE: 'Berlin',
  };
  const agent = await running(settings);
  const port = settings.MQTT_URL.split(':')[2];
  const log = agent
    .output()
    .replaceAll(/^\S+ \S+ /gm, '')
    .replaceAll(settings.HTTP_PORT, 'HTTP')
    .replaceAll(port ?? '', 'MQTT');
  expect(log).toMatch(
    /^info {2}infra-monitor \S+ is monitoring testling \(site Berlin\)\ninfo {4}Host: on \(\*\/30 \* \* \* \* \*\)\n(?:info {4}.+\n)*info {4}Agent itself: off \(AGENT_SCHEDULE=off\)\ninfo {2}Status page: http:\/\/127.0.0.1:HTTP\ninfo {2}Topics: mosquitto_sub -h 127.0.0.1 -p MQTT -v -t 'infra-monitor\/testling\/#'\ninfo {2}Broker: embedded, at \S+, for trying the agent out. It supports MQTT 3.1.1 only, while Home Assistant requires MQTT 5/,
  );
});

test.runIf(process.platform === 'linux')(
  'SIGTERM while a reading hangs: stopped within two seconds, and logged',
  async () => {
    const rack = drives({});
    rack.hang('nvme smart-log nvme9000');
    const settings = {
      ...(await embedded()),
      PATH: process.env.PATH ?? '',
      DRIVES: process.env.DRIVES ?? '',
      HOST_SYS: rack.sys,
      NVME_SCHEDULE: '* * * * * *',
      NOTIFY_URL: `http://127.0.0.1:${await freePort()}`,
    };
    const agent = startAgent(settings);
    await until('the drive is asked', () => rack.calls().length > 0);
    await until('connected', () => agent.output().includes('MQTT: connected'), 20);
    const began = performance.now();
    expect(await agent.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(2000);
    expect(agent.output()).toMatch(/info {2}SIGTERM: stopping\n$/);
  },
);

test('an impossible value is logged with its device and metric, and so is the first possible one', async () => {
  const memory = (available: number) => `MemTotal: 1000 kB\nMemAvailable: ${available} kB\n`;
  const roots = tree({ 'proc/meminfo': memory(1500) });
  const agent = startAgent({
    ...(await embedded()),
    HOST_PROC: roots.proc(),
    HOST_SYS: roots.sys(),
    HOST_ROOT: roots.host(),
    HOST_SCHEDULE: '* * * * * *',
    NVME_SCHEDULE: 'off',
    STORAGE_SCHEDULE: 'off',
  });
  const logged = (line: string) => until(line, () => agent.output().includes(line), 30);
  await logged('warn  testling: Memory: -50 % is below the minimum of 0 %');
  writeFileSync(roots.proc('meminfo'), memory(500));
  await logged('info  testling: Memory: has a possible value again');
});
