import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../../src/cli/german-names-and-page-texts.ts';
import { allCollectors } from '../../../src/collectors/index.ts';
import type { CollectorMetadata } from '../../../src/model/collector.ts';
import { stages } from '../../contract/stages.ts';
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

/** What the recorder has: the rows of an entity whose value does not change, and the ids in the statistics. */
function recorded(homeAssistant: HomeAssistant, entity: string): { rows: string[]; statistics: string[] } {
  const script = `
import json, sqlite3, sys
database = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)
rows = database.execute('''SELECT s.state || ' ' || coalesce(json_extract(a.shared_attrs, '$.friendly_name'), '')
  FROM states s JOIN states_meta m USING (metadata_id) LEFT JOIN state_attributes a USING (attributes_id)
  WHERE m.entity_id = ? ORDER BY s.state_id''', (sys.argv[2],))
statistics = database.execute('SELECT statistic_id FROM statistics_meta ORDER BY 1')
print(json.dumps({'rows': [row[0] for row in rows], 'statistics': [row[0] for row in statistics]}))`;
  const file = join(homeAssistant.folder, 'home-assistant_v2.db');
  return JSON.parse(spawnSync('python3', ['-c', script, file, entity], { encoding: 'utf8' }).stdout);
}

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
  const before = { ids: await idsIn(), topics: topicsOf(), statistics: recorded(homeAssistant, line).statistics };

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
    expect(recorded(homeAssistant, line).statistics).toEqual(expect.arrayContaining(before.statistics));
  }
  const isValue = (row: string) => !/^(unavailable|unknown) /.test(row);
  const { rows } = await until('the last row', () => {
    const now = recorded(homeAssistant, line);
    const last = now.rows.at(-1) ?? '';
    return isValue(last) && last.endsWith(' Line') && now;
  });
  console.log(`Home Assistant ${homeAssistant.version}: ${inEnglish.length} enabled entities; rows of one:`, rows);
  // The value has the same word in both languages: no row is of another.
  expect(new Set(rows.filter(isValue).map((row) => row.split(' ')[0])).size).toBe(1);
  expect(topicsOf()).toEqual(expect.arrayContaining(before.topics));
  expect(await enabled()).toEqual(expect.arrayContaining(inEnglish));
  expect(await homeAssistant.ask('recorder/validate_statistics')).toEqual({});
  expect(await homeAssistant.complaints()).toEqual([]);
});
