import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import type { CollectorDefinition } from '../../src/model/collector.ts';
import { declareDeviceTable, declarePartTable } from '../../src/model/table.ts';
import { parseDeviceClaim } from '../../src/mqtt/claim-topics.ts';
import { DeviceClaimSettler } from '../../src/mqtt/device-claim-settler.ts';
import { livenessAnswerPayload, livenessQuestionPayload } from '../../src/mqtt/liveness-messages.ts';
import { ReconnectingPublisher } from '../../src/mqtt/reconnecting-publisher.ts';
import { runAfter } from '../../src/mqtt/run-after.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { startBroker } from '../helpers/broker.ts';
import { observe } from '../helpers/observer.ts';
import { startPeer, welcome } from '../helpers/peer.ts';
import { agent as anyAgent, type Probe, type Probes, probe, stateOf } from '../helpers/sample-collector.ts';
import { sessionContext } from '../helpers/session.ts';
import { until } from '../helpers/until.ts';

const quietLog = createLog({ LOG_LEVEL: 'error', LOG_FORMAT: 'text' });

const collector: CollectorDefinition<Probes> = {
  ...probe(async () => []),
  tables: {
    thing: declareDeviceTable({
      title: 'Thing',
      icon: 'mdi:cube',
      metrics: {
        level: { kind: 'gauge', name: 'Level', unit: '%', perAgent: true, value: (r: Probe) => (r.level ?? 0) / 100 },
        mood: { kind: 'enum', name: 'Mood', options: ['good', 'bad'], value: (r: Probe) => r.mood },
      },
      actions: { kick: { name: 'Kick', icon: 'mdi:shoe-print' } },
      event: { name: 'Event', icon: 'mdi:bell', types: ['restart'] },
    }),
    part: declarePartTable({
      title: 'Part',
      icon: 'mdi:cube-outline',
      metrics: { on: { kind: 'boolean', name: 'On', value: (r: Probe) => r.on } },
    }),
  },
};

/** Milliseconds until an agent expects no more retained messages. */
const lateRetainedMs = 10_000;

const key = '02:00:5E:00:53:01';
const claimTopic = 'infra-monitor/shared/probe/02_00_5e_00_53_01';
const deviceTopics = (id: string) => ({
  config: `homeassistant/device/infra-monitor_${id}/gateway/config`,
  state: `infra-monitor/${id}/probe/gateway`,
  part: `infra-monitor/${id}/probe/gateway/part_wlan`,
});

interface Announcement {
  device: { identifiers: string[]; name?: string; connections?: string[][] };
  components: Record<string, { platform: string; name?: string; unique_id?: string }>;
}

/** Starts a session. Returns what stops it, once, at the latest when the test ends. */
function startUntilStopped(session: ReconnectingPublisher): () => Promise<void> {
  session.start();
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) await session.stop();
    isStopped = true;
  };
  onTestFinished(stop);
  return stop;
}

async function scene(options = {}) {
  const broker = await startBroker(options);
  const observer = await observe(broker.url, { protocolVersion: 4 });
  const write = (topic: string, payload: string) =>
    observer.client.publishAsync(topic, payload, { qos: 1, retain: true });
  const writeAndSee = async (topic: string, payload: string) => {
    await write(topic, payload);
    await observer.see(topic);
  };

  /** An agent that sees one thing with a part. */
  function begin(id: string, { rank = 0, known = true, brokers = broker.url } = {}) {
    const state = new MutableAgentState(broker.url);
    const read = (more: object = {}, isKnown = true) => {
      const device = {
        id: 'gateway',
        name: `${id} gateway`,
        shared: { key: isKnown ? key : undefined, rank },
        ...(isKnown ? { macAddress: key } : {}),
      };
      state.record(collector, {
        ok: true,
        at: new Date(),
        seconds: 0,
        observations: [
          { table: 'thing', device, reading: { level: 50, mood: 'good' }, ...more },
          { table: 'part', device, part: { id: 'wlan', name: 'WLAN' }, reading: { on: true } },
        ],
      });
    };
    state.add(collector);
    read({}, known);
    const session = new ReconnectingPublisher(
      sessionContext(brokers, { ...anyAgent, id, name: id }, [collector], state, quietLog),
    );
    const stop = startUntilStopped(session);
    return { state, session, stop, read, online: () => until(`${id} is online`, () => state.broker.connected) };
  }
  const announcement = (id: string) =>
    JSON.parse(observer.topics.get(deviceTopics(id).config) ?? '{"components":{}}') as Announcement;
  const components = (id: string) =>
    Object.entries(announcement(id).components)
      .filter(([, component]) => Object.keys(component).length > 1)
      .map(([name]) => name)
      .sort();
  const claim = () => parseDeviceClaim(observer.topics.get(claimTopic) ?? '');
  const everything = [
    'probe-part_wlan-on',
    'probe-thing-event',
    'probe-thing-kick',
    'probe-thing-level',
    'probe-thing-mood',
  ];
  const until_ = {
    owns: (id: string) => until(`${id} reports all`, () => components(id).join() === everything.join()),
    views: (id: string) => until(`${id} reports its own view`, () => components(id).join() === 'probe-thing-level'),
  };
  return { broker, observer, write, writeAndSee, begin, announcement, claim, ...until_ };
}

test('the first agent owns a device; another one reports only what it sees from its place, on the owner’s device', async () => {
  const { begin, announcement, claim, observer, owns, views } = await scene();
  const nas = begin('nas');
  await nas.online();
  await owns('nas');
  expect(claim()).toEqual({ agent: 'nas', device: 'gateway', rank: 0, since: expect.any(Date) });
  const pi = begin('pi');
  await pi.online();
  await views('pi');
  expect(announcement('pi').device).toEqual({
    identifiers: ['infra-monitor_nas_gateway'],
    connections: [['mac', key]],
  });
  expect(announcement('pi').components['probe-thing-level']).toMatchObject({
    name: 'Level from pi',
    unique_id: 'infra-monitor_pi_gateway_probe-thing-level',
  });
  expect(announcement('nas').device).toMatchObject({ name: 'nas gateway' });
  expect(announcement('nas').components['probe-thing-level']).toMatchObject({ name: 'Level' });
  expect(JSON.parse(observer.topics.get(deviceTopics('pi').state) ?? '')).toEqual({ level: 50, mood: null });
  expect(observer.topics.has(deviceTopics('pi').part)).toBe(false);
  // Nothing of it was ever published.
  expect(observer.messages.filter(({ topic }) => topic === deviceTopics('pi').config)).toHaveLength(1);
  expect(pi.state.owners.get('probe/gateway')).toEqual({ agent: 'nas', device: 'gateway' });

  // Events are the owner's, too.
  pi.read({ events: [{ type: 'restart', at: new Date() }] });
  nas.read({ events: [{ type: 'restart', at: new Date() }] });
  expect([pi.state.pendingEvents.length, nas.state.pendingEvents.length]).toEqual([0, 1]);
});

test('of two devices of one name the first, or that with more to report, has it alone; both report everything', async () => {
  const { broker, observer } = await scene();
  const begin = (id: string, rank: number, name = 'Watched') => {
    const state = new MutableAgentState(broker.url);
    state.add(collector);
    state.record(collector, {
      ok: true,
      at: new Date(),
      seconds: 0,
      observations: [
        { table: 'thing', device: { id: 'watched', name, sharedName: { rank } }, reading: { level: 50, mood: 'good' } },
      ],
    });
    const session = new ReconnectingPublisher(
      sessionContext(broker.url, { ...anyAgent, id, name: id }, [collector], state, quietLog),
    );
    onTestFinished(() => session.stop());
    session.start();
    return session;
  };
  const config = (id: string) => `homeassistant/device/infra-monitor_${id}/watched/config`;
  const isNamed = (name: string) => (payload: string) => (JSON.parse(payload) as Announcement).device.name === name;
  begin('pi', 0);
  await observer.see(config('pi'), isNamed('Watched'));
  begin('shed', 0);
  await observer.see(config('shed'), isNamed('Watched from shed'));
  const { components } = JSON.parse(observer.topics.get(config('shed')) ?? '') as Announcement;
  expect(components['probe-thing-mood']).toMatchObject({
    default_entity_id: 'sensor.watched_from_shed_mood',
    name: 'Mood',
    unique_id: 'infra-monitor_shed_watched_probe-thing-mood',
  });
  expect(JSON.parse(await observer.see('infra-monitor/shed/probe/watched'))).toEqual({ level: 50, mood: 'good' });
  // It was never announced by the other's name.
  expect(observer.messages.filter(({ topic }) => topic === config('shed'))).toHaveLength(1);

  const nas = begin('nas', 1);
  await observer.see(config('nas'), isNamed('Watched'));
  const pi = JSON.parse(await observer.see(config('pi'), isNamed('Watched from pi'))) as Announcement;
  // Home Assistant keeps the first.
  expect(pi.components['probe-thing-mood']).toMatchObject({ default_entity_id: 'sensor.watched_mood' });
  begin('attic', 0, 'Watched cellar');
  await observer.see(config('attic'), isNamed('Watched cellar'));

  // One that no longer watches gives the name up.
  await nas.stop();
  const off = new ReconnectingPublisher(
    sessionContext(broker.url, { ...anyAgent, id: 'nas' }, [collector], new MutableAgentState(broker.url), quietLog),
  );
  onTestFinished(() => off.stop());
  off.start();
  await until('another one has it alone', () =>
    ['pi', 'shed'].some((id) => isNamed('Watched')(observer.topics.get(config(id)) ?? '')),
  );
});

test('what an earlier version has announced twice becomes tombstones, and its topics go', async () => {
  const { begin, write, claim, announcement, observer, owns, views } = await scene();
  const sensor = (name: string) => ({ platform: 'sensor', unique_id: `infra-monitor_pi_gateway_${name}`, name });
  const earlier = ['probe-thing-level', 'probe-thing-mood', 'probe-part_wlan-on', 'probe-part_old-on'];
  await write(
    deviceTopics('pi').config,
    JSON.stringify({
      device: { identifiers: ['infra-monitor_pi_gateway'], name: 'pi gateway', connections: [['mac', key]] },
      origin: { name: 'Home Lab Infra Monitor' },
      components: Object.fromEntries(earlier.map((name) => [name, sensor(name)])),
    }),
  );
  for (const topic of ['part_wlan', 'part_old', 'part_old/availability'])
    await write(`${deviceTopics('pi').state}/${topic}`, 'x');
  const nas = begin('nas');
  await owns('nas');
  begin('pi');
  await views('pi');
  expect(claim()?.agent).toBe('nas');
  expect(announcement('pi').components).toMatchObject({
    'probe-thing-mood': { platform: 'sensor' },
    'probe-part_wlan-on': { platform: 'sensor' },
    'probe-part_old-on': { platform: 'sensor' },
  });
  expect(announcement('pi').components['probe-thing-mood']).toEqual({ platform: 'sensor' });
  await until(
    'the topics of parts are gone',
    () => ![...observer.topics.keys()].some((topic) => topic.startsWith(`${deviceTopics('pi').state}/part_`)),
  );
  expect(observer.topics.has(deviceTopics('nas').part)).toBe(true);
  await nas.stop();
});

test('the claim of an agent that is gone holds, also when the others restart, until it is cleared', async () => {
  const { begin, write, claim, observer, announcement, owns, views } = await scene();
  const nas = begin('nas');
  await owns('nas');
  const since = claim()?.since;
  await nas.stop();
  const pi = begin('pi');
  await views('pi');
  await pi.stop();
  const again = begin('pi', { known: false });
  await again.online();
  // A device that has not said its MAC address yet is known by its last announcement.
  expect(announcement('pi').device.identifiers).toEqual(['infra-monitor_nas_gateway']);
  const back = begin('nas');
  await back.online();
  expect(claim()).toMatchObject({ agent: 'nas', since });
  await back.stop();

  await write(claimTopic, '');
  await until('pi has it', () => claim()?.agent === 'pi');
  await owns('pi');
  expect(announcement('pi').device).toMatchObject({ identifiers: ['infra-monitor_pi_gateway'], name: 'pi gateway' });
  begin('nas');
  await views('nas');
  expect(observer.topics.get(deviceTopics('nas').config)).toContain('infra-monitor_pi_gateway');
});

test('an agent that can report more takes the device over, and keeps it', async () => {
  const { begin, claim, owns, views } = await scene();
  const pi = begin('pi');
  await owns('pi');
  const nas = begin('nas', { rank: 1 });
  await owns('nas');
  await views('pi');
  await nas.stop();
  await pi.stop();
  begin('pi');
  await views('pi');
  expect(claim()).toMatchObject({ agent: 'nas', rank: 1 });
});

test('of agents that claim at the same moment, all agree on one', async () => {
  const { begin, claim, observer, owns, views } = await scene();
  const agents = ['a', 'b', 'c', 'd'].map((id) => ({ id, ...begin(id) }));
  await Promise.all(agents.map(({ online }) => online()));
  const owner = await until('one owner', () => {
    const owners = agents.filter(({ state }) => !state.owners.has('probe/gateway'));
    return owners.length === 1 && owners[0];
  });
  expect(claim()?.agent).toBe(owner.id);
  await owns(owner.id);
  for (const { id } of agents.filter((one) => one !== owner)) await views(id);
  expect(observer.messages.filter(({ topic }) => topic === claimTopic).length).toBeLessThan(16);
});

test.each([
  'nonsense',
  '[]',
  '{"agent":"x"}',
  '{"agent":"../x","device":"y","rank":9,"since":"2026-01-01T00:00:00Z"}',
  '1'.repeat(5000),
])('a claim without meaning is none: %.40s', async (payload) => {
  const { begin, write, claim, owns } = await scene();
  await write(claimTopic, payload);
  begin('nas');
  await owns('nas');
  await until('it is overwritten', () => claim()?.agent === 'nas');
});

test('a claim that is overwritten again and again is not written back as often', async () => {
  const { begin, write, claim, observer, owns } = await scene();
  begin('nas');
  await owns('nas');
  for (let index = 0; index < 20; index += 1) await write(claimTopic, `nonsense ${index}`);
  await until('it is back', () => claim()?.agent === 'nas', 10);
  expect(
    observer.messages.filter(({ topic, payload }) => topic === claimTopic && payload.includes('nas')).length,
  ).toBeLessThan(4);
});

test('a broker that refuses the claims is as one without', async () => {
  const isClaim = (topic: string) => topic.includes('/shared/');
  const { begin, observer, owns } = await scene({
    authorizeSubscribe: (_: unknown, subscription: { topic: string }, done: (error: null, granted: unknown) => void) =>
      done(null, isClaim(subscription.topic) ? null : subscription),
  });
  const agents = [begin('nas'), begin('pi')];
  await owns('nas');
  await owns('pi');
  expect(agents.every(({ state }) => state.broker.error === undefined)).toBe(true);
  expect([...observer.topics.keys()].filter(isClaim)).toEqual([]);
});

test('several brokers: the one that has given its retained messages away may take its time for the claims', async () => {
  const echoMs = 2500;
  let readsClaims = false;
  const { broker, write, begin, views } = await scene({
    authorizeSubscribe: (
      _: unknown,
      subscription: { topic: string },
      done: (error: null, granted: unknown) => void,
    ) => {
      readsClaims ||= subscription.topic === claimTopic;
      done(null, subscription);
    },
    authorizePublish: (_: unknown, { topic }: { topic: string }, done: (error: null) => void) => {
      setTimeout(() => done(null), readsClaims && topic.endsWith('/echo') ? echoMs : 0);
    },
  });
  await write(claimTopic, JSON.stringify({ agent: 'pi', device: 'gateway', rank: 1, since: new Date() }));
  begin('nas', { brokers: `${broker.url},mqtt://127.0.0.1:1` });
  await views('nas');
});

test('a broker that hangs up on whoever writes a claim is tried twice', async () => {
  const attempts: string[] = [];
  const { begin, owns } = await scene({
    authorizePublish: (_: unknown, { topic }: { topic: string }, done: (error: Error | null) => void) => {
      if (topic.includes('/shared/')) attempts.push(topic);
      done(topic.includes('/shared/') ? new Error('no') : null);
    },
  });
  const nas = begin('nas');
  await until('online', () => nas.state.broker.connected, 30);
  await owns('nas');
  expect(attempts).toHaveLength(2);
});

test('without its retained messages, the broker gets the claims of the agents that are there', async () => {
  const { broker, begin, claim, owns, views } = await scene();
  const nas = begin('nas');
  await owns('nas');
  const pi = begin('pi');
  await views('pi');
  await broker.stop();
  await broker.start({ forgets: true });
  await until('both are back', () => nas.state.broker.connected && pi.state.broker.connected, 30);
  await until('nas has it', () => claim()?.agent === 'nas', 30);
  await owns('nas');
  await views('pi');
});

test('an agent whose collector is off gives its claims up', async () => {
  const { begin, broker, claim, owns } = await scene();
  const nas = begin('nas');
  await owns('nas');
  await nas.stop();
  const off = new MutableAgentState(broker.url);
  const session = new ReconnectingPublisher(
    sessionContext(broker.url, { ...anyAgent, id: 'nas', name: 'nas' }, [collector], off, quietLog),
  );
  session.start();
  onTestFinished(() => session.stop());
  await until('it is free', () => claim() === undefined);
});

/** A session of an agent that has read these things by their names; without a list, its collector is off. */
function beginNamed(url: string, id: string, names: readonly string[] | undefined) {
  const state = new MutableAgentState(url);
  const read = (...present: readonly string[]) =>
    state.record(collector, {
      ok: true,
      at: new Date(),
      seconds: 0,
      observations: present.map((name) => ({
        table: 'thing',
        device: { id: name, name, sharedName: { rank: 0 } },
        reading: { level: 50, mood: 'good' },
      })),
    });
  if (names !== undefined) {
    state.add(collector);
    read(...names);
  }
  const ends = { lateMessages: 0 };
  const session = new ReconnectingPublisher({
    ...sessionContext(url, { ...anyAgent, id, name: id }, [collector], state, quietLog),
    // This broker delivers nothing late.
    after: (ms, then) =>
      runAfter(Math.min(ms, 1000), () => {
        then();
        if (ms === lateRetainedMs) ends.lateMessages += 1;
      }),
  });
  const stop = startUntilStopped(session);
  return { state, session, stop, read, ends };
}

const nameClaim = (name: string) => `infra-monitor/shared/probe/${name}`;
const claimOf = (agent: string, device: string) =>
  JSON.stringify({ agent, device, rank: 0, since: '2026-01-01T00:00:00.000Z' });

test('a name that a device no longer has is free once the user has it forgotten, and can be taken again', async () => {
  const { broker, observer } = await scene();
  const config = (id: string) => `homeassistant/device/infra-monitor_${id}/watched/config`;
  const before = beginNamed(broker.url, 'pi', ['Watched']);
  await observer.see(config('pi'), (payload) => payload.includes('"Watched"'));
  await before.stop();
  const { state, session, read } = beginNamed(broker.url, 'pi', ['House']);
  await observer.see(nameClaim('house'));
  beginNamed(broker.url, 'shed', ['Watched']);
  await observer.see(config('shed'), (payload) => payload.includes('"Watched from shed"'));
  expect(parseDeviceClaim(observer.topics.get(nameClaim('watched')) ?? '')?.agent).toBe('pi');
  state.forgetMissing({ collector: 'probe', device: 'watched' });
  session.update();
  await observer.see(config('shed'), (payload) => payload.includes('"Watched"'));
  expect(parseDeviceClaim(observer.topics.get(nameClaim('watched')) ?? '')?.agent).toBe('shed');
  expect(parseDeviceClaim(observer.topics.get(nameClaim('house')) ?? '')?.agent).toBe('pi');

  read('House', 'Watched');
  session.update();
  await until('it is known whose the name is', () => state.owners.get('probe/watched/name')?.agent === 'shed');
});

test('claims on what an agent neither watches nor announces are given up, and no others', async () => {
  const { broker, observer, writeAndSee } = await scene();
  const announcement = (device: object, component: object) =>
    JSON.stringify({ device, origin: { name: 'x' }, components: { 'probe-thing-mood': component } });
  const whole = { platform: 'sensor', unique_id: 'x', state_topic: 'x' };
  const config = (device: string) => `homeassistant/device/infra-monitor_pi/${device}/config`;
  await writeAndSee(
    config('away'),
    announcement({ identifiers: ['a'], name: 'Away', connections: [['mac', key]] }, whole),
  );
  await writeAndSee(config('removed'), announcement({ identifiers: ['b'], name: 'Removed' }, { platform: 'sensor' }));
  await writeAndSee(claimTopic, claimOf('pi', 'away'));
  for (const device of ['away', 'removed', 'gone', 'present'])
    await writeAndSee(nameClaim(device), claimOf('pi', device));
  await writeAndSee(nameClaim('of_another'), claimOf('nas', 'gone'));
  beginNamed(broker.url, 'pi', ['Present']);
  await until('they are given up', () => !['removed', 'gone'].some((one) => observer.topics.has(nameClaim(one))));
  // Comes after all that the agent has written.
  await writeAndSee('marker', 'marker');
  const left = [...observer.topics.keys()].filter((topic) => topic.includes('/shared/'));
  expect(left.sort()).toEqual([claimTopic, ...['away', 'of_another', 'present'].map(nameClaim)].sort());
});

test('an agent whose collector is off gives up a name that it has announced with its own', async () => {
  const { broker, observer, writeAndSee } = await scene();
  const device = { identifiers: ['infra-monitor_pi_watched'], name: 'Watched from pi' };
  const components = { 'probe-thing-mood': { platform: 'sensor', unique_id: 'x', state_topic: 'x' } };
  await writeAndSee(
    'homeassistant/device/infra-monitor_pi/watched/config',
    JSON.stringify({ device, origin: {}, components }),
  );
  await writeAndSee(nameClaim('watched'), claimOf('pi', 'watched'));
  beginNamed(broker.url, 'pi', undefined);
  await until('it is free', () => !observer.topics.has(nameClaim('watched')));
});

test('a broker that hangs up on whoever looks for claims of earlier processes is tried twice', async () => {
  const attempts: string[] = [];
  const { broker, observer, write } = await scene({
    authorizeSubscribe: (
      client: { id: string },
      subscription: { topic: string },
      done: (error: Error | null, granted?: unknown) => void,
    ) => {
      const isForbidden = subscription.topic === 'infra-monitor/shared/+/+';
      if (isForbidden) attempts.push(client.id);
      done(isForbidden ? new Error('no') : null, subscription);
    },
  });
  const { state, ends } = beginNamed(broker.url, 'pi', ['Watched']);
  await until('a third connection has lasted', () => ends.lateMessages === 3);
  // It answers after all that it has sent before.
  await write('infra-monitor/pi/echo', livenessQuestionPayload('marker'));
  await observer.see('infra-monitor/pi/echo', (payload) => payload === livenessAnswerPayload('marker'));
  expect([attempts.length, state.broker.reconnects, state.broker.connected]).toEqual([2, 2, true]);
  expect(parseDeviceClaim(observer.topics.get(nameClaim('watched')) ?? '')?.agent).toBe('pi');
});

test('of a router that is replaced, and of one that is forgotten, the claim is free', async () => {
  const { begin, claim, observer, owns } = await scene();
  const nas = begin('nas');
  await owns('nas');
  const replaced = '02:00:5E:00:53:02';
  const replacedTopic = 'infra-monitor/shared/probe/02_00_5e_00_53_02';
  const record = (observations: readonly object[]) =>
    nas.state.record(collector, { ok: true, at: new Date(), seconds: 0, observations: observations as never });
  const device = { id: 'gateway', name: 'nas gateway', shared: { key: replaced, rank: 0 }, macAddress: replaced };
  record([{ table: 'thing', device, reading: { level: 50 } }]);
  nas.session.update();
  await observer.see(replacedTopic, (payload) => parseDeviceClaim(payload)?.agent === 'nas');
  await until('the former one is free', () => claim() === undefined);
  record([]);
  nas.session.update();
  nas.state.forgetMissing({ collector: 'probe', device: 'gateway' });
  nas.session.update();
  await until('it is free', () => !observer.topics.has(replacedTopic));
});

test('a broker that keeps a message back on a living connection has not hung up', async () => {
  const { settings } = await startPeer(welcome());
  const connection = await SingleUseBrokerConnection.open(settings, { clientId: 'nas', protocolVersion: 5 });
  onTestFinished(() => connection.abort());
  const state = stateOf(collector, [
    { table: 'thing', device: { id: 'gateway', name: 'gateway', shared: { key, rank: 0 } }, reading: {} },
  ]);
  const memory = { held: new Map(), hangUps: 1, hangUpsAtRelease: 0 };
  const settler = new DeviceClaimSettler(
    {
      agent: anyAgent,
      catalogue: [collector],
      state,
      retained: new Map(),
      memory,
      isDismissed: () => false,
      after: runAfter,
      ownerKnown: () => undefined,
      changed: () => undefined,
    },
    connection,
  );
  await settler.settle();
  expect(memory.hangUps).toBe(0);
});
