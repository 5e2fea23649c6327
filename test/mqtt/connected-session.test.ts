import { expect, test } from 'vitest';
import type { DeviceEvent } from '../../src/model/event.ts';
import { startBroker } from '../helpers/broker.ts';
import { stopClock } from '../helpers/clock.ts';
import { startSession } from '../helpers/conversation.ts';
import { observe } from '../helpers/observer.ts';
import { device, type ProbeCollector, probe, stateOf } from '../helpers/sample-collector.ts';
import { until } from '../helpers/until.ts';

const collector = probe(async () => []);
const root = 'infra-monitor/nas';
const status = `${root}/status`;
/** What is to be removed, announced once more. */
const restored = { platform: 'sensor', entity_category: 'diagnostic', state_topic: status };
const topicOf = (slug: string) => `${root}/probe/${slug}`;
const configOf = (slug: string) => `homeassistant/device/infra-monitor_nas/${slug}/config`;
const event = `${topicOf('thing_1')}/event`;
const other = { id: 'Thing 2', name: 'Other' };

type Readings = Parameters<typeof stateOf>[1];
const both: Readings = [
  { table: 'thing', device, reading: { level: 1 } },
  { table: 'thing', device: other, reading: { level: 2 } },
];
const happening = (type: string, more: object = {}): DeviceEvent => ({
  type,
  at: new Date('2026-01-02T03:04:05Z'),
  ...more,
});

async function scene(retained: Record<string, string> = {}) {
  const clock = stopClock();
  const broker = await startBroker();
  const observer = await observe(broker.url, { protocolVersion: 4 });
  const say = (topic: string, payload: string, retain = true) =>
    observer.client.publishAsync(topic, payload, { qos: 1, retain });
  for (const [topic, payload] of Object.entries(retained)) await say(topic, payload);
  await until('all is kept', () => observer.messages.length === Object.keys(retained).length);
  const since = () => {
    const from = observer.messages.length;
    return () => observer.messages.slice(from).filter(({ topic }) => !topic.endsWith('/echo'));
  };
  /** Resolves when all messages published before have arrived. */
  let marks = 0;
  const settled = async () => {
    marks += 1;
    await say('marker', String(marks), false);
    await observer.see('marker', (payload) => payload === String(marks));
  };
  /** Home Assistant comes online, and enough time passes for all agents to react. */
  const birth = async (retain = false) => {
    // A random delay of less than five seconds; devices that were just announced rest for five.
    const before = clock.pauses(5);
    await say('homeassistant/status', 'online', retain);
    await until('it is heard', () => clock.pauses(5) > before);
    clock.turn(5);
  };
  const begin = async (readings: Readings = both, catalogue: readonly ProbeCollector[] = [collector]) => {
    const state = stateOf(collector, readings);
    const read = (next: Readings) =>
      state.record(collector, { ok: true, observations: next, at: new Date(), seconds: 0 });
    const speaking = startSession(broker.settings, catalogue, state);
    await until('online', () => state.broker.connected);
    await settled();
    return { state, read, ...speaking };
  };
  return { clock, broker, observer, say, since, settled, birth, begin };
}

/** The retained messages of a device that an earlier agent has left. */
const announced = (slug: string, components: Record<string, object>) => ({
  [configOf(slug)]: JSON.stringify({
    device: { identifiers: [`infra-monitor_nas_${slug}`], name: slug },
    origin: { name: 'Home Lab Infra Monitor' },
    components,
  }),
});
const sensor = { platform: 'sensor', unique_id: 'x', state_topic: 'y' };
const componentsIn = (payload: string | undefined) =>
  (JSON.parse(payload ?? '{}') as { components: Record<string, Record<string, unknown>> }).components;

test('new devices and new metrics are announced; new values are not', async () => {
  const { clock, observer, since, settled, begin } = await scene();
  const { read, session } = await begin([{ table: 'thing', device, reading: { level: 1 } }]);
  let said = since();
  read([{ table: 'thing', device, reading: { level: 50 } }]);
  session.update();
  await observer.see(topicOf('thing_1'), (payload) => payload.includes('"level":50'));
  await settled();
  expect(said().map(({ topic }) => topic)).toEqual([topicOf('thing_1'), 'marker']);

  said = since();
  read([{ table: 'thing', device, reading: { level: 50, rare: 3 } }]);
  session.update();
  await settled();
  expect(said().map(({ topic }) => topic)).not.toContain(configOf('thing_1'));
  // Home Assistant has had five seconds to process the first announcement.
  clock.turn(5);
  await observer.see(configOf('thing_1'), (payload) => 'probe-thing-rare' in componentsIn(payload));
  read(both);
  session.update();
  await observer.see(configOf('thing_2'));
  await observer.see(`${topicOf('thing_2')}/availability`, (payload) => payload === 'online');
  expect(said().filter(({ topic }) => topic === configOf('thing_2'))).toHaveLength(1);
});

test('an unreadable device is unavailable and keeps its last values', async () => {
  const { observer, begin } = await scene();
  const { read, session } = await begin();
  read([{ table: 'thing', device, error: new Error('no answer') }, ...both.slice(1)]);
  session.update();
  await observer.see(`${topicOf('thing_1')}/availability`, (payload) => payload === 'offline');
  expect(JSON.parse(observer.topics.get(topicOf('thing_1')) ?? '')).toMatchObject({ level: 1 });
  expect(observer.topics.get(`${topicOf('thing_2')}/availability`)).toBe('online');
});

test('the first event waits until Home Assistant has created the entity, the next one does not', async () => {
  const { clock, observer, since, settled, begin } = await scene();
  const { state, read, session } = await begin([
    {
      table: 'thing',
      device,
      reading: {},
      events: [happening('restart', { reason: 'uptime fell', from: new Date('2026-01-02T03:00:00Z') })],
    },
  ]);
  const said = since();
  await clock.waits(5);
  clock.turn(4.9);
  session.update();
  await settled();
  expect(said().map(({ topic }) => topic)).toEqual(['marker']);
  clock.turn(0.2);
  await observer.see(event);
  await until('told', () => state.pendingEvents.length === 0);
  read([{ table: 'thing', device, reading: {}, events: [happening('outage')] }]);
  session.update();
  await until('told', () => state.pendingEvents.length === 0);
  await settled();
  expect(said().filter(({ topic }) => topic === event)).toEqual([
    {
      topic: event,
      retained: false,
      payload:
        '{"event_type":"restart","at":"2026-01-02T03:04:05.000Z","reason":"uptime fell","from":"2026-01-02T03:00:00.000Z"}',
    },
    { topic: event, retained: false, payload: '{"event_type":"outage","at":"2026-01-02T03:04:05.000Z"}' },
  ]);
});

test('an event while Home Assistant is offline is published after it is back and the devices are announced again', async () => {
  const { clock, observer, say, since, settled, begin } = await scene({ 'homeassistant/status': 'offline' });
  const { state, session } = await begin([{ table: 'thing', device, reading: {}, events: [happening('restart')] }]);
  clock.turn(30);
  session.update();
  await settled();
  expect(observer.topics.has(event)).toBe(false);
  const said = since();
  await say('homeassistant/status', 'online');
  // A random delay of one to five seconds.
  await clock.waits(1, 5);
  await settled();
  expect(said().map(({ topic }) => topic)).not.toContain(configOf('thing_1'));
  clock.turn(5);
  await until('announced', () => said().some(({ topic }) => topic === configOf('thing_1')));
  await until('all again', () => said().some(({ topic }) => topic === status));
  expect(new Set(said().map(({ topic }) => topic))).toEqual(
    new Set([
      'homeassistant/status',
      'homeassistant/device/infra-monitor_nas/nas/config',
      'infra-monitor/nas/problems',
      'marker',
      configOf('thing_1'),
      topicOf('thing_1'),
      `${topicOf('thing_1')}/availability`,
      status,
    ]),
  );
  expect(observer.topics.has(event)).toBe(false);
  await clock.turnUntil('published', () => observer.topics.has(event));
  await until('told', () => state.pendingEvents.length === 0);
});

test('no events are published after Home Assistant goes offline until it is back', async () => {
  const { clock, observer, say, settled, birth, begin } = await scene({ 'homeassistant/status': 'online' });
  const { state, read, session } = await begin();
  await clock.waits(5);
  clock.turn(5);
  const pauses = clock.pauses();
  await say('homeassistant/status', 'offline');
  await settled();
  await settled();
  expect(clock.pauses(), 'nothing is prepared for whoever goes').toBe(pauses);
  read([{ table: 'thing', device, reading: {}, events: [happening('restart')] }, ...both.slice(1)]);
  session.update();
  await settled();
  expect(observer.topics.has(event)).toBe(false);
  await birth(true);
  await clock.turnUntil('published', () => observer.topics.has(event));
  await until('told', () => state.pendingEvents.length === 0);
});

test('when Home Assistant comes online twice in a row, everything is announced again once, after the second time', async () => {
  const { clock, say, since, settled, begin } = await scene();
  await begin();
  await clock.waits(5);
  clock.turn(5);
  const said = since();
  await say('homeassistant/status', 'online', false);
  await clock.waits(1, 5);
  await say('homeassistant/status', 'online', false);
  await settled();
  clock.turn(5);
  await until('announced', () => said().some(({ topic }) => topic === status));
  await settled();
  expect(said().filter(({ topic }) => topic === configOf('thing_1'))).toHaveLength(1);
});

test('a device removed in Home Assistant is logged and not announced again; the others are', async () => {
  const { clock, observer, say, since, settled, birth, begin } = await scene();
  const { log, dismissed, read, session } = await begin();
  await say(configOf('thing_2'), '');
  await clock.turnUntil('it is heard', () => dismissed.length > 0);
  expect(dismissed).toEqual(['thing_2']);
  expect(log.at(-1)).toBe(
    'info  thing_2: removed in Home Assistant; it will be announced again when the agent restarts',
  );
  await settled();
  const said = since();
  read([...both, { table: 'thing', device: { id: 'Thing 3', name: 'Third' }, reading: {} }]);
  session.update();
  await observer.see(configOf('thing_3'));
  await birth();
  await until('announced anew', () => said().some(({ topic }) => topic === status));
  await settled();
  expect(said().map(({ topic }) => topic)).not.toContain(configOf('thing_2'));
  // It is still read, and its states are published.
  expect(observer.topics.get(`${topicOf('thing_2')}/availability`)).toBe('online');
  await say(configOf('thing_2'), '');
  await settled();
  expect(dismissed).toEqual(['thing_2']);
});

test('a device removed in Home Assistant stays so, whatever else was forgotten', async () => {
  const { clock, say, begin } = await scene();
  const { state, dismissed } = await begin();
  state.forgotten.add('probe/gone');
  await say(configOf('thing_2'), '');
  await clock.turnUntil('it is heard', () => dismissed.length > 0);
  expect(dismissed).toEqual(['thing_2']);
});

test('announcements that are cleared within seconds of each other are published again: no user is so fast', async () => {
  const { clock, observer, say, settled, begin } = await scene();
  const { log, dismissed } = await begin();
  for (const round of [1, 2]) {
    for (const name of ['thing_1', 'thing_2']) await say(configOf(name), '');
    await settled();
    expect(observer.topics.has(configOf('thing_1'))).toBe(false);
    await clock.turnUntil(`announced again, ${round}`, () =>
      ['thing_1', 'thing_2'].every((name) => observer.topics.has(configOf(name))),
    );
  }
  expect(dismissed).toEqual([]);
  expect(log.at(-1)).toBe(
    'warn  MQTT: the announcements of 2 devices were cleared faster than a user can do it; they are published again',
  );
  // One after the other may be the user.
  await say(configOf('thing_1'), '');
  await clock.turnUntil('the first is removed', () => dismissed.length === 1);
  await say(configOf('thing_2'), '');
  await clock.turnUntil('the second is removed', () => dismissed.length === 2);
});

test('a device that was removed while the agent was disconnected is not announced again', async () => {
  const { clock, broker, observer, say, settled, begin } = await scene();
  const { state, dismissed } = await begin();
  await broker.stop();
  await until('it is seen', () => !state.broker.connected);
  await broker.start();
  await until('the observer is back', () => observer.client.connected);
  await settled();
  await say(configOf('thing_2'), '');
  await clock.turnUntil('back', () => state.broker.connected);
  expect(observer.topics.has(configOf('thing_2'))).toBe(false);
  await clock.turnUntil('removed', () => dismissed.length > 0);
  expect(dismissed).toEqual(['thing_2']);
  expect(observer.topics.has(configOf('thing_2'))).toBe(false);
  expect(observer.topics.has(configOf('thing_1'))).toBe(true);
});

test('a broker that has lost its retained messages has removed nothing', async () => {
  const { clock, broker, observer, begin } = await scene();
  const { state, dismissed } = await begin();
  await broker.stop();
  await until('it is seen', () => !state.broker.connected);
  const before = observer.messages.length;
  await broker.start({ forgets: true });
  await until('the observer is back', () => observer.client.connected);
  await clock.turnUntil('back', () => state.broker.connected);
  await until(
    'announced',
    () => observer.messages.slice(before).filter(({ topic }) => topic.endsWith('/config')).length >= 2,
  );
  expect(dismissed).toEqual([]);
});

test('after a broker has lost everything, events wait until Home Assistant has connected to it again', async () => {
  const { clock, broker, observer, birth, settled, begin } = await scene();
  const { state, read, session } = await begin();
  await birth();
  await clock.waits(5);
  clock.turn(5);
  await broker.stop();
  await until('it is seen', () => !state.broker.connected);
  read([{ table: 'thing', device, reading: {}, events: [happening('outage')] }, ...both.slice(1)]);
  await broker.start({ forgets: true });
  await until('the observer is back', () => observer.client.connected);
  await clock.turnUntil('back', () => state.broker.connected);
  clock.turn(5);
  session.update();
  await settled();
  expect(observer.topics.has(event)).toBe(false);
  await birth();
  await clock.turnUntil('published', () => observer.topics.has(event));
  await until('told', () => state.pendingEvents.length === 0);
});

test('an entity that the agent no longer declares gets a tombstone first, and its topics are cleared later', async () => {
  const { clock, observer, begin } = await scene({
    ...announced('thing_1', { 'probe-thing-level': sensor, 'probe-thing-gone': sensor }),
    ...announced('old', { 'other-thing-level': sensor }),
    [`${root}/other/old`]: '{}',
    [`${root}/other/old/availability`]: 'online',
    [`${topicOf('away')}/availability`]: 'online',
    [topicOf('away')]: '{"level":5}',
  });
  const starting = begin();
  await until('buried', () =>
    observer.messages.some(
      ({ topic, payload }) =>
        topic === configOf('old') && componentsIn(payload)['other-thing-level']?.unique_id === undefined,
    ),
  );
  expect(componentsIn(observer.topics.get(configOf('old')))).toEqual({ 'other-thing-level': { platform: 'sensor' } });
  expect(componentsIn(observer.topics.get(configOf('thing_1')))).toEqual({
    'probe-thing-level': sensor,
    'probe-thing-gone': { platform: 'sensor' },
  });
  // Home Assistant needs time to remove it, so the states wait.
  expect(observer.topics.has(topicOf('thing_1'))).toBe(false);
  await clock.waits(1);
  clock.turn(1);
  const { state } = await starting;
  expect(state.broker.connected).toBe(true);
  // A device that was just not read is unavailable, and keeps its values.
  expect(observer.topics.get(`${topicOf('away')}/availability`)).toBe('offline');
  expect(observer.topics.get(topicOf('away'))).toBe('{"level":5}');
  expect(observer.topics.get(`${root}/other/old`)).toBe('{}');
  await clock.waits(5);
  clock.turn(5);
  await until(
    'cleared away',
    () => !observer.topics.has(`${root}/other/old`) && !observer.topics.has(`${root}/other/old/availability`),
  );
  expect(observer.topics.get(topicOf('away'))).toBe('{"level":5}');
});

test('tombstones: a Home Assistant that was offline gets the entity and its tombstone again, and then they are left out', async () => {
  const { clock, observer, since, birth, begin } = await scene(announced('thing_1', { 'probe-thing-gone': sensor }));
  const starting = begin();
  await clock.waits(1);
  clock.turn(1);
  await starting;
  await clock.waits(5);
  clock.turn(5);
  // The announcement has waited until Home Assistant has processed the tombstone.
  await until('announced', () => 'probe-thing-level' in componentsIn(observer.topics.get(configOf('thing_1'))));
  expect(componentsIn(observer.topics.get(configOf('thing_1')))['probe-thing-gone']).toEqual({ platform: 'sensor' });
  const said = since();
  const shown = () =>
    said().flatMap(({ topic, payload }) =>
      topic === configOf('thing_1') ? [componentsIn(payload)['probe-thing-gone']] : [],
    );
  await birth();
  await clock.turnUntil('restored', () => shown().length === 1);
  await clock.turnUntil('a tombstone', () => shown().length === 2);
  await clock.turnUntil('left out', () => shown().at(-1) === undefined);
  expect(shown()).toEqual([
    { ...restored, unique_id: 'infra-monitor_nas_thing_1_probe-thing-gone' },
    // Twice repeated, before Home Assistant may have forgotten it.
    ...Array.from({ length: 3 }, () => ({ platform: 'sensor' })),
    undefined,
  ]);
  // And they stay left out.
  await birth();
  await clock.turnUntil('once more', () => shown().length === 6);
  expect(shown().at(-1)).toBeUndefined();
});

test('an announcement that replaces another one is repeated: Home Assistant may have been busy with the one before', async () => {
  const { clock, observer, settled, begin } = await scene();
  const { read, session } = await begin();
  const heard = () => observer.messages.filter(({ topic }) => topic === configOf('thing_1')).length;
  expect(heard()).toBe(1);
  clock.turn(100);
  await settled();
  expect(heard()).toBe(1);
  read([{ table: 'thing', device, excluded: true }, ...both.slice(1)]);
  session.update();
  const isTombstone = () =>
    !JSON.stringify(componentsIn(observer.topics.get(configOf('thing_1')))['probe-thing-level']).includes(
      'state_topic',
    );
  await until('a tombstone', isTombstone);
  await settled();
  expect(heard()).toBe(2);
  for (const [seconds, count] of [
    [14, 2],
    [1, 3],
    [44, 3],
    [1, 4],
    [1000, 4],
  ] as const) {
    clock.turn(seconds);
    await settled();
    await settled();
    expect([heard(), isTombstone()]).toEqual([count, true]);
  }
});

test('what was announced and removed over one connection is removed from a Home Assistant that was away meanwhile', async () => {
  const { clock, observer, since, birth, begin } = await scene();
  const { read, session } = await begin();
  clock.turn(5);
  read([{ table: 'thing', device, excluded: true }, ...both.slice(1)]);
  session.update();
  const shown = (payload: string | undefined) => componentsIn(payload)['probe-thing-level'];
  await until('a tombstone', () => Object.keys(shown(observer.topics.get(configOf('thing_1'))) ?? {}).length === 1);
  const said = since();
  const after = () => said().flatMap(({ topic, payload }) => (topic === configOf('thing_1') ? [shown(payload)] : []));
  await birth();
  await clock.turnUntil('restored', () => after().length === 1);
  await clock.turnUntil('a tombstone again', () => after().length === 2);
  expect(after()).toEqual([
    { ...restored, unique_id: 'infra-monitor_nas_thing_1_probe-thing-level' },
    { platform: 'sensor' },
  ]);
});

test('a device without any entities is removed by the agent: the user has not removed it', async () => {
  const { clock, observer, settled, birth, begin } = await scene(announced('old', { 'other-thing-level': sensor }));
  const starting = begin();
  await clock.waits(1);
  clock.turn(1);
  const { log, dismissed } = await starting;
  await clock.waits(5);
  clock.turn(5);
  await birth();
  await clock.turnUntil('its announcement is gone', () => !observer.topics.has(configOf('old')));
  await settled();
  await settled();
  expect(dismissed).toEqual([]);
  expect(log.filter((line) => line.includes('removed'))).toEqual([]);
});

test('a metric that had a value before and has none now stays announced', async () => {
  const { observer, begin } = await scene(announced('thing_1', { 'probe-thing-rare': sensor }));
  await begin();
  expect(componentsIn(observer.topics.get(configOf('thing_1')))).toMatchObject({
    'probe-thing-rare': sensor,
    'probe-thing-level': { platform: 'sensor' },
  });
});

test('devices that settings exclude are removed', async () => {
  const { clock, observer, begin } = await scene({
    ...announced('thing_2', { 'probe-thing-level': sensor }),
    [topicOf('thing_2')]: '{"level":5}',
    [`${topicOf('thing_2')}/availability`]: 'online',
  });
  const starting = begin([...both.slice(0, 1), { table: 'thing', device: other, excluded: true }]);
  await clock.waits(1);
  clock.turn(1);
  await starting;
  await clock.waits(5);
  clock.turn(5);
  await until(
    'its topics are gone',
    () => !observer.topics.has(topicOf('thing_2')) && !observer.topics.has(`${topicOf('thing_2')}/availability`),
  );
  expect(componentsIn(observer.topics.get(configOf('thing_2')))).toEqual({
    'probe-thing-level': { platform: 'sensor' },
  });
});

test('many parts: what changes while their announcement is made is announced afterwards', async () => {
  const { clock, observer, settled, begin } = await scene();
  const piece = (id: string) => ({ table: 'part' as const, device, part: { id, name: id }, reading: { level: 1 } });
  const many = Array.from({ length: 500 }, (_, index) => piece(`p${index}`));
  const { read, session } = await begin([...both, ...many] as Readings);
  const keysOf = (payload: string | undefined) => Object.keys(componentsIn(payload));
  expect(keysOf(observer.topics.get(configOf('thing_1')))).toContain('probe-part_p499-level');
  clock.turn(5);
  for (const name of ['new', 'newer']) {
    read([...both, ...many, piece(name)] as Readings);
    session.update();
  }
  await clock.turnUntil('both are announced', () => {
    const keys = keysOf(observer.topics.get(configOf('thing_1')));
    return keys.includes('probe-part_new-level') && keys.includes('probe-part_newer-level');
  });
  await settled();
});

test('a device that the user removes while the announcement of many parts is made is not announced', async () => {
  const { clock, observer, say, settled, begin } = await scene();
  const piece = (id: string) => ({ table: 'part' as const, device, part: { id, name: id }, reading: { level: 1 } });
  const many = Array.from({ length: 2000 }, (_, index) => piece(`p${index}`));
  const { read, session } = await begin([...both, ...many] as Readings);
  clock.turn(60);
  await say(configOf('thing_2'), '');
  await settled();
  read([...both, ...many, piece('new')] as Readings);
  session.update();
  await clock.turnUntil('the new part is announced', () =>
    Object.keys(componentsIn(observer.topics.get(configOf('thing_1')))).includes('probe-part_new-level'),
  );
  clock.turn(60);
  await settled();
  expect(observer.topics.has(configOf('thing_2'))).toBe(false);
});
