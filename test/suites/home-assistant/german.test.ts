import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../../src/cli/german-names-and-page-texts.ts';
import { allCollectors } from '../../../src/collectors/index.ts';
import type { CollectorMetadata } from '../../../src/model/collector.ts';
import { groupBy } from '../../../src/model/group-by.ts';
import { english, type Language } from '../../../src/views/language.ts';
import { stages } from '../../contract/stages.ts';
import { discoveryPayloads } from '../../helpers/discovery.ts';
import { everything } from '../../helpers/everything.ts';
import { agent as anyAgent } from '../../helpers/sample-collector.ts';
import { until } from '../../helpers/until.ts';
import type { HomeAssistant } from './home-assistant.ts';
import { stage } from './stage.ts';

const catalogue: readonly CollectorMetadata[] = allCollectors;
const nameOfAnyAgent = 'infra-monitor_';
const lineUniqueId = 'infra-monitor_testling_home_router-router-wan_link';

/** Names of metrics, actions and events that only English has. */
const onlyEnglish = catalogue.flatMap(({ id, tables }) =>
  Object.entries(tables).flatMap(([key, { metrics, actions = {}, event }]) => {
    const names = germanNamesAndPageTexts.tables[id]?.[key];
    return [
      ...Object.entries(metrics).map(([metric, { name }]) => [name, names?.metrics[metric]]),
      ...Object.entries(actions).map(([action, { name }]) => [name, names?.actions?.[action]]),
      [event?.name, names?.event],
    ].flatMap(([name = '', inGerman]) => (name === '' || name === inGerman ? [] : name));
  }),
);

const isEnglish = (name: string) =>
  [...onlyEnglish, 'Problem reason', 'Problems'].some((word) =>
    ` ${name}`.toLowerCase().endsWith(` ${word.toLowerCase()}`),
  );

/** What the recorder has of an entity, in its order. */
interface RecordedRow {
  entity: string;
  state: string;
  name: string;
}

/** The recorder's rows of all entities, and the ids in the statistics. */
function recorded(homeAssistant: HomeAssistant): { rows: RecordedRow[]; statistics: string[] } {
  const script = `
import json, sqlite3, sys
database = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)
rows = database.execute('''SELECT m.entity_id, s.state, coalesce(json_extract(a.shared_attrs, '$.friendly_name'), '')
  FROM states s JOIN states_meta m USING (metadata_id) LEFT JOIN state_attributes a USING (attributes_id)
  ORDER BY m.entity_id, s.state_id''')
statistics = database.execute('SELECT statistic_id FROM statistics_meta ORDER BY 1')
print(json.dumps({
  'rows': [dict(zip(('entity', 'state', 'name'), row)) for row in rows],
  'statistics': [row[0] for row in statistics]}))`;
  const file = join(homeAssistant.folder, 'home-assistant_v2.db');
  return JSON.parse(spawnSync('python3', ['-c', script, file], { encoding: 'utf8', maxBuffer: 100_000_000 }).stdout);
}

/** Rows that are there for another name alone. */
const renamings = (rows: readonly RecordedRow[]) =>
  rows.filter((row, index) => {
    const before = rows[index - 1];
    return before?.entity === row.entity && before.state === row.state && before.name !== row.name;
  });

test('English, German, English: ids, unique ids and statistics stay, and no enabled entity has an English name', {
  timeout: 300_000,
}, async () => {
  const everything = await stages.get('everything-on')?.();
  if (everything === undefined) throw new Error('no such stage');
  const { homeAssistant, observer, agent, startAgent, untilAvailable } = await stage(everything.settings);
  await homeAssistant.ask('config/core/update', { language: 'de' });
  const topicsOf = () =>
    [...observer.topics.keys()].filter((topic) => !/\/echo$|^homeassistant\/status$/.test(topic)).sort();
  await until(
    'what all collectors announce',
    async () =>
      everything.lastTopics.every((topic) => observer.topics.has(`infra-monitor/${topic}`)) &&
      (await homeAssistant.registry(nameOfAnyAgent)).has('infra-monitor_testling_home_router-router-wlan_clients'),
    90,
  );
  await untilAvailable();
  const enabled = async () => {
    const states = await homeAssistant.states();
    return [...(await homeAssistant.registry(nameOfAnyAgent)).values()]
      .filter(({ disabled_by: by }) => by === null)
      .map(({ entity_id: id, unique_id: unique }) => ({
        id,
        unique,
        name: String(states.get(id)?.attributes.friendly_name),
      }));
  };
  const idsIn = async () =>
    [...(await homeAssistant.registry(nameOfAnyAgent)).values()]
      .map(({ entity_id: id, unique_id: unique }) => `${unique} ${id}`)
      .sort();
  const inEnglish = (await enabled()).filter(({ name }) => name !== 'undefined');
  expect(inEnglish.filter(({ name }) => isEnglish(name)).length).toBeGreaterThan(50);
  // Home Assistant before 2025.10 makes an id of its own of the name.
  const line = inEnglish.find(({ unique }) => unique === lineUniqueId)?.id ?? '';
  const rowsOfLine = () => recorded(homeAssistant).rows.filter(({ entity }) => entity === line);
  const announced = () =>
    [...observer.topics].filter(([topic]) => /^homeassistant\/device\/\S+\/config$/.test(topic)).sort();
  const before = {
    ids: await idsIn(),
    topics: topicsOf(),
    announced: announced(),
    statistics: recorded(homeAssistant).statistics,
  };

  let running = agent;
  for (const language of ['en', 'de', 'en'] as const) {
    await running.stop();
    running = startAgent({ AGENT_LANGUAGE: language });
    await until(
      `names in ${language}`,
      async () => {
        const shown = (await enabled()).map(({ name }) => name);
        return language === 'en'
          ? inEnglish.every(({ name }) => shown.includes(name))
          : shown.length >= inEnglish.length && !shown.some(isEnglish);
      },
      90,
    );
    await untilAvailable();
    // A FRITZ!Box tells some things later.
    expect(await idsIn()).toEqual(expect.arrayContaining(before.ids));
    expect(recorded(homeAssistant).statistics).toEqual(expect.arrayContaining(before.statistics));
  }
  const isValue = ({ state }: RecordedRow) => state !== 'unavailable' && state !== 'unknown';
  const rows = await until('the last row', () => {
    const now = rowsOfLine();
    const last = now.at(-1);
    return last !== undefined && isValue(last) && last.name.endsWith(' Line') && now;
  });
  // The value has the same word in both languages: no row is of another.
  expect(new Set(rows.filter(isValue).map(({ state }) => state)).size).toBe(1);
  const renamed = renamings(recorded(homeAssistant).rows);
  console.log(
    `Home Assistant ${homeAssistant.version}: ${inEnglish.length} enabled entities, ${renamed.length} rows for other names alone; rows of one:`,
    rows.map(({ state, name }) => `${state} ${name}`),
  );
  // Home Assistant records what an entity is called: a change of the language costs each a row, in which it is
  // unavailable, or disconnected, and another where its device's name is in that language, too. No measured value is
  // recorded once more.
  expect([...new Set(renamed.filter(isValue).map(({ state }) => state))]).toEqual(['off']);
  const rowsOfEach = [...groupBy(renamed, ({ entity }) => entity).values()];
  expect(Math.max(...rowsOfEach.map(({ length }) => length))).toBeLessThanOrEqual(4);
  expect(topicsOf()).toEqual(expect.arrayContaining(before.topics));
  expect(await enabled()).toEqual(expect.arrayContaining(inEnglish));
  expect(announced()).toEqual(before.announced);
  expect(await homeAssistant.ask('recorder/validate_statistics')).toEqual({});
  expect(await homeAssistant.complaints()).toEqual([]);
});

/** A collector with one of its tables of devices, or with one of parts: several would describe one device. */
const collectorsWithOneTable = catalogue.flatMap((collector) =>
  Object.entries(collector.tables).map(([key, table]) => ({ ...collector, tables: { [key]: table } })),
);

/** Announcements of everything, by their topics. */
const announcementsIn = (language: Language): [topic: string, payload: string][] =>
  collectorsWithOneTable.flatMap((collector, index) => {
    const one = { ...anyAgent, id: `all_${index}`, name: `all ${index}` };
    const state = everything([collector]);
    // Of entities that would have one id, Home Assistant numbers all but the first.
    for (const { entries } of state.collectors.values())
      for (const { device } of entries.values()) Object.assign(device, { name: `Thing ${index}` });
    return [...discoveryPayloads([collector], one, state, language)];
  });

interface Announcement {
  components: Record<string, { unique_id?: string; device_class?: string; name?: string; object_id?: string }>;
}

/** As agents announced things before they left a name to Home Assistant. */
function withEveryName(payload: string): string {
  const { components, ...others } = JSON.parse(payload) as Announcement;
  const named = Object.entries(components).map(([key, { object_id: _, name, ...options }]) => [
    key,
    { name: name ?? (options.device_class === 'temperature' ? 'Temperature' : 'Problem'), ...options },
  ]);
  return JSON.stringify({ ...others, components: Object.fromEntries(named) });
}

/** A new Home Assistant in German, and what it makes of these announcements: ids and names by unique ids. */
async function germanHomeAssistant() {
  const { homeAssistant, observer } = await stage();
  await homeAssistant.ask('config/core/update', { language: 'de' });
  // Names of device classes are loaded in the language that there is then.
  await homeAssistant.restart();
  return {
    homeAssistant,
    async announce(payloads: readonly (readonly [string, string])[]) {
      for (const [topic, payload] of payloads)
        await observer.client.publishAsync(topic, payload, { retain: true, qos: 1 });
      const wanted = payloads.flatMap(([, payload]) =>
        Object.values((JSON.parse(payload) as Announcement).components).flatMap(({ unique_id: id }) => id ?? []),
      );
      const registry = await until(
        'all of them',
        async () => {
          const found = await homeAssistant.registry('infra-monitor_all_');
          return wanted.every((id) => found.has(id)) && found;
        },
        90,
      );
      const entries = [...registry.values()];
      return {
        ids: entries.map(({ unique_id: unique, entity_id: id }) => `${unique} ${id}`).sort(),
        names: new Map(entries.map(({ unique_id: unique, original_name: name }) => [unique, String(name)])),
      };
    },
  };
}

const drivesTemperature = /-drive-temperature$/;

test('of everything that any collector can announce, no entity has an English name, and ids are the same in each language', async () => {
  const inEnglish = announcementsIn(english);
  const before = await germanHomeAssistant();
  const asBefore = await before.announce(inEnglish.map(([topic, payload]) => [topic, withEveryName(payload)]));
  const metrics = collectorsWithOneTable.flatMap(({ tables }) =>
    Object.values(tables).flatMap((table) => Object.keys(table.metrics)),
  );
  expect(asBefore.ids.length).toBeGreaterThan(metrics.length);

  for (const [language, announcements] of [
    ['en', inEnglish],
    ['de', announcementsIn(germanNamesAndPageTexts)],
  ] as const) {
    const { homeAssistant, announce } = await germanHomeAssistant();
    const { ids, names } = await announce(announcements);
    expect(ids, language).toEqual(asBefore.ids);
    // Home Assistant says in its own language what it names itself.
    const named = [...names].flatMap(([unique, name]) => (drivesTemperature.test(unique) ? name : []));
    expect(named, language).toEqual(['Temperatur', 'Temperatur']);
    if (language === 'de') expect([...names.values()].filter(isEnglish)).toEqual([]);
    console.log(`Home Assistant ${homeAssistant.version}: ${ids.length} entities of ${metrics.length} metrics`);
    expect(await homeAssistant.complaints()).toEqual([]);
  }

  // Where the entities are already, they keep their ids, and get the names.
  const now = await before.announce(announcementsIn(germanNamesAndPageTexts));
  expect(now.ids).toEqual(asBefore.ids);
  await until('German names', async () => {
    const states = await before.homeAssistant.states();
    const registry = [...(await before.homeAssistant.registry('infra-monitor_all_')).values()];
    const shown = registry.flatMap(({ entity_id: id }) => states.get(id)?.attributes.friendly_name ?? []).map(String);
    const ofDrives = shown.filter((name) => / Temperatur$/.test(name));
    return shown.length > 100 && !shown.some(isEnglish) && ofDrives.length >= 2;
  });
  expect(await before.homeAssistant.complaints()).toEqual([]);
});
