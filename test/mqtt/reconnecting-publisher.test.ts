import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'mqtt-packet';
import { expect, onTestFinished, test } from 'vitest';
import { bounds } from '../../src/model/bounds.ts';
import { Secret } from '../../src/model/secret.ts';
import { connectTemporarily } from '../../src/mqtt/connect-temporarily.ts';
import { findDuplicateAgent } from '../../src/mqtt/duplicate-agent.ts';
import type { MqttSettings } from '../../src/mqtt/settings.ts';
import { parseSettings } from '../../src/settings/index.ts';
import { settingsOf, startBroker } from '../helpers/broker.ts';
import { stopClock } from '../helpers/clock.ts';
import { startSession } from '../helpers/conversation.ts';
import { observe } from '../helpers/observer.ts';
import { startPeer } from '../helpers/peer.ts';
import { freePort } from '../helpers/ports.ts';
import { agent, device, type Probe, probe, stateOf } from '../helpers/sample-collector.ts';
import { until } from '../helpers/until.ts';

const collector = probe(async () => []);
const status = 'infra-monitor/nas/status';
const config = 'homeassistant/device/infra-monitor_nas/thing_1/config';
/** The machine has the entities for the list of problems. */
const machineConfig = 'homeassistant/device/infra-monitor_nas/nas/config';
const reading = (level: number): { table: 'thing'; device: typeof device; reading: Probe } => ({
  table: 'thing',
  device,
  reading: { level },
});
const records = (level: number) => stateOf(collector, [reading(level)]);
const read = (state: ReturnType<typeof records>, level: number) =>
  state.record(collector, { ok: true, observations: [reading(level)], at: new Date(), seconds: 0.1 });

function secretFile(content: string) {
  const folder = mkdtempSync(join(tmpdir(), 'secret-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'password');
  const write = (text: string) => writeFileSync(path, text);
  write(content);
  return { path, write };
}

async function scene() {
  const clock = stopClock();
  const broker = await startBroker();
  const observer = await observe(broker.url, { protocolVersion: 4 });
  return { clock, broker, observer };
}
const online = (state: ReturnType<typeof records>) => until('connected', () => state.broker.connected);

test('announcements and states come first, and the online status last', async () => {
  const { broker, observer } = await scene();
  const state = records(12);
  const began = new Date();
  const { log } = startSession(broker.settings, [collector], state);
  await observer.see(status, (payload) => payload === 'online');
  await online(state);
  expect(state.broker).toMatchObject({ connected: true, since: began, reconnects: 0 });
  expect(state.broker.error).toBeUndefined();
  expect(log).toEqual([`info  MQTT: connected to ${broker.url} (MQTT 3.1.1)`]);
  const own = observer.messages.map(({ topic }) => topic).filter((topic) => topic !== 'infra-monitor/nas/echo');
  expect(new Set(own)).toEqual(
    new Set([
      config,
      machineConfig,
      'infra-monitor/nas/probe/thing_1',
      'infra-monitor/nas/probe/thing_1/availability',
      status,
    ]),
  );
  expect(own.indexOf(status)).toBe(own.length - 1);
  expect(JSON.parse(observer.topics.get('infra-monitor/nas/probe/thing_1') ?? '')).toMatchObject({ level: 12 });
  expect(observer.topics.get('infra-monitor/nas/probe/thing_1/availability')).toBe('online');
  expect(JSON.parse(observer.topics.get(config) ?? '')).toMatchObject({
    device: { name: 'Thing' },
    components: { 'probe-thing-level': { platform: 'sensor' } },
  });
});
test('nothing is published before everything has been read once', async () => {
  const { clock, broker, observer } = await scene();
  let release = () => {};
  const ready = new Promise<void>((resolve) => {
    release = resolve;
  });
  const state = records(12);
  const { session, remembered } = startSession(broker.settings, [collector], state, { ready });
  await until('it has read what is kept', () => remembered.length > 0);
  session.update();
  clock.turn(20);
  for (const marker of ['1', '2', '3']) {
    await observer.client.publishAsync('marker', marker, { qos: 1 });
    await observer.see('marker', (payload) => payload === marker);
  }
  expect([...observer.topics.keys()].filter((topic) => topic !== 'infra-monitor/nas/echo')).toEqual(['marker']);
  expect(state.broker.connected).toBe(false);
  release();
  await observer.see(status, (payload) => payload === 'online');
});

test('only changes are sent', async () => {
  const { broker, observer } = await scene();
  const state = records(12);
  const { session } = startSession(broker.settings, [collector], state);
  await observer.see(status, (payload) => payload === 'online');
  const before = observer.messages.length;
  read(state, 30);
  session.update();
  await observer.see('infra-monitor/nas/probe/thing_1', (payload) => payload.includes('"level":30'));
  session.update();
  read(state, 50);
  session.update();
  await observer.see('infra-monitor/nas/probe/thing_1', (payload) => payload.includes('"level":50'));
  expect(observer.messages.slice(before).map(({ topic }) => topic)).toEqual([
    'infra-monitor/nas/probe/thing_1',
    'infra-monitor/nas/probe/thing_1',
  ]);
});

test('a broker that stops and comes back: one error, counted once, and everything is published again', async () => {
  const { clock, broker, observer } = await scene();
  const state = records(12);
  const { log, session } = startSession(broker.settings, [collector], state);
  await online(state);
  clock.turn(3600);
  await broker.stop();
  await until('it is seen', () => !state.broker.connected);
  expect(state.broker).toMatchObject({
    since: new Date(),
    reconnects: 0,
    error: expect.stringMatching(/^(the broker closed the connection|mqtt:\/\/127)/),
  });
  session.update();
  // While it is stopped, the pauses grow.
  for (let tries = 0; tries < 8; tries += 1) {
    await clock.waits(0.5, 60);
    clock.turn(60);
  }
  await clock.waits(30, 60);
  expect(log.filter((line) => line.startsWith('error')).length).toBeLessThanOrEqual(2);
  expect(log.filter((line) => line.includes('ECONNREFUSED'))).toHaveLength(1);
  const away = observer.messages.length;
  read(state, 77);
  await broker.start({ forgets: true });
  await clock.turnUntil('back', () => state.broker.connected);
  expect(state.broker).toMatchObject({ reconnects: 1, since: new Date() });
  expect(state.broker.error).toBeUndefined();
  await observer.see(status, (payload) => payload === 'online');
  await until('announced', () => observer.messages.slice(away).some(({ topic }) => topic === config));
  expect(JSON.parse(observer.topics.get('infra-monitor/nas/probe/thing_1') ?? '')).toMatchObject({ level: 77 });

  await broker.stop();
  await until('it is seen', () => !state.broker.connected);
  await broker.start();
  await clock.turnUntil('back again', () => state.broker.connected);
  expect(state.broker.reconnects).toBe(2);
});

test('stopping: offline is published, and the connection closed', async () => {
  const { broker, observer } = await scene();
  const state = records(12);
  const { session } = startSession(broker.settings, [collector], state);
  await online(state);
  await session.stop();
  await observer.see(status, (payload) => payload === 'offline');
  await until('only the observer is left', () => broker.connections() === 1);
});

test('stopping during a pause ends the pause', async () => {
  const clock = stopClock();
  const broker = await startBroker();
  await broker.stop();
  const { session } = startSession(broker.settings, [collector], records(1));
  await clock.waits(0.5, 1);
  await session.stop();
});

test('an agent that crashes is offline by its will', async () => {
  const { broker, observer } = await scene();
  startSession(broker.settings, [collector], records(12));
  await observer.see(status, (payload) => payload === 'online');
  // A second connection with the same client ID closes the first one.
  const thief = connect(broker.port, '127.0.0.1');
  onTestFinished(() => void thief.destroy());
  thief.write(
    generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId: 'infra-monitor-nas',
      clean: true,
      keepalive: 0,
    }),
  );
  await observer.see(status, (payload) => payload === 'offline');
});

test('a duplicate agent: the later one waits and logs why, and connects when the other is gone', async () => {
  const { clock, broker, observer } = await scene();
  const first = records(12);
  const one = startSession(broker.settings, [collector], first);
  await online(first);
  const second = records(13);
  // Another client ID, but the same agent name.
  const other = startSession(broker.settings, [collector], second, { shared: true });
  await until('it stands by', () =>
    other.log.some((line) => line === 'info  nas: published by another agent; this one is on standby'),
  );
  expect(second.broker.connected).toBe(false);
  await one.session.stop();
  await clock.waits(60);
  clock.turn(60);
  await online(second);
  expect(other.log.at(-1)).toBe('info  nas: published by this agent');
  await observer.see('infra-monitor/nas/probe/thing_1', (payload) => payload.includes('"level":13'));
});

test('an agent that a duplicate has disconnected logs it and waits', async () => {
  const { clock, broker } = await scene();
  const first = records(12);
  const one = startSession(broker.settings, [collector], first);
  await online(first);
  const second = records(13);
  const two = startSession(broker.settings, [collector], second);
  await online(second);
  await until('it says so', () =>
    one.log.some((line) => line.includes('another agent is connected as nas: give each agent its own AGENT_NAME')),
  );
  expect(first.broker).toMatchObject({
    connected: false,
    error: expect.stringContaining('waits until the other one is gone'),
  });
  await clock.waits(60);
  clock.turn(60);
  await clock.waits(60);
  expect(second.broker.connected).toBe(true);
  await two.session.stop();
  await clock.turnUntil('back', () => first.broker.connected);
  expect(first.broker.reconnects).toBe(1);
});

/** A client that answers every question of this agent as if it were another agent of its name. */
async function forger(url: string) {
  const { client } = await observe(url, { protocolVersion: 4 });
  client.on('message', (topic, payload) => {
    const [, token] = /^who is there\? (\S+)/.exec(String(payload)) ?? [];
    if (token !== undefined) void client.publishAsync(topic, `I am: ${token}`, { qos: 1 }).catch(() => undefined);
  });
  /** Ends the agent's connection, which has the same client ID. */
  const kick = async () => {
    const { client: other } = await observe(url, {
      protocolVersion: 4,
      clientId: 'infra-monitor-nas',
      reconnectPeriod: 0,
    });
    await other.endAsync(true);
  };
  return { kick };
}

test('without a password, an agent that anybody may silence is silent for ten minutes, and says why', async () => {
  const { clock, broker } = await scene();
  const state = records(12);
  const { log } = startSession(broker.settings, [collector], state);
  await online(state);
  const { kick } = await forger(broker.url);
  await kick();
  await until('it says so', () => state.broker.error?.includes('another agent is connected as nas'));
  expect(state.broker.error).toMatch(/for at most 10 minutes. Without MQTT_PASSWORD, any client of the broker can/);
  for (let minutes = 0; minutes < 10; minutes += 1) {
    expect(state.broker.connected).toBe(false);
    await clock.waits(60);
    clock.turn(60);
  }
  await clock.turnUntil('it has tried', () => state.broker.connected);
  expect(log.filter((line) => line.includes('another agent is connected'))).toHaveLength(1);
});

test('with a password, an answer that is not signed with it silences nobody', async () => {
  const { clock, broker } = await scene();
  const state = records(12);
  const settings = { ...broker.settings, MQTT_USERNAME: 'me', MQTT_PASSWORD: new Secret('sesame') };
  const { log } = startSession(settings, [collector], state);
  await online(state);
  const { kick } = await forger(broker.url);
  for (const reconnects of [1, 2]) {
    await kick();
    await until('it is seen', () => !state.broker.connected);
    await clock.waits(0.5, 2);
    await clock.turnUntil('back', () => state.broker.reconnects === reconnects);
  }
  const warnings = log.filter((line) => line.startsWith('warn'));
  expect(warnings[0]).toMatch(
    /MQTT: a client that does not have this agent’s MQTT_PASSWORD answers as nas; this agent goes on/,
  );
});

test('with a password, another agent with the same name and password is told', async () => {
  const { broker } = await scene();
  const settings = { ...broker.settings, MQTT_USERNAME: 'me', MQTT_PASSWORD: new Secret('sesame') };
  const first = records(12);
  startSession(settings, [collector], first);
  await online(first);
  const second = records(13);
  startSession(settings, [collector], second);
  await online(second);
  await until('it says so', () => first.broker.error?.includes('another agent is connected as nas'));
  expect(first.broker.error).not.toContain('MQTT_PASSWORD');
});

test('a broker that refuses the login: what to check', async () => {
  const clock = stopClock();
  const broker = await startBroker({
    authenticate: (_client, _user, _password, done) =>
      done(Object.assign(new Error('no'), { returnCode: 5 }) as never, false),
  });
  const state = records(12);
  const { log } = startSession(broker.settings, [collector], state);
  for (let tries = 0; tries < 5; tries += 1) {
    await clock.waits(0.5, 60);
    clock.turn(60);
  }
  expect(log[0]).toMatch(
    /^error MQTT: mqtt:\/\/127\.0\.0\.1:\d+: .*Not authorized.* \(check MQTT_USERNAME and MQTT_PASSWORD\); trying again$/,
  );
  expect(log).toHaveLength(1);
  expect(state.broker).toMatchObject({ connected: false, error: expect.stringContaining('MQTT_PASSWORD') });
});

// MQTT 5, section 3.2.2.2, without the codes for what the agent never sends.
test.each([0x80, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9c, 0x9d, 0x9f])(
  'a broker that refuses the connection with %i: told once, and tried again after growing pauses',
  async (reasonCode) => {
    const clock = stopClock();
    const { settings } = await startPeer((packet, send) => {
      if (packet.cmd === 'connect') send({ cmd: 'connack', reasonCode, sessionPresent: false });
    });
    const { log } = startSession(settings, [collector], records(12));
    for (const seconds of [1, 2, 4, 8]) {
      await clock.waits(seconds / 2, seconds);
      clock.turn(seconds);
    }
    expect(log.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringMatching(/^error MQTT: mqtt:\/\/127\.0\.0\.1:\d+: \S.*; trying again$/),
    ]);
  },
);

test('a password that is changed at the broker and in its file is read again when the login is refused', async () => {
  const clock = stopClock();
  let valid = 'first';
  const broker = await startBroker({
    authenticate: (_client, _user, password, done) =>
      String(password) === valid
        ? done(null, true)
        : done(Object.assign(new Error('no'), { returnCode: 5 }) as never, false),
  });
  const { path, write } = secretFile('first');
  const { mqtt } = parseSettings([], { MQTT_URL: broker.url, MQTT_USERNAME: 'me', MQTT_PASSWORD_FILE: path });
  const state = records(12);
  startSession(mqtt, [collector], state);
  await online(state);
  valid = 'second';
  await broker.stop();
  await broker.start();
  await clock.turnUntil('refused', () => state.broker.error?.includes('MQTT_PASSWORD'));
  write('second\n');
  await clock.turnUntil('back', () => state.broker.connected);
});

test('commands to its devices are received, and nothing else', async () => {
  const { broker, observer } = await scene();
  const state = records(12);
  const { commands } = startSession(broker.settings, [collector], state);
  await online(state);
  for (const topic of [
    'infra-monitor/nas/probe/thing_1/command',
    'infra-monitor/nas/probe/command',
    'infra-monitor/other/probe/thing_1/command',
  ])
    await observer.client.publishAsync(topic, 'acknowledge', { qos: 1 });
  await observer.client.publishAsync('infra-monitor/nas/probe/thing_2/command', 'last', { qos: 1 });
  await until('the last', () => commands.length >= 2);
  expect(commands).toEqual([
    { collector: 'probe', device: 'thing_1', action: 'acknowledge' },
    { collector: 'probe', device: 'thing_2', action: 'last' },
  ]);
});

test('a retained command is ignored', async () => {
  const { broker, observer } = await scene();
  await observer.client.publishAsync('infra-monitor/nas/probe/thing_1/command', 'acknowledge', {
    qos: 1,
    retain: true,
  });
  const state = records(12);
  const { commands } = startSession(broker.settings, [collector], state);
  await online(state);
  await observer.client.publishAsync('infra-monitor/nas/probe/thing_2/command', 'last', { qos: 1 });
  await until('the last', () => commands.length > 0);
  expect(commands).toEqual([{ collector: 'probe', device: 'thing_2', action: 'last' }]);
});

test('memories are handed over, and none of another agent', async () => {
  const { broker, observer } = await scene();
  for (const [topic, payload] of [
    ['infra-monitor/nas/probe/thing_1/memory', '{"count":3}'],
    ['infra-monitor/nas/probe/thing_2/memory', 'not JSON'],
    ['infra-monitor/other/probe/thing_1/memory', '{"count":9}'],
  ] as const)
    await observer.client.publishAsync(topic, payload, { qos: 1, retain: true });
  const state = records(12);
  const { remembered } = startSession(broker.settings, [collector], state);
  await online(state);
  expect(remembered).toHaveLength(1);
  expect([...(remembered[0]?.keys() ?? [])]).toContain('probe/thing_1');
  // Nothing of another agent.
  expect(JSON.stringify([...(remembered[0] ?? [])])).not.toContain('9');
});

test('a late will of an earlier connection is corrected, with the list of problems before', async () => {
  const { broker, observer } = await scene();
  const list = 'infra-monitor/nas/problems';
  await observer.client.publishAsync(list, '{}', { qos: 1, retain: true });
  const state = records(12);
  startSession(broker.settings, [collector], state);
  await online(state);
  await observer.see(status, (payload) => payload === 'online');
  const before = observer.messages.length;
  await observer.client.publishAsync(status, 'offline', { qos: 1, retain: true });
  await until(
    'online again',
    () =>
      observer.messages
        .slice(before)
        .filter(({ topic }) => topic === status || topic === list)
        .map(({ topic, payload }) => (topic === list ? 'list' : payload))
        .join(' ') === 'offline list online',
  );
});

test.each(['', 'gone'])('a status that another client has replaced by “%s” is corrected', async (payload) => {
  const { broker, observer } = await scene();
  const state = records(12);
  startSession(broker.settings, [collector], state);
  await online(state);
  await observer.see(status, (seen) => seen === 'online');
  const before = observer.messages.length;
  await observer.client.publishAsync(status, payload, { qos: 1, retain: true });
  await until('online again', () =>
    observer.messages.slice(before).some((message) => message.topic === status && message.payload === 'online'),
  );
});

test('a client that replaces the status each time gets a correction each five seconds, and nothing else', async () => {
  const { clock, broker, observer } = await scene();
  const state = records(12);
  startSession(broker.settings, [collector], state);
  await online(state);
  await observer.see(status, (seen) => seen === 'online');
  const before = observer.messages.length;
  const replace = () => observer.client.publishAsync(status, 'ONLINE', { qos: 1, retain: true });
  observer.client.on('message', (topic, payload) => {
    if (topic === status && String(payload) === 'online') void replace().catch(() => undefined);
  });
  // Published with the next reading, not with the correction.
  read(state, 30);
  await replace();
  const seen = () => observer.messages.slice(before).filter(({ topic }) => topic.startsWith('infra-monitor/nas/'));
  const corrections = () => seen().filter(({ payload }) => payload === 'online').length;
  const replacements = () => seen().filter(({ payload }) => payload === 'ONLINE').length;
  // The answer to a question shows that the agent has heard everything before it.
  const hasHeardAll = async (token: string) => {
    await observer.client.publishAsync('infra-monitor/nas/echo', `who is there? ${token}`, { qos: 1 });
    await until('an answer', () => observer.messages.some(({ payload }) => payload === `I am: ${token}`));
  };
  for (const round of [1, 2, 3]) {
    await until(`${round} corrections, replaced`, () => corrections() >= round && replacements() > round);
    for (const token of ['a', 'b', 'c']) await hasHeardAll(`${round}${token}`);
    expect(corrections()).toBe(round);
    // Ten seconds after the connection, everything is looked through anyway.
    if (round === 1)
      expect(new Set(seen().map(({ topic }) => topic))).toEqual(new Set([status, 'infra-monitor/nas/echo']));
    clock.turn(4.9);
    await hasHeardAll(`${round}d`);
    expect(corrections()).toBe(round);
    clock.turn(0.1);
  }
});

test('of more questions than agents ask, those that are too many are answered together', async () => {
  const { clock, broker, observer } = await scene();
  const state = records(12);
  startSession(broker.settings, [collector], state);
  await online(state);
  const echo = 'infra-monitor/nas/echo';
  const { items } = bounds.livenessAnswers;
  const questions = () => observer.messages.filter(({ payload }) => payload.startsWith('who is there? ')).length;
  const asked = questions();
  for (let question = 0; question < items + 3; question += 1)
    void observer.client.publishAsync(echo, `who is there? ${question}`, { qos: 1 });
  await until('all are asked', () => questions() >= asked + items + 3);
  const found = findDuplicateAgent(broker.settings, agent);
  await until('it is asked, too', () => questions() > asked + items + 3);
  await observer.client.publishAsync(status, 'gone', { qos: 1 });
  await observer.see(status, (payload) => payload === 'online');
  clock.turn(0.2);
  expect(await found).toBe('forgeable');
  const answers = observer.messages.flatMap(({ payload }) => (payload.startsWith('I am: ') ? payload.slice(6) : []));
  expect(answers).toHaveLength(items + 1);
  expect(answers.at(-1)?.split(' ').slice(0, 3)).toEqual(['300', '301', '302']);
});

test('the question of an agent of the same name is answered, and no other', async () => {
  const { broker, observer } = await scene();
  const state = records(12);
  startSession(broker.settings, [collector], state);
  await online(state);
  const echo = 'infra-monitor/nas/echo';
  const before = observer.messages.length;
  await observer.client.publishAsync('infra-monitor/other/echo', 'who is there? a', { qos: 1 });
  await observer.client.publishAsync(echo, 'is who there? b', { qos: 1 });
  await observer.client.publishAsync(echo, 'who is there? c', { qos: 1 });
  await until('an answer', () => observer.messages.some(({ payload }) => payload === 'I am: c'));
  expect(observer.messages.slice(before).filter(({ payload }) => payload.startsWith('I am'))).toEqual([
    { topic: echo, payload: 'I am: c', retained: false },
  ]);
});

test('the client ID is always the same and has no slash', async () => {
  const names: string[] = [];
  stopClock();
  const broker = await startBroker({
    authenticate(client, _user, _password, done) {
      names.push(client?.id ?? '');
      done(null, true);
    },
  });
  const state = records(12);
  const under = { ...agent, baseTopic: 'lab/cellar' };
  startSession({ ...broker.settings, MQTT_BASE_TOPIC: 'lab/cellar' }, [collector], state, { agent: under });
  await online(state);
  expect(names.at(-1)).toBe('lab_cellar-nas');
});

/** Settings with the addresses of two brokers, and the login of the first. */
const severalBrokers = ({ settings: first }: { settings: MqttSettings }, second: { settings: MqttSettings }) => ({
  ...first,
  MQTT_URL: { ...first.MQTT_URL, fallbacks: [second.settings.MQTT_URL] },
});

async function twoBrokers() {
  const clock = stopClock();
  const [first, second] = [await startBroker(), await startBroker()];
  const settings = severalBrokers(first, second);
  const state = records(12);
  const { log, session } = startSession(settings, [collector], state);
  const at = ({ url }: { url: string }) =>
    clock.turnUntil(`connected to ${url}`, () => state.broker.connected && state.broker.url === url);
  return { clock, first, second, state, log, session, at };
}

test('several brokers: when one stops, the next is tried within a second, and kept', async () => {
  const { clock, first, second, state, log, session, at } = await twoBrokers();
  await at(first);
  const observer = await observe(second.url, { protocolVersion: 4 });
  await first.stop();
  await until('it is seen', () => !state.broker.connected);
  read(state, 44);
  session.update();
  await clock.waits(0.5, 1);
  clock.turn(1);
  await until('connected to the second', () => state.broker.connected);
  expect(state.broker).toMatchObject({ url: second.url, reconnects: 1 });
  await observer.see(status, (payload) => payload === 'online');
  expect(JSON.parse(observer.topics.get('infra-monitor/nas/probe/thing_1') ?? '')).toMatchObject({ level: 44 });
  expect(log.at(-1)).toBe(`info  MQTT: connected to ${second.url} (MQTT 3.1.1)`);

  // The first one is back, but the second one works.
  await first.start();
  await second.stop();
  await until('it is seen', () => !state.broker.connected);
  await second.start();
  await at(second);
  await second.stop();
  await at(first);
});

test('several brokers: one that does not answer gives way to the next after two seconds, at first', async () => {
  const silent = await startPeer(() => undefined);
  const broker = await startBroker();
  const settings = severalBrokers(silent, broker);
  const state = records(12);
  const { log } = startSession(settings, [collector], state);
  await online(state);
  expect(log[0]).toMatch(/no answer within 2 s/);
  expect(log[1]).toBe(`info  MQTT: connected to ${broker.url} (MQTT 3.1.1)`);
});

test('several brokers: so does one that answers the connection alone', async () => {
  const mute = await startPeer((packet, send) => {
    if (packet.cmd === 'connect') send({ cmd: 'connack', reasonCode: 0, returnCode: 0, sessionPresent: false });
    if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
  }, 4);
  const broker = await startBroker();
  const settings = severalBrokers(mute, broker);
  const state = records(12);
  const { log } = startSession(settings, [collector], state);
  await until('on the second broker', () => state.broker.connected, 20);
  expect(log[0]).toMatch(/the broker does not answer the subscription to (?!.* subscription)/);
});

test('several brokers that are all away: each is told once, and the pauses grow', async () => {
  const { clock, first, second, state, log, at } = await twoBrokers();
  await at(first);
  await second.stop();
  await first.stop();
  await until('it is seen', () => !state.broker.connected);
  for (let rounds = 0; rounds < 8; rounds += 1) {
    await clock.waits(0.5, 60);
    clock.turn(60);
  }
  await clock.waits(30, 60);
  for (const { url } of [first, second])
    expect(log.filter((line) => line.includes(`${url}: connect ECONNREFUSED`))).toHaveLength(1);
  await second.start();
  await at(second);
});

test('several brokers: a temporary connection is made to one that works; if none does, the first one is named', async () => {
  const broker = await startBroker();
  const closed = [await freePort(), await freePort()].map((port) => settingsOf(port).MQTT_URL);
  const among = (...[first, ...fallbacks]: (typeof closed)[number][]) => ({
    ...broker.settings,
    MQTT_URL: { ...(first ?? broker.settings.MQTT_URL), fallbacks },
  });
  const connection = await connectTemporarily(among(...closed, broker.settings.MQTT_URL), agent);
  expect(connection.url).toBe(broker.url);
  await connection.close();
  await expect(connectTemporarily(among(...closed), agent)).rejects.toThrow(`mqtt://127.0.0.1:${closed[0]?.port}: `);
});
