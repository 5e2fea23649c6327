import { expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../src/cli/german-names-and-page-texts.ts';
import { allCollectors } from '../../src/collectors/index.ts';
import { CollectorSubsetState } from '../../src/loop/collector-subset-state.ts';
import { runStepsAtOnce } from '../../src/model/event-loop-turns.ts';
import { planAnnouncements } from '../../src/views/discovery.ts';
import { english } from '../../src/views/language.ts';
import { discoveryPayloads } from '../helpers/discovery.ts';
import { everything } from '../helpers/everything.ts';
import { announcementsOf, exampleLab } from '../helpers/lab.ts';
import { agent, device, type Probe, probe, stateOf } from '../helpers/sample-collector.ts';

const collector = probe(async () => []);
const topic = 'homeassistant/device/infra-monitor_nas/thing_1/config';
const whole = (reading: Probe = {}) => ({ table: 'thing' as const, device, reading });
const piece = (id: string, more: object = { reading: {} }) =>
  ({ table: 'part' as const, device, part: { id, name: id }, ...more }) as never;
function announce(state: ReturnType<typeof stateOf>, agentOfSite = agent) {
  const payload = discoveryPayloads([collector], agentOfSite, state).get(topic);
  return JSON.parse(payload ?? '{}') as {
    device: Record<string, unknown>;
    components: Record<string, Record<string, unknown>>;
  };
}

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
  await expect(`${JSON.stringify(announce(state, { ...agent, site: 'Berlin' }), null, 2)}\n`).toMatchFileSnapshot(
    '../cases/discovery/expected.json',
  );
});

test('an optional metric is announced after its first value', () => {
  expect(announce(stateOf(collector, [whole()])).components).not.toHaveProperty('probe-thing-rare');
  expect(announce(stateOf(collector, [whole({ rare: 1 })], [whole()])).components).toHaveProperty('probe-thing-rare');
});

test('a URL that Home Assistant would refuse is left out', () => {
  const state = stateOf(collector, [
    { table: 'thing', device: { ...device, configurationUrl: 'thing.local' }, reading: {} },
  ]);
  expect(announce(state)).not.toHaveProperty('device.configuration_url');
});

test('excluded devices and parts are not desired; their keys are named, and no others', () => {
  const state = stateOf(collector, [
    { table: 'thing', device, excluded: true },
    { table: 'thing', device: { id: 'other', name: 'Other' }, reading: {} },
    { table: 'part', device: { id: 'other', name: 'Other' }, part: { id: 'usb', name: 'USB' }, excluded: true },
  ]);
  const { desired, excluded, declared } = runStepsAtOnce(planAnnouncements([collector], agent, state));
  expect([...desired.keys()]).toEqual(['other', 'nas']);
  expect(Object.keys(desired.get('other')?.components ?? {})).not.toContain('probe-part_usb-level');
  expect([...excluded].map(([key, keys]) => [key, [...keys].sort()])).toEqual([
    [
      'thing_1',
      ['event', 'firmware', 'level', 'mood', 'note', 'on', 'rare', 'since', 'total'].map((key) => `probe-thing-${key}`),
    ],
    ['other', ['probe-part_usb-level']],
  ]);
  expect(
    ['probe-thing-level', 'probe-thing-event', 'probe-part_usb-level'].map((key) => declared('other', key)),
  ).toEqual([true, true, true]);
  expect(
    ['probe-thing-retired', 'probe-attic-level', 'probe-part_usb-event', 'other-thing-level', 'nonsense'].map((key) =>
      declared('other', key),
    ),
  ).toEqual([false, false, false, false, false]);
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

test('the event loop may do other work after each part', () => {
  const pieces = Array.from({ length: 300 }, (_, index) => piece(`p${index}`));
  const steps = planAnnouncements([collector], agent, stateOf(collector, [whole(), ...pieces]));
  const parts: number[] = [];
  for (let step = steps.next(); !step.done; step = steps.next()) parts.push(step.value);
  expect(parts.length).toBeGreaterThanOrEqual(301);
  expect(Math.max(...parts)).toBe(1);
});

test('what is read while the announcement is made is not in it', () => {
  const state = stateOf(collector, [whole(), piece('a'), piece('b')]);
  const steps = planAnnouncements([collector], agent, state);
  steps.next();
  state.record(collector, { ok: true, observations: [whole(), piece('c')], at: new Date(), seconds: 0 });
  const keys = Object.keys(runStepsAtOnce(steps).desired.get('thing_1')?.components ?? {});
  expect(keys.filter((key) => /part_.-level/.test(key))).toEqual(['probe-part_a-level', 'probe-part_b-level']);
});

test('a device that was forgotten is withdrawn by the identity that has announced it, and by no other', () => {
  const other = probe(async () => [], 'other');
  const state = stateOf(collector, [whole()], []);
  state.add(other);
  state.forgetMissing({ collector: 'probe', device: 'thing_1' });
  const excludedFor = (id: string) => {
    const subset = new CollectorSubsetState(state, new Set([id]), state.broker);
    return [...runStepsAtOnce(planAnnouncements([collector, other], { ...agent, id }, subset)).excluded.keys()];
  };
  expect(excludedFor('probe')).toEqual(['thing_1']);
  expect(excludedFor('other')).toEqual([]);
});

test('a list of problems without a machine, as that of the sites, is a device with maker and model too', () => {
  const sites = { ...agent, id: 'sites', name: 'Sites' };
  const payload = discoveryPayloads([collector], sites, stateOf(collector, [whole()])).get(
    'homeassistant/device/infra-monitor_sites/sites/config',
  );
  expect(JSON.parse(payload ?? '{}')).toMatchObject({
    device: { name: 'Sites', manufacturer: 'Home Lab Infra Monitor', model: 'Problems' },
  });
});

test('Home Assistant is told the English name, of which it may make an id, where it is not what is shown', () => {
  const componentsIn = (language = english) => {
    const payloads = discoveryPayloads(allCollectors, agent, everything(allCollectors), language);
    return [...payloads.values()].flatMap((payload) =>
      Object.entries((JSON.parse(payload) as { components: Record<string, Record<string, string>> }).components),
    );
  };
  const inGerman = new Map(componentsIn(germanNamesAndPageTexts));
  const inEnglish = componentsIn();
  expect(inEnglish.length).toBeGreaterThan(150);
  for (const [key, { name, object_id: idText }] of inEnglish) {
    const german = inGerman.get(key);
    // A drive's temperature has the name of its device class, which Home Assistant says in its own language.
    expect(name === undefined, key).toBe(idText !== undefined);
    expect(german?.name === undefined, key).toBe(name === undefined);
    if (name !== undefined) expect(german?.object_id?.endsWith(` ${name}`) ?? german?.name === name, key).toBe(true);
    else expect(german?.object_id, key).toBe(idText);
  }
  const unnamed = inEnglish.filter(([, { name }]) => name === undefined);
  expect(new Set(unnamed.map(([, component]) => component.device_class))).toEqual(new Set(['problem', 'temperature']));
  expect(unnamed.map(([key]) => key)).toContain('nvme-drive-temperature');
  expect(unnamed.map(([key]) => key)).not.toContain('host-temperature_0-temperature');
});

test('that is so, too, where only the name of the device is in another language', () => {
  const sites = allCollectors.filter(({ id }) => id === 'sites');
  const [collectorOfSites] = sites;
  if (collectorOfSites === undefined) throw new Error('no sites');
  const since = new Date();
  const text = () => 'x';
  const reading = { online: true, cause: 'well', text, expected: 1, lost: 0, since };
  const state = stateOf(collectorOfSites, [
    { table: 'site', device: { id: 'site', name: 'No site' }, reading } as never,
  ]);
  const onlineIn = (language = english) => {
    const [payload = '{}'] = [...discoveryPayloads(sites, agent, state, language)].flatMap(([path, json]) =>
      path.endsWith('/site/config') ? [json] : [],
    );
    const { device: shown, components } = JSON.parse(payload) as ReturnType<typeof announce>;
    const { name, object_id: idText } = components['sites-site-online'] ?? {};
    return { device: shown.name, name, object_id: idText };
  };
  expect(onlineIn()).toEqual({ device: 'No site', name: 'Online', object_id: undefined });
  expect(onlineIn(germanNamesAndPageTexts)).toEqual({
    device: 'Ohne Standort',
    name: 'Online',
    object_id: 'No site Online',
  });
});
