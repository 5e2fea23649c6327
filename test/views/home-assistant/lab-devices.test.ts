import { expect, test } from 'vitest';
import { allCollectors } from '../../../src/collectors/index.ts';
import { slug } from '../../../src/model/naming.ts';
import { buildDashboardConfig } from '../../../src/views/home-assistant/dashboard.ts';
import { parseLabDevicesWithRegistry } from '../../../src/views/home-assistant/lab-devices.ts';
import {
  parseRegisteredMqttDevices,
  parseRegisteredMqttEntities,
} from '../../../src/views/home-assistant/registered-entities.ts';
import { discoveryPayloads } from '../../helpers/discovery.ts';
import { announcementsOf, exampleLab } from '../../helpers/lab.ts';
import { agent as sampleAgent } from '../../helpers/sample-collector.ts';
import { stateAfter } from '../../helpers/situations/index.ts';
import { host } from '../../helpers/situations/readings.ts';

const devicesOf = (payloads: readonly string[]) => parseLabDevicesWithRegistry(allCollectors, payloads);
const payloads = announcementsOf(exampleLab);
const views = (of: readonly string[]) =>
  (buildDashboardConfig(allCollectors, devicesOf(of)).views as { title: string; path: string }[]).map(
    ({ title }) => title,
  );

test('payloads of other programs and tombstones are left out', () => {
  const other = JSON.stringify({
    device: { identifiers: ['x'], name: 'X' },
    origin: { name: 'zigbee2mqtt' },
    components: { a: { platform: 'sensor' } },
  });
  const buried = JSON.stringify({
    device: { identifiers: ['y'], name: 'Y' },
    origin: { name: 'Home Lab Infra Monitor' },
    components: { 'host-host-gone': { platform: 'sensor' } },
  });
  expect(devicesOf([other, buried, 'nonsense', ''])).toEqual([]);
  expect(devicesOf([...payloads, other])).toEqual(devicesOf(payloads));
});

test('an entity has the id that Home Assistant makes of the announced one, also where a long name was cut between words', () => {
  const name = 'the machine in the rack below my stairs behind the old kitchen';
  const id = slug(name);
  const agent = { ...sampleAgent, id, name };
  const announced = discoveryPayloads(allCollectors, agent, stateAfter({ host: [host()] })).get(
    `homeassistant/device/infra-monitor_${id}/${id}/config`,
  );
  expect(announced).toContain('"binary_sensor.the_machine_in_the_rack_below_my_stairs__216fdf_problem"');
  expect(devicesOf([announced ?? '']).flatMap(({ entities }) => entities.map(({ id }) => id))).toContain(
    'binary_sensor.the_machine_in_the_rack_below_my_stairs_216fdf_problem',
  );
});

test('a machine stands where it stands in Home Assistant, as far as that knows it', () => {
  const entities = new Map(
    payloads.flatMap((payload) =>
      Object.values((JSON.parse(payload) as { components: Record<string, { unique_id: string }> }).components).map(
        ({ unique_id: id }) => [id, { id: 'sensor.x', name: undefined, isEnabled: true }] as const,
      ),
    ),
  );
  const mqtt = (id: string) => ({ identifiers: [['mqtt', `infra-monitor_${id}_${id}`]] });
  const sitesIn = (devices: unknown, areas: unknown) =>
    parseLabDevicesWithRegistry(allCollectors, payloads, {
      entities,
      devices: parseRegisteredMqttDevices(devices, areas),
    }).flatMap(({ name, site, entities }) =>
      entities.some(({ collector }) => collector === 'agent') ? `${name}: ${site}` : [],
    );
  const suggested = sitesIn([], []);
  expect(suggested).toContain('nas: Berlin');
  const devices = [
    'nonsense',
    { ...mqtt('nas'), area_id: 'cellar' },
    { ...mqtt('pi'), name: 'pi', name_by_user: 'Raspberry', area_id: null },
    { identifiers: [['zha', 'infra-monitor_cabin_cabin']], area_id: 'cellar' },
  ];
  expect(sitesIn(devices, [{ area_id: 'cellar', name: 'Cellar' }, 3])).toEqual(
    expect.arrayContaining(['nas: Cellar', 'Raspberry: undefined', ...suggested.filter((text) => /^cabin/.test(text))]),
  );
  expect(sitesIn('nonsense', undefined)).toEqual(suggested);
});

test('the order of the payloads makes no difference', () => {
  expect(devicesOf([...payloads].reverse())).toEqual(devicesOf(payloads));
});

test('views exist only for what the lab has', () => {
  expect(views(payloads)).toEqual(
    expect.arrayContaining(['Lab', 'NVMe drives', 'Network', 'cabin', 'nas', 'pi', 'Samsung 980', 'WD Red SN700']),
  );
  expect(views(announcementsOf(exampleLab.slice(2)))).toEqual(['Lab', 'Network', 'cabin']);
});

test('a disabled entity is in no view', () => {
  const disabled = devicesOf(payloads).flatMap(({ entities }) => entities.filter(({ enabled }) => !enabled));
  const text = JSON.stringify(buildDashboardConfig(allCollectors, devicesOf(payloads)));
  expect(disabled.length).toBeGreaterThan(50);
  expect(disabled.filter(({ id }) => text.includes(`"${id}"`))).toEqual([]);
});

test('every view has its own path', () => {
  const paths = (buildDashboardConfig(allCollectors, devicesOf(payloads)).views as { path: string }[]).map(
    ({ path }) => path,
  );
  expect(new Set(paths).size).toBe(paths.length);
});

test('an odd field of an announcement costs that field, or its entity, and nothing else', () => {
  type Announcement = Record<'device' | 'origin', object> & { components: Record<string, Record<string, unknown>> };
  const payload = payloads.find((text) => text.includes('"options"')) ?? '';
  const { device, components, ...rest } = JSON.parse(payload) as Announcement;
  const [whole] = devicesOf([payload]);
  const [key = '', component = {}] =
    Object.entries(components).find(([, { options, device_class }]) => options && device_class) ?? [];
  const namesWithout = whole?.entities.filter(({ id }) => id !== component.default_entity_id).map(({ id }) => id);
  expect(namesWithout).toHaveLength((whole?.entities.length ?? 0) - 1);
  for (const odd of [7, null, [1], { x: 1 }, true]) {
    for (const field of Object.keys(component)) {
      const changed = { device, ...rest, components: { ...components, [key]: { ...component, [field]: odd } } };
      const [found] = devicesOf([JSON.stringify(changed)]);
      expect(found?.entities.map(({ id }) => id).filter((id) => id !== component.default_entity_id)).toEqual(
        namesWithout,
      );
      if (field !== 'platform' && field !== 'default_entity_id')
        expect(found?.entities).toHaveLength(whole?.entities.length ?? 0);
    }
    for (const field of ['suggested_area', 'via_device'])
      expect(
        devicesOf([JSON.stringify({ ...rest, components, device: { ...device, [field]: odd } })])[0]?.entities,
      ).toEqual(whole?.entities);
    expect(
      devicesOf([JSON.stringify({ ...rest, device, components: { ...components, [key]: odd } })])[0]?.entities.map(
        ({ id }) => id,
      ),
    ).toEqual(namesWithout);
  }
});

test('an odd entry of a registry costs itself, an odd field that field', () => {
  const entry = { platform: 'mqtt', unique_id: 'u', entity_id: 'sensor.u', name: null, disabled_by: null };
  const entities = parseRegisteredMqttEntities([7, { ...entry, unique_id: 8 }, { ...entry, name: 7 }]);
  expect([...(entities ?? [])]).toEqual([['u', { id: 'sensor.u', name: undefined, isEnabled: true }]]);
  const devices = parseRegisteredMqttDevices(
    [7, { identifiers: 7 }, { identifiers: [[7], ['mqtt', 'd']], name: 'D', name_by_user: 7, area_id: [1] }],
    [7, { area_id: 'a', name: 7 }],
  );
  expect([...devices]).toEqual([['d', { name: 'D', area: undefined }]]);
});
