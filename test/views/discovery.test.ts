import { describe, expect, test } from 'vitest';
import { discoveryPayloadsByTopic, hasTombstones, tombstonePayloadsByTopic } from '../../src/views/discovery.ts';
import { announcementsOf, exampleLab } from '../helpers/lab.ts';
import { agent, device, type Probe, probe, stateOf } from '../helpers/sample-collector.ts';

const collector = probe(async () => []);
const topic = 'homeassistant/device/infra-monitor_nas/thing_1/config';
const whole = (reading: Probe = {}) => ({ table: 'thing' as const, device, reading });
const piece = (id: string, more: object = { reading: {} }) =>
  ({ table: 'part' as const, device, part: { id, name: id }, ...more }) as never;
const none = new Map<string, string>();

function announce(
  state: ReturnType<typeof stateOf>,
  retained: ReadonlyMap<string, string> = none,
  burial: 'tombstone' | 'restore' | 'omit' = 'tombstone',
  of = agent,
) {
  const payload = discoveryPayloadsByTopic([collector], of, state, retained, burial).get(topic);
  return payload
    ? (JSON.parse(payload) as { device: Record<string, unknown>; components: Record<string, Record<string, unknown>> })
    : payload;
}
const componentsOf = (announced: ReturnType<typeof announce>) =>
  typeof announced === 'object' ? announced.components : {};

test('a device with every kind of metric', async () => {
  const full = {
    ...device,
    manufacturer: 'Acme',
    model: 'X1',
    serialNumber: '1',
    softwareVersion: '2',
    hardwareVersion: '3',
    configurationUrl: 'http://thing/',
    macAddress: '02:00:00:00:00:01',
    via: 'nas',
  };
  const state = stateOf(collector, [{ table: 'thing', device: full, reading: {} }, piece('eth0')]);
  await expect(
    `${JSON.stringify(announce(state, none, 'tombstone', { ...agent, site: 'Berlin' }), null, 2)}\n`,
  ).toMatchFileSnapshot('../cases/discovery/expected.json');
});

test('an optional metric is announced after its first value', () => {
  expect(componentsOf(announce(stateOf(collector, [whole()])))).not.toHaveProperty('probe-thing-rare');
  expect(componentsOf(announce(stateOf(collector, [whole({ rare: 1 })], [whole()])))).toHaveProperty(
    'probe-thing-rare',
  );
});

test('a URL that Home Assistant would refuse is left out', () => {
  const state = stateOf(collector, [
    { table: 'thing', device: { ...device, configurationUrl: 'thing.local' }, reading: {} },
  ]);
  expect(announce(state)).not.toHaveProperty('device.configuration_url');
});

test('parents come before the devices below them', () => {
  const state = stateOf(collector, [
    { table: 'thing', device: { id: 'child', name: 'Child', via: 'parent' }, reading: {} },
    { table: 'thing', device: { id: 'parent', name: 'Parent' }, reading: {} },
  ]);
  expect(
    [...discoveryPayloadsByTopic([collector], agent, state, none, 'tombstone').keys()].map((key) => key.split('/')[3]),
  ).toEqual(['parent', 'child']);
});

describe('what the broker kept from before', () => {
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
      componentsOf(
        announce(state, earlier(Object.fromEntries(keys.map((key) => [key, { ...old, platform: 'event' }])))),
      ),
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
        state_topic: 'infra-monitor/nas/status',
      });
      expect(componentsOf(announce(state, retained, 'omit'))).not.toHaveProperty(key);
    }
  });

  test('tombstones come before the states, and everything else stays unchanged', () => {
    const state = stateOf(collector, [whole(), piece('out', { excluded: true })]);
    const keys = ['probe-thing-level', 'probe-part_usb-level', 'probe-part_out-level', 'probe-thing-retired'];
    const [payload] = tombstonePayloadsByTopic(
      [collector],
      agent,
      state,
      earlier(Object.fromEntries(keys.map((key) => [key, old]))),
    ).values();
    expect(JSON.parse(payload ?? '').components).toEqual({
      'probe-thing-level': old,
      'probe-part_usb-level': old,
      'probe-part_out-level': { platform: 'sensor' },
      'probe-thing-retired': { platform: 'sensor' },
    });
    expect(tombstonePayloadsByTopic([collector], agent, state, earlier({ 'probe-thing-level': old })).size).toBe(0);
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
    expect(hasTombstones(JSON.stringify({ device: {}, origin: {}, components: { a: { platform: 'sensor' } } }))).toBe(
      true,
    );
    expect(hasTombstones(JSON.stringify({ device: {}, origin: {}, components: { a: old } }))).toBe(false);
    expect(hasTombstones('')).toBe(false);
  });
});

test('the entity of the agent’s connection follows its status topic alone', () => {
  const [payload = ''] = announcementsOf(exampleLab.slice(2));
  const { components } = JSON.parse(payload) as { components: Record<string, object> };
  expect(components['agent-agent-agent_connected']).toMatchObject({
    state_topic: 'infra-monitor/cabin/status',
    payload_on: 'online',
    payload_off: 'offline',
  });
  expect(components['agent-agent-agent_connected']).not.toHaveProperty('availability');
});
