import { expect, test } from 'vitest';
import { runStepsAtOnce } from '../../src/model/event-loop-turns.ts';
import { hasComponentTombstones } from '../../src/mqtt/announcement-payload.ts';
import {
  type ComponentRemovalPhase,
  type DiscoveryReconciliationInput,
  payloadsWithComponentTombstones,
  reconcileDiscoveryPayloads,
} from '../../src/mqtt/discovery-reconciliation.ts';
import { planAnnouncements } from '../../src/views/discovery.ts';
import { agent, device, type Probe, probe, stateOf } from '../helpers/sample-collector.ts';

const collector = probe(async () => []);
const topicOf = (slug: string) => `homeassistant/device/infra-monitor_nas/${slug}/config`;
const topic = topicOf('thing_1');
const whole = (reading: Probe = {}) => ({ table: 'thing' as const, device, reading });
const piece = (id: string, more: object = { reading: {} }) =>
  ({ table: 'part' as const, device, part: { id, name: id }, ...more }) as never;
const discoveryOf = (state: ReturnType<typeof stateOf>) => runStepsAtOnce(planAnnouncements([collector], agent, state));
const payloadsOf = (input: DiscoveryReconciliationInput) => runStepsAtOnce(reconcileDiscoveryPayloads(input)).payloads;
const tombstonesOf = (...input: Parameters<typeof payloadsWithComponentTombstones>) =>
  runStepsAtOnce(payloadsWithComponentTombstones(...input));
type Components = Record<string, Record<string, unknown>>;
interface Announced {
  device: Record<string, unknown>;
  components: Components;
}

function announce(
  state: ReturnType<typeof stateOf>,
  retained: ReadonlyMap<string, string>,
  phase: ComponentRemovalPhase = 'tombstone',
): Announced | '' | undefined {
  const input = { agent, ...discoveryOf(state), retained, dismissed: new Set<string>(), phase };
  const payload = payloadsOf(input).get(topic);
  return payload ? (JSON.parse(payload) as Announced) : payload === '' ? '' : undefined;
}
const componentsOf = (announced: ReturnType<typeof announce>) =>
  typeof announced === 'object' ? announced.components : {};

const earlier = (components: Record<string, object>) =>
  new Map([
    [topic, JSON.stringify({ device: { identifiers: ['x'], name: 'Thing' }, origin: { name: 'x' }, components })],
  ]);
const old = { platform: 'sensor', unique_id: 'u', state_topic: 't' };

test('a part that is missing from the state stays unchanged', () => {
  expect(
    componentsOf(announce(stateOf(collector, [whole()]), earlier({ 'probe-part_usb-level': old })))[
      'probe-part_usb-level'
    ],
  ).toEqual(old);
});

test('a declared event entity stays; an undeclared one is removed', () => {
  const keys = ['probe-thing-event', 'probe-part_usb-event'];
  const state = stateOf(collector, [{ table: 'thing', device: { ...device, id: 'other' }, reading: {} }]);
  expect(
    componentsOf(announce(state, earlier(Object.fromEntries(keys.map((key) => [key, { ...old, platform: 'event' }]))))),
  ).toEqual({
    'probe-thing-event': { ...old, platform: 'event' },
    'probe-part_usb-event': { platform: 'event' },
  });
});

test('an undeclared component becomes a tombstone, is restored, becomes a tombstone and is omitted', () => {
  const state = stateOf(collector, [whole()]);
  for (const key of ['probe-thing-retired', 'probe-attic-level', 'other-thing-level', 'nonsense']) {
    const retained = earlier({ [key]: old });
    expect(componentsOf(announce(state, retained, 'tombstone'))[key]).toEqual({ platform: 'sensor' });
    expect(componentsOf(announce(state, retained, 'restore'))[key]).toEqual({
      platform: 'sensor',
      unique_id: `infra-monitor_nas_thing_1_${key}`,
      entity_category: 'diagnostic',
      state_topic: 'infra-monitor/nas/status',
    });
    expect(componentsOf(announce(state, retained, 'omit'))).not.toHaveProperty(key);
  }
});

test('a component keeps the entity id that it was announced with first', () => {
  const key = 'probe-thing-level';
  const renamed = stateOf(collector, [{ ...whole(), device: { ...device, name: 'Thing 12345A' } }]);
  const idOf = (input: object) => {
    const all = { agent, ...discoveryOf(renamed), retained: new Map<string, string>(), dismissed: new Set<string>() };
    const payload = payloadsOf({ ...all, phase: 'tombstone', ...input }).get(topic) ?? '';
    return (JSON.parse(payload) as Announced).components[key]?.default_entity_id;
  };
  const first = { platform: 'sensor', default_entity_id: 'sensor.thing_level' };
  const announced = earlier({ [key]: first });
  expect(idOf({})).toBe('sensor.thing_12345a_level');
  expect(idOf({ retained: announced })).toBe('sensor.thing_level');
  expect(idOf({ lastSent: (one: string) => announced.get(one) })).toBe('sensor.thing_level');
  // Not that of a removed component, or of another platform.
  expect(idOf({ retained: earlier({ [key]: { platform: 'sensor' } }) })).toBe('sensor.thing_12345a_level');
  expect(idOf({ retained: earlier({ [key]: { ...first, platform: 'switch' } }) })).toBe('sensor.thing_12345a_level');
});

test('tombstones come before the states, and everything else stays unchanged', () => {
  const state = stateOf(collector, [whole(), piece('out', { excluded: true })]);
  const keys = ['probe-thing-level', 'probe-part_usb-level', 'probe-part_out-level', 'probe-thing-retired'];
  const [payload] = tombstonesOf(
    agent,
    discoveryOf(state),
    earlier(Object.fromEntries(keys.map((key) => [key, old]))),
  ).values();
  expect(JSON.parse(payload ?? '').components).toEqual({
    'probe-thing-level': old,
    'probe-part_usb-level': old,
    'probe-part_out-level': { platform: 'sensor' },
    'probe-thing-retired': { platform: 'sensor' },
  });
  expect(tombstonesOf(agent, discoveryOf(state), earlier({ 'probe-thing-level': old })).size).toBe(0);
});

test('a tombstone stays a tombstone until it is omitted', () => {
  const retained = earlier({ 'probe-part_usb-level': { platform: 'sensor' } });
  expect(componentsOf(announce(stateOf(collector, [whole()]), retained))['probe-part_usb-level']).toEqual({
    platform: 'sensor',
  });
});

test('a part that returns is announced in place of its tombstone', () => {
  const retained = earlier({ 'probe-part_usb-level': { platform: 'sensor' } });
  expect(
    componentsOf(announce(stateOf(collector, [whole(), piece('usb')]), retained))['probe-part_usb-level'],
  ).toHaveProperty('unique_id');
});

test('a part that the settings exclude is removed', () => {
  const retained = earlier({ 'probe-part_usb-level': old });
  expect(
    componentsOf(announce(stateOf(collector, [whole(), piece('usb', { excluded: true })]), retained))[
      'probe-part_usb-level'
    ],
  ).toEqual({ platform: 'sensor' });
});

test('a device of an inactive collector gets tombstones, and in the end an empty topic', () => {
  const state = stateOf(probe(async () => [], 'another'));
  const retained = earlier({ 'probe-thing-level': old });
  expect(announce(state, retained, 'tombstone')).toMatchObject({
    device: { name: 'Thing' },
    components: { 'probe-thing-level': { platform: 'sensor' } },
  });
  expect(announce(state, retained, 'omit')).toBe('');
});

test('nothing is removed because it could not be read', () => {
  const never = stateOf(collector);
  expect(componentsOf(announce(never, earlier({ 'probe-thing-level': old })))).toEqual({ 'probe-thing-level': old });
});

test.each(['no json', '[]', '{"components": 3}'])('a retained payload of %s is overwritten', (payload) => {
  expect(componentsOf(announce(stateOf(collector, [whole()]), new Map([[topic, payload]])))).toHaveProperty(
    'probe-thing-level',
  );
});

test('a payload with tombstones is recognized', () => {
  expect(
    hasComponentTombstones(JSON.stringify({ device: {}, origin: {}, components: { a: { platform: 'sensor' } } })),
  ).toBe(true);
  expect(hasComponentTombstones(JSON.stringify({ device: {}, origin: {}, components: { a: old } }))).toBe(false);
  expect(hasComponentTombstones('')).toBe(false);
});

test('a device that the settings exclude gets tombstones for all entities and keeps its description', () => {
  const state = stateOf(collector, [{ table: 'thing', device, excluded: true }]);
  expect(announce(state, earlier({ 'probe-thing-level': old, 'probe-thing-event': old }))).toMatchObject({
    device: { name: 'Thing' },
    components: { 'probe-thing-level': { platform: 'sensor' }, 'probe-thing-event': { platform: 'sensor' } },
  });
  // It may have been announced over this connection.
  expect(announce(state, new Map())).toBe('');
});

test('a dismissed device is left out, desired or retained', () => {
  const state = stateOf(collector, [whole(), { table: 'thing', device: { id: 'other', name: 'Other' }, reading: {} }]);
  const retained = new Map([...earlier({ 'probe-thing-level': old }), [topicOf('gone'), earlier({}).get(topic) ?? '']]);
  const reconciled = (...dismissed: string[]) => [
    ...payloadsOf({
      agent,
      ...discoveryOf(state),
      retained,
      dismissed: new Set(dismissed),
      phase: 'tombstone',
    }).keys(),
  ];
  expect(reconciled()).toEqual(['thing_1', 'other', 'nas', 'gone'].map(topicOf));
  expect(reconciled('thing_1', 'nas', 'gone')).toEqual([topicOf('other')]);
});

test('a device with neither components nor an earlier payload has an empty topic', () => {
  const input = { agent, excluded: new Map(), declared: () => true, retained: new Map(), dismissed: new Set<string>() };
  const desired = new Map([['thing_1', { device: {}, components: {} }]]);
  expect([...payloadsOf({ ...input, desired, phase: 'tombstone' })]).toEqual([[topic, '']]);
});

test('origin: this program in this version, whatever an earlier payload names', () => {
  expect(announce(stateOf(collector), earlier({ 'probe-thing-level': old }))).toMatchObject({
    origin: { name: 'Home Lab Infra Monitor', sw_version: '1.2.3' },
  });
});

/** Keys of the announcements of devices, without the agent's machine, each with the device that it is connected
 * through, in this order. */
function announcedOrder(...devices: [id: string, via?: string][]) {
  const state = stateOf(
    collector,
    devices.map(([id, via]) => ({
      table: 'thing',
      device: { id, name: id, ...(via === undefined ? {} : { via }) },
      reading: {},
    })),
  );
  const input = { agent, ...discoveryOf(state), dismissed: new Set<string>(), phase: 'tombstone' as const };
  return [...payloadsOf({ ...input, retained: new Map() }).keys()]
    .map((key) => key.split('/')[3])
    .filter((device) => device !== agent.id);
}

test('host, pool, drive: each device comes after the one that it is connected through', () => {
  expect(announcedOrder(['drive', 'pool'], ['pool', 'host'], ['other'], ['host'])).toEqual([
    'other',
    'host',
    'pool',
    'drive',
  ]);
  expect(announcedOrder(['d', 'c'], ['c', 'b'], ['b', 'a'], ['a'])).toEqual(['a', 'b', 'c', 'd']);
});

test('a parent that is announced elsewhere counts as one level; devices of one level keep their order', () => {
  expect(announcedOrder(['below', 'elsewhere'], ['z'], ['a'], ['child', 'z'])).toEqual(['z', 'a', 'below', 'child']);
});

test('devices in a circle are announced all the same', () => {
  expect(announcedOrder(['a', 'b'], ['b', 'a'], ['self', 'self']).toSorted()).toEqual(['a', 'b', 'self']);
});

test('an earlier payload takes part in the order', () => {
  const child = JSON.stringify({
    device: { identifiers: 'gone', via_device: 'infra-monitor_nas_thing_1' },
    origin: {},
    components: { 'probe-thing-level': old },
  });
  const grandchild = JSON.stringify({
    device: { identifiers: ['other'], via_device: 'gone' },
    origin: {},
    components: { 'probe-thing-level': old },
  });
  const retained = new Map([
    [topicOf('grandchild'), grandchild],
    [topicOf('child'), child],
  ]);
  const input = { agent, ...discoveryOf(stateOf(collector, [whole()])), retained, dismissed: new Set<string>() };
  expect([...payloadsOf({ ...input, phase: 'tombstone' }).keys()]).toEqual(
    ['thing_1', 'nas', 'child', 'grandchild'].map(topicOf),
  );
});

test('a part that is gone has a button to forget it; then both are removed, also where this connection has announced them', () => {
  const state = stateOf(collector, [whole(), piece('usb')], [whole()]);
  const first = componentsOf(announce(state, new Map()));
  expect(first['probe-part_usb-forget']).toEqual({
    platform: 'button',
    unique_id: 'infra-monitor_nas_thing_1_probe-part_usb-forget',
    default_entity_id: 'button.thing_part_usb_forget',
    name: 'usb forget',
    icon: 'mdi:delete-outline',
    entity_category: 'config',
    command_topic: 'infra-monitor/nas/probe/thing_1/command',
    payload_press: 'forget part_usb',
    availability: [{ topic: 'infra-monitor/nas/status' }],
  });
  state.forgetMissing({ collector: 'probe', device: 'thing_1', part: { table: 'part', id: 'usb' } });
  const sent = earlier(first);
  const keys = ['probe-part_usb-level', 'probe-part_usb-forget'];
  for (const retained of [sent, new Map<string, string>()]) {
    const input = {
      agent,
      ...discoveryOf(state),
      retained,
      dismissed: new Set<string>(),
      lastSent: sent.get.bind(sent),
    };
    const inPhase = (phase: ComponentRemovalPhase) =>
      (JSON.parse(payloadsOf({ ...input, phase }).get(topic) ?? '') as Announced).components;
    expect(keys.map((key) => inPhase('tombstone')[key])).toEqual([{ platform: 'sensor' }, { platform: 'button' }]);
    expect(keys.map((key) => inPhase('restore')[key]?.unique_id)).toEqual(
      keys.map((key) => `infra-monitor_nas_thing_1_${key}`),
    );
    expect(keys.filter((key) => key in inPhase('omit'))).toEqual([]);
    expect(inPhase('tombstone')).toHaveProperty('probe-thing-level');
  }
});

test('the button to forget a part goes when the part is back', () => {
  const gone = stateOf(collector, [whole(), piece('usb')], [whole()]);
  const sent = earlier(componentsOf(announce(gone, new Map())));
  const back = stateOf(collector, [whole(), piece('usb')]);
  const input = { agent, ...discoveryOf(back), retained: new Map<string, string>(), dismissed: new Set<string>() };
  const payload = payloadsOf({ ...input, phase: 'tombstone', lastSent: sent.get.bind(sent) }).get(topic);
  const { components } = JSON.parse(payload ?? '') as Announced;
  expect(components['probe-part_usb-forget']).toEqual({ platform: 'button' });
  expect(components['probe-part_usb-level']).toHaveProperty('unique_id');
});

test('what is excluded while this connection lasts leaves with tombstones, all of it at once', () => {
  const lost = stateOf(collector, [{ ...whole(), canBeForgotten: true }]);
  const sent = earlier(componentsOf(announce(lost, new Map())));
  const excluded = stateOf(
    collector,
    [{ ...whole(), canBeForgotten: true }],
    [{ table: 'thing', device, excluded: true }],
  );
  const input = { agent, ...discoveryOf(excluded), retained: new Map<string, string>(), dismissed: new Set<string>() };
  const inPhase = (phase: ComponentRemovalPhase) =>
    payloadsOf({ ...input, phase, lastSent: sent.get.bind(sent) }).get(topic) ?? '';
  const { components } = JSON.parse(inPhase('tombstone')) as Announced;
  const keys = Object.keys((JSON.parse(sent.get(topic) ?? '') as Announced).components);
  expect(keys).toContain('probe-thing-forget');
  expect(Object.keys(components).sort()).toEqual(keys.sort());
  expect(Object.values(components).every((component) => Object.keys(component).join() === 'platform')).toBe(true);
  expect(inPhase('omit')).toBe('');
});

test.each([
  ['button', { command_topic: 'infra-monitor/nas/echo' }],
  ['event', { state_topic: 'infra-monitor/nas/status', event_types: ['none'] }],
  ['binary_sensor', { state_topic: 'infra-monitor/nas/status' }],
])('a %s is restored with what Home Assistant requires of it', (platform, required) => {
  const restored = announce(stateOf(collector, [whole()]), earlier({ nonsense: { ...old, platform } }), 'restore');
  const { platform: _, unique_id: __, ...options } = componentsOf(restored).nonsense ?? {};
  expect(options).toEqual({ entity_category: 'diagnostic', ...required });
});
