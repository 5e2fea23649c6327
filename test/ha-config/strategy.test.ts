import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { type CollectorSummary, findLabDevices } from '../../ha-config/strategy/find-lab-devices.ts';
import type { DeviceEntry, EntityEntry, Registries } from '../../ha-config/strategy/registries.ts';
import { allCollectors } from '../../src/collectors/index.ts';
import type { CollectorMetadata } from '../../src/model/collector.ts';
import { metricKeysWithColorLimits } from '../../src/views/color-limits.ts';
import { metricKeysWithoutGraph, sentenceMetricKeys } from '../../src/views/home-assistant/cards.ts';
import { buildDashboardConfig } from '../../src/views/home-assistant/dashboard.ts';
import { tablesWithOwnHeading } from '../../src/views/home-assistant/device-page.ts';
import { summaryMetricKeys } from '../../src/views/home-assistant/device-summary-cards.ts';
import { toYaml } from '../../src/views/home-assistant/yaml.ts';

const read = (path: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, '../..', path), 'utf8'));
const catalogue = read('ha-config/strategy/catalogue.json') as CollectorSummary[];
/** As Home Assistant 2026.11 answered for the example lab. */
const recorded = read('test/cases/strategy/registries.json') as Registries;

const dashboardOf = (registries: Registries) =>
  buildDashboardConfig(catalogue, findLabDevices(catalogue, registries)) as {
    views: { title: string; path: string }[];
  };
const titles = (registries: Registries) => dashboardOf(registries).views.map(({ title }) => title);
const mapEntities = (change: (entry: EntityEntry) => EntityEntry[]): Registries => ({
  ...recorded,
  entities: recorded.entities.flatMap(change),
});
const deviceNamed = (name: string) => Object.values(recorded.devices).find((device) => device.name === name);

test('the dashboard of the registries of a real Home Assistant', async () => {
  await expect(toYaml(buildDashboardConfig(catalogue, findLabDevices(catalogue, recorded)))).toMatchFileSnapshot(
    '../cases/strategy/dashboard.yaml',
  );
});

test('entities that were renamed stay, by whatever id and name they have', () => {
  const temperature = recorded.entities.find(({ unique_id }) => unique_id.endsWith('_nvme-drive-temperature'));
  const [before = '', id] = [temperature?.entity_id, 'sensor.hot_thing'];
  const renamed = {
    ...mapEntities((entry) => (entry === temperature ? [{ ...entry, entity_id: id, name: 'How hot' }] : [entry])),
    states: { ...recorded.states, [id]: recorded.states[before] },
  };
  const text = JSON.stringify(dashboardOf(renamed));
  expect(text).toContain('"entity":"sensor.hot_thing","name":"How hot"');
  expect(text).not.toContain(`"${before}"`);
});

test('a second drive of one model and a device that was renamed have views of their own; one that was forgotten has none', () => {
  const drive = deviceNamed('Samsung 980');
  if (drive === undefined) throw new Error('no drive was recorded');
  const [[domain = '', identifier = ''] = []] = drive.identifiers;
  const second: DeviceEntry = {
    ...drive,
    id: 'second',
    identifiers: [[domain, `${identifier}_b`]],
    name_by_user: 'Shelf',
  };
  const entities = recorded.entities.filter(({ device_id }) => device_id === drive.id);
  const ofSecond = entities.map((entry) => ({
    ...entry,
    device_id: 'second',
    entity_id: `${entry.entity_id}_2`,
    unique_id: entry.unique_id.replace(identifier, `${identifier}_b`),
  }));
  const states = Object.fromEntries(ofSecond.map(({ entity_id: id }) => [id, recorded.states[id.slice(0, -2)]]));
  const both = {
    ...recorded,
    devices: { ...recorded.devices, second },
    entities: [...recorded.entities, ...ofSecond],
    states: { ...recorded.states, ...states },
  };
  expect(titles(both)).toEqual(expect.arrayContaining(['Samsung 980', 'Shelf']));
  expect(titles(mapEntities((entry) => (entry.device_id === drive.id ? [] : [entry])))).not.toContain('Samsung 980');
});

test('devices of others are left out, also those of MQTT', () => {
  const devices: Record<string, DeviceEntry> = {
    lamp: { id: 'lamp', identifiers: [['mqtt', 'zigbee2mqtt_0x1']], name: 'Lamp', area_id: null, via_device_id: null },
  };
  const entry = {
    ...(recorded.entities[0] as EntityEntry),
    device_id: 'lamp',
    entity_id: 'light.lamp',
    platform: 'mqtt',
  };
  const withLamp = {
    ...recorded,
    devices: { ...recorded.devices, ...devices },
    entities: [...recorded.entities, { ...entry, unique_id: '0x1_light_zigbee2mqtt' }],
    states: { ...recorded.states, 'light.lamp': { state: 'on', attributes: {} } },
  };
  expect(dashboardOf(withLamp)).toEqual(dashboardOf(recorded));
  expect(findLabDevices(catalogue, { ...withLamp, entities: [{ ...entry, unique_id: 'lamp' }] })).toEqual([]);
});

/** What Home Assistant's frontend gets of the file that users install. */
interface InstalledStrategy {
  generate(config: object, frontend: object): Promise<{ title: string; views: { title: string; path: string }[] }>;
}
interface AddedStrategy {
  description: string;
}

/** The file, run as in a browser whose page has that language. */
function installedStrategy(lang: string): { strategy: InstalledStrategy; added: AddedStrategy } {
  const defined: InstalledStrategy[] = [];
  const window: { customStrategies?: AddedStrategy[] } = {};
  runInNewContext(
    readFileSync(join(import.meta.dirname, '../../ha-config/strategy/infra-monitor-strategy.js'), 'utf8'),
    {
      HTMLElement: Object,
      customElements: { define: (_: string, strategy: InstalledStrategy) => defined.push(strategy) },
      window,
      document: { documentElement: { lang } },
    },
  );
  const [[strategy], [added] = []] = [defined, window.customStrategies];
  if (strategy === undefined || added === undefined) throw new Error('no strategy was added');
  return { strategy, added };
}

describe('the file speaks the language that the user has chosen in Home Assistant', () => {
  const frontend = (language: string, { entities, ...registries } = recorded) => ({
    ...registries,
    config: { version: '2026.11.0' },
    locale: { language },
    callWS: async () => entities,
  });

  test.each(['de', 'de-CH'])('%s', async (language) => {
    const { strategy, added } = installedStrategy(language);
    const id = recorded.entities.find(({ unique_id }) => unique_id.endsWith('-instance-state'))?.entity_id ?? '';
    const state = { state: 'running', attributes: { options: ['running', 'token_refused'] } };
    const withOptions = { ...recorded, states: { ...recorded.states, [id]: state } };
    const { title, views } = await strategy.generate({}, frontend(language, withOptions));
    expect(title).toBe('Homelab');
    expect(views.map((view) => view.title)).toEqual(
      expect.arrayContaining(['NVMe-Laufwerke', 'Netzwerk', 'Standorte']),
    );
    expect(JSON.stringify(views)).toMatch(/: läuft".*: Token abgelehnt"/);
    expect(views.map(({ path }) => path)).toEqual(dashboardOf(recorded).views.map(({ path }) => path));
    expect(added.description).toMatch(/^Probleme/);
    const { views: empty } = await strategy.generate({}, frontend(language, { ...recorded, entities: [] }));
    expect(JSON.stringify(empty)).toContain('Noch hat kein Agent');
  });

  test.each(['en', 'en-GB', 'fr', 'den'])('%s: English', async (language) => {
    const { strategy, added } = installedStrategy(language);
    expect(JSON.parse(JSON.stringify(await strategy.generate({}, frontend(language))))).toEqual(
      JSON.parse(JSON.stringify(dashboardOf(recorded))),
    );
    expect(added.description).toMatch(/^What is wrong/);
  });
});

test('what has no number now gets no graph', () => {
  const text = JSON.stringify(
    dashboardOf({
      ...recorded,
      states: Object.fromEntries(
        Object.entries(recorded.states).map(([id, state]) => [id, state && { ...state, state: 'unknown' }]),
      ),
    }),
  );
  expect(text).not.toMatch(/bar-gauge|trend-graph|history-graph|numeric_state/);
  expect(JSON.stringify(dashboardOf(recorded))).toMatch(/bar-gauge.*trend-graph/);
});

test('metrics of summaries, those with limits, and tables with headings are in the catalogue', () => {
  const tables = allCollectors.flatMap((collector: CollectorMetadata) => Object.entries(collector.tables));
  const known = tables.flatMap(([table, { metrics }]) => Object.keys(metrics).map((metric) => `${table}-${metric}`));
  expect(
    [...summaryMetricKeys, ...metricKeysWithColorLimits, ...metricKeysWithoutGraph, ...sentenceMetricKeys].filter(
      (metric) => !known.includes(metric),
    ),
  ).toEqual([]);
  expect(tablesWithOwnHeading.filter((name) => !tables.some(([table]) => table === name))).toEqual([]);
});

test('a text is a sentence or a list, which a row would cut off, or known to be short', () => {
  const short = [
    'pool-state',
    'pool-layout',
    'member-drive',
    'router-ipv4',
    'router-ipv6',
    'router-mobile_technology',
    'instance-version',
    'agent-agent_version',
  ];
  const texts = allCollectors.flatMap((collector: CollectorMetadata) =>
    Object.entries(collector.tables).flatMap(([table, { metrics }]) =>
      Object.entries(metrics).flatMap(([metric, { kind, enabled }]) =>
        kind === 'text' && enabled !== false ? [`${table}-${metric}`] : [],
      ),
    ),
  );
  const known = [...short, ...sentenceMetricKeys];
  expect(texts.filter((key) => !known.includes(key))).toEqual([]);
  expect(short.filter((key) => !texts.includes(key))).toEqual([]);
});

test('options of a state come from its attributes, and odd ones cost themselves', () => {
  const id = recorded.entities.find(({ unique_id }) => unique_id.endsWith('_host-host-cpu_used'))?.entity_id ?? '';
  const state = recorded.states[id];
  if (state === undefined) throw new Error('no processor was recorded');
  const withOptions = (options: unknown) =>
    dashboardOf({
      ...recorded,
      states: { ...recorded.states, [id]: { state: 'x', attributes: { ...state.attributes, options } } },
    });
  expect(JSON.stringify(withOptions(['token_refused', 3, null]))).toContain('"CPU: token refused"');
  expect(withOptions('token_refused')).toEqual(withOptions(undefined));
});
