import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { until } from '../../helpers/until.ts';

const config = 'homeassistant/device/infra-monitor_testling/testling/config';
const status = 'infra-monitor/testling/status';
const host = 'infra-monitor/testling/host/testling';
const is = (wanted: string) => (payload: string) => payload === wanted;
const fast = { HOST_SCHEDULE: '* * * * * *' };
const anonymous = (pid: number | undefined) =>
  Number(/^Anonymous: +(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1024;

/** What was said until the agent said that it is online: a reading may come at any time after it. */
function untilOnline(messages: { topic: string; payload: string }[]): string[] {
  const end = messages.findIndex(({ topic, payload }) => topic === status && payload === 'online');
  return messages.slice(0, end + 1).flatMap(({ topic }) => (topic.endsWith('/echo') ? [] : [topic]));
}

test('online is said last, when everything else is there', async () => {
  const { url } = await startMosquitto();
  const { messages, see } = await observe(url);
  startAgent({ MQTT_URL: url });
  await see(status, is('online'));
  const order = untilOnline(messages);
  expect(order.indexOf(config)).toBe(order.length - 2);
  expect(order).toContain(host);
  expect(order).toContain(`${host}/availability`);
});

test('kill -9 of the broker, which forgets all it retained: all is announced again', async () => {
  const mosquitto = await startMosquitto();
  const agent = startAgent({ MQTT_URL: mosquitto.url });
  const first = await observe(mosquitto.url);
  await first.see(status, is('online'));
  const before = [...first.topics.keys()].filter((topic) => !topic.endsWith('/echo')).sort();
  await mosquitto.kill('SIGKILL');
  await until('noticed', () => /error MQTT: .*trying again/.test(agent.output()));
  await mosquitto.start();
  const began = performance.now();
  const second = await observe(mosquitto.url);
  await second.see(status, is('online'), 20);
  console.log(`online again ${((performance.now() - began) / 1000).toFixed(1)} s after the broker`);
  expect(performance.now() - began).toBeLessThan(15_000);
  expect([...second.topics.keys()].filter((topic) => !topic.endsWith('/echo')).sort()).toEqual(before);
  expect(new Set(untilOnline(second.messages)), 'online is said last').toEqual(new Set(before));
});

test('a broker that stands still: the agent waits without growing, and has the newest when it goes on', async () => {
  const mosquitto = await startMosquitto();
  const agent = startAgent({ MQTT_URL: mosquitto.url, ...fast, AGENT_SCHEDULE: '* * * * * *' });
  const { see } = await observe(mosquitto.url);
  await see(status, is('online'));
  await pause(3000);
  const before = anonymous(agent.process.pid);
  mosquitto.process().kill('SIGSTOP');
  await pause(12_000);
  const grown = anonymous(agent.process.pid) - before;
  const goesOn = Date.now();
  mosquitto.process().kill('SIGCONT');
  await see(
    'infra-monitor/testling/agent/testling/collector_host',
    (payload) => Date.parse(JSON.parse(payload).last_success) > goesOn - 2000,
  );
  expect(grown, 'megabytes').toBeLessThan(10);
  expect(agent.output(), 'the connection lasted').not.toMatch(/error/);
});

test('a broker that stands still for too long is left, refuses nothing by that, and is found again', async () => {
  // With MQTT 5 the broker's word counts, and this is the shortest that it may say.
  const mosquitto = await startMosquitto(['allow_anonymous true', 'max_keepalive 10']);
  const agent = startAgent({ MQTT_URL: mosquitto.url, ...fast });
  await until('connected', () => agent.output().includes('MQTT: connected'));
  mosquitto.process().kill('SIGSTOP');
  await until('left', () => agent.output().includes('Keepalive timeout; trying again'), 30);
  mosquitto.process().kill('SIGCONT');
  await until('connected again', () => agent.output().match(/MQTT: connected/g)?.length === 2, 30);
  expect(agent.output()).not.toContain('refuses');
  const { see } = await observe(mosquitto.url);
  await see(status, is('online'));
});

test('an agent that is killed is seen to be dead', async () => {
  const { url } = await startMosquitto();
  const agent = startAgent({ MQTT_URL: url });
  const { see } = await observe(url);
  await see(status, is('online'));
  await agent.stop('SIGKILL');
  await see(status, is('offline'));
});

test('an agent that stands still is offline after a while, and online when it goes on', async () => {
  const { url } = await startMosquitto(['allow_anonymous true', 'max_keepalive 10']);
  const agent = startAgent({ MQTT_URL: url, ...fast });
  const { see } = await observe(url);
  await see(status, is('online'));
  agent.process.kill('SIGSTOP');
  // The broker waits for one and a half times the keep-alive.
  await see(status, is('offline'), 30);
  agent.process.kill('SIGCONT');
  await see(status, is('online'), 30);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: a word of goodbye, exit status 0, within two seconds',
  async (signal) => {
    const { url } = await startMosquitto();
    const agent = startAgent({ MQTT_URL: url });
    const { see } = await observe(url);
    await see(status, is('online'));
    const began = performance.now();
    expect(await agent.stop(signal)).toBe(0);
    expect(performance.now() - began).toBeLessThan(2000);
    await see(status, is('offline'));
  },
);

test.each([
  ['SIGTERM', 'SIGSTOP'],
  ['SIGTERM', 'SIGKILL'],
  ['SIGINT', 'SIGSTOP'],
  ['SIGINT', 'SIGKILL'],
] as const)('%s while the broker is gone (%s): leaving takes no longer', async (signal, end) => {
  const mosquitto = await startMosquitto();
  const agent = startAgent({ MQTT_URL: mosquitto.url });
  await until('connected', () => agent.output().includes('MQTT: connected'));
  mosquitto.process().kill(end);
  const began = performance.now();
  expect(await agent.stop(signal)).toBe(0);
  expect(performance.now() - began).toBeLessThan(2000);
});

test('leaving before the broker was ever there', async () => {
  const agent = startAgent({ MQTT_URL: 'mqtt://127.0.0.1:1' });
  await until('the error', () => agent.output().includes('is the broker running?'));
  const began = performance.now();
  expect(await agent.stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(2000);
});

test('what was sent is not sent again, until Home Assistant comes online: then everything, after a moment', async () => {
  const { url } = await startMosquitto();
  startAgent({ MQTT_URL: url, ...fast, AGENT_SCHEDULE: '* * * * * *' });
  const { see, messages, client } = await observe(url);
  await see(status, is('online'));
  await pause(3000);
  const configs = () => messages.filter(({ topic }) => topic === config).length;
  expect(configs()).toBe(1);
  expect(messages.filter(({ topic }) => topic === `${host}/availability`)).toHaveLength(1);
  const began = performance.now();
  await client.publishAsync('homeassistant/status', 'online');
  await until('announced again', () => configs() === 2, 8);
  const seconds = (performance.now() - began) / 1000;
  expect(seconds).toBeGreaterThan(0.9);
  expect(seconds).toBeLessThan(6);
  await until(
    'availability again',
    () => messages.filter(({ topic }) => topic === `${host}/availability`).length === 2,
  );
  await until('status again', () => messages.filter(({ topic }) => topic === status).length === 2);
});

/** A line to the broker of which either direction can fall silent while the connection stays. */
async function startLine(port: number) {
  const silent = { toBroker: false, toAgent: false };
  const server = createServer((agent) => {
    const broker = connect(port, '127.0.0.1');
    for (const [from, to, direction] of [
      [agent, broker, 'toBroker'],
      [broker, agent, 'toAgent'],
    ] as const)
      from
        .on('data', (data) => !silent[direction] && to.write(data))
        .on('error', () => undefined)
        .on('close', () => !silent[direction] && to.destroy());
    onTestFinished(() => {
      agent.destroy();
      broker.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { silent, url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test.each(['toAgent', 'toBroker'] as const)(
  'a line that carries nothing %s any more: the agent is offline, and online when it is whole again',
  async (direction) => {
    const { url, port } = await startMosquitto(['allow_anonymous true', 'max_keepalive 10']);
    const line = await startLine(port);
    const { see } = await observe(url);
    const agent = startAgent({ MQTT_URL: line.url, ...fast });
    await see(status, is('online'));
    line.silent[direction] = true;
    await see(status, is('offline'), 60);
    line.silent[direction] = false;
    await see(status, is('online'), 60);
    expect(agent.output().match(/error MQTT/g)?.length).toBeLessThanOrEqual(2);
  },
);
