import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { german } from '../../../src/cli/german.ts';
import { allCollectors } from '../../../src/collectors/index.ts';
import type { CollectorMetadata } from '../../../src/model/collector.ts';
import { stages } from '../../contract/stages.ts';
import { until } from '../../helpers/until.ts';
import type { HomeAssistant } from './home-assistant.ts';
import { stage } from './stage.ts';

const catalogue: readonly CollectorMetadata[] = allCollectors;
const nameOfAnyAgent = 'infra-monitor_';

/** Names of metrics, actions and events that only English has. */
const onlyEnglish = catalogue.flatMap(({ id, tables }) =>
  Object.entries(tables).flatMap(([key, { metrics, actions = {}, event }]) => {
    const names = german.tables[id]?.[key];
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

/** Rows of states of entities that an agent has announced, and the ids in the statistics. */
function recorded(homeAssistant: HomeAssistant): { rows: number; statistics: string[] } {
  const script = `
import json, sqlite3, sys
database = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)
rows = database.execute('SELECT count(*) FROM states').fetchone()[0]
statistics = [row[0] for row in database.execute('SELECT statistic_id FROM statistics_meta ORDER BY 1')]
print(json.dumps({'rows': rows, 'statistics': statistics}))`;
  const file = join(homeAssistant.folder, 'home-assistant_v2.db');
  return JSON.parse(spawnSync('python3', ['-c', script, file], { encoding: 'utf8' }).stdout);
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
      (await homeAssistant.registry(nameOfAnyAgent)).size > 150,
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
  const inEnglish = await enabled();
  expect(inEnglish.filter(({ name }) => isEnglish(name)).length).toBeGreaterThan(50);
  const before = { ids: await idsIn(), topics: topicsOf(), ...recorded(homeAssistant) };

  const restarts: Record<string, number> = {};
  let running = agent;
  for (const [what, language] of [
    ['en to en', 'en'],
    ['en to de', 'de'],
    ['de to de', 'de'],
    ['de to en', 'en'],
  ] as const) {
    await running.stop();
    const { rows } = recorded(homeAssistant);
    running = startAgent({ AGENT_LANGUAGE: language });
    await until(
      `names in ${language}`,
      async () => {
        const shown = await enabled();
        return shown.length === inEnglish.length && (language === 'en') === shown.some(({ name }) => isEnglish(name));
      },
      90,
    );
    await untilAvailable();
    restarts[what] = recorded(homeAssistant).rows - rows;
    expect(await idsIn()).toEqual(before.ids);
    expect(recorded(homeAssistant).statistics).toEqual(before.statistics);
    if (language === 'de') {
      const shown = await enabled();
      if (what === 'en to de')
        console.log(
          shown
            .map(({ name }) => name)
            .sort()
            .join('\n'),
        );
      expect(shown.filter(({ name }) => isEnglish(name))).toEqual([]);
    }
  }
  console.log(`Home Assistant ${homeAssistant.version}: ${inEnglish.length} enabled entities, rows`, restarts);
  expect(topicsOf()).toEqual(before.topics);
  expect((await enabled()).sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
    inEnglish.sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  expect(await homeAssistant.ask('recorder/validate_statistics')).toEqual({});
  expect(await homeAssistant.complaints()).toEqual([]);
});
