import { expect, test } from 'vitest';
import { allCollectors } from '../../src/collectors/index.ts';
import { announcedDevicesWithRetainedState } from '../../src/mqtt/announced-devices.ts';
import { parseDeviceDiscoveryPayload } from '../../src/mqtt/announcement-payload.ts';
import { parseAndExpandDiscoveryJson } from '../../src/views/discovery-json.ts';
import { parseLabDevicesWithRegistry } from '../../src/views/home-assistant/lab-devices.ts';
import { announcementsOf, exampleLab, retainedOf } from '../helpers/lab.ts';
import { agent } from '../helpers/sample-collector.ts';

const parse = (value: unknown) => parseAndExpandDiscoveryJson(JSON.stringify(value));

/** The abbreviations of Home Assistant for all that announcements of this program have. */
const short: Record<string, Record<string, string>> = {
  whole: { device: 'dev', origin: 'o', components: 'cmps' },
  device: {
    connections: 'cns',
    configuration_url: 'cu',
    hw_version: 'hw',
    identifiers: 'ids',
    model: 'mdl',
    manufacturer: 'mf',
    suggested_area: 'sa',
    serial_number: 'sn',
    sw_version: 'sw',
  },
  origin: { sw_version: 'sw', support_url: 'url' },
  component: {
    availability: 'avty',
    availability_mode: 'avty_mode',
    command_topic: 'cmd_t',
    default_entity_id: 'def_ent_id',
    device_class: 'dev_cla',
    enabled_by_default: 'en',
    entity_category: 'ent_cat',
    event_types: 'evt_typ',
    icon: 'ic',
    object_id: 'obj_id',
    options: 'ops',
    platform: 'p',
    payload_off: 'pl_off',
    payload_on: 'pl_on',
    payload_press: 'pl_prs',
    state_class: 'stat_cla',
    state_topic: 'stat_t',
    suggested_display_precision: 'sug_dsp_prc',
    topic: 't',
    unique_id: 'uniq_id',
    unit_of_measurement: 'unit_of_meas',
    value_template: 'val_tpl',
  },
};

type Members = Record<string, unknown>;
const renamed = (members: Members, names: Record<string, string> = {}): Members =>
  Object.fromEntries(Object.entries(members).map(([key, value]) => [names[key] ?? key, value]));

/** As another version of this program may write it. */
function abbreviated(payload: string): string {
  const { device, origin, components } = JSON.parse(payload) as {
    device: Members;
    origin: Members;
    components: Record<string, Members>;
  };
  const base = 'infra-monitor/';
  const topic = (text: unknown) => (typeof text === 'string' ? text.replace(base, '~') : text);
  const component = ({ availability, ...members }: Members) =>
    renamed(
      {
        ...Object.fromEntries(
          Object.entries(members).map(([key, value]) => [key, key.endsWith('topic') ? topic(value) : value]),
        ),
        ...(Array.isArray(availability)
          ? {
              availability: availability.map((one: Members) =>
                renamed({ ...one, topic: topic(one.topic) }, short.component),
              ),
            }
          : {}),
      },
      short.component,
    );
  const all = Object.fromEntries(Object.entries(components).map(([key, one]) => [key, component(one)]));
  return JSON.stringify({
    '~': base,
    ...renamed(
      { device: renamed(device, short.device), origin: renamed(origin, short.origin), components: all },
      short.whole,
    ),
  });
}

const payloads = announcementsOf(exampleLab);

test('what is announced with abbreviations is read as if it were announced in full', () => {
  for (const payload of payloads) {
    expect(abbreviated(payload).length).toBeLessThan(0.9 * payload.length);
    expect(parseAndExpandDiscoveryJson(abbreviated(payload))).toEqual(JSON.parse(payload));
    expect(parseAndExpandDiscoveryJson(payload)).toEqual(JSON.parse(payload));
    expect(parseDeviceDiscoveryPayload(abbreviated(payload))).toEqual(parseDeviceDiscoveryPayload(payload));
  }
});

test('dashboards and the devices that were announced are the same', () => {
  expect(parseLabDevicesWithRegistry(allCollectors, payloads.map(abbreviated))).toEqual(
    parseLabDevicesWithRegistry(allCollectors, payloads),
  );
  for (const machine of exampleLab) {
    const retained = retainedOf(machine);
    const short = new Map(
      [...retained].map(([topic, payload]) => [topic, topic.endsWith('/config') ? abbreviated(payload) : payload]),
    );
    expect(announcedDevicesWithRetainedState(machine.agent, retained)).not.toEqual([]);
    expect(announcedDevicesWithRetainedState(machine.agent, short)).toEqual(
      announcedDevicesWithRetainedState(machine.agent, retained),
    );
  }
  expect(agent.baseTopic).toBe('infra-monitor');
});

test('a base stands at the beginning or the end of a topic, and that of a component comes first', () => {
  expect(
    parse({
      '~': 'a/b',
      cmps: {
        x: { p: 'sensor', stat_t: '~/x', cmd_t: 'y/~', avty: { t: '~/on' } },
        y: { '~': 'c', stat_t: '~$&', val_tpl: '~' },
      },
    }),
  ).toEqual({
    components: {
      x: { platform: 'sensor', state_topic: 'a/b/x', command_topic: 'y/a/b', availability: { topic: 'a/b/on' } },
      y: { state_topic: 'c$&', value_template: '~' },
    },
  });
});

test.each([
  [[]],
  ['text'],
  [7],
  [null],
  [{ dev: 7, o: null, cmps: [1] }],
  [{ cmps: { a: 1, b: null, c: [] } }],
  [{ '~': 3, cmps: { a: { t: '~', avty: 'x' } } }],
])('anything does no harm: %j', (value) => expect(() => parse(value)).not.toThrow());
