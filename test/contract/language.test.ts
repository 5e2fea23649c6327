import { expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../src/cli/german-names-and-page-texts.ts';
import { allCollectors } from '../../src/collectors/index.ts';
import type { CollectorMetadata } from '../../src/model/collector.ts';
import { english } from '../../src/views/language.ts';
import { patience } from '../helpers/patience.ts';
import { capture, type Json } from './capture.ts';
import { differences } from './differences.ts';
import { isAsRecorded } from './recorded.ts';
import { stages } from './stages.ts';

interface Announcement {
  device: { name: string; model?: string };
  components: Record<string, { platform: string; name?: string }>;
}

const announcementsIn = (topics: Record<string, Json>) =>
  Object.entries(topics).flatMap(([topic, payload]) =>
    topic.startsWith('homeassistant/') ? [payload as unknown as Announcement] : [],
  );

const entityNamesIn = (topics: Record<string, Json>) =>
  announcementsIn(topics).flatMap(({ components }) => Object.values(components).flatMap(({ name }) => name ?? []));

/** What the agent calls its part for a collector; it watches all but its own. */
const collectorPartName = ({ id, title }: CollectorMetadata) => (id === 'agent' ? [] : `${title} collector`);

const { tables: names } = germanNamesAndPageTexts;
const catalogue: readonly CollectorMetadata[] = allCollectors;
/** English names of metrics, events and buttons that German does not have, too. */
const onlyEnglish = new Set(
  catalogue.flatMap(({ id, tables }) =>
    Object.entries(tables).flatMap(([key, { metrics, actions = {}, event }]) => {
      const own = names[id]?.[key];
      return [
        ...Object.entries(metrics).map(([metric, { name }]) => [name, own?.metrics[metric]]),
        ...Object.entries(actions).map(([action, { name }]) => [name, own?.actions?.[action]]),
        [event?.name ?? '', own?.event ?? ''],
      ].flatMap(([name = '', germanNamesAndPageTexts]) => (name === germanNamesAndPageTexts ? [] : name.toLowerCase()));
    }),
  ),
);

/** What says in words what is wrong. */
const isText = new RegExp(
  [
    '^ topics homeassistant/\\S+ components problems-agent-problem_reason value_template$',
    '^ topics infra-monitor/\\S+ (problem_reason|worst_problem|agent_state|reason)$',
    '^ topics infra-monitor/\\S+/problems problems \\S+ (subject|text|clears_at|remedy|language)$',
    '^ endpoints /health/ problems \\S+ (text|clearsAt|remedy)$',
    '^ endpoints /\\S+/status devices \\S+ values (problem_reason|worst_problem|agent_state) value$',
    '^ endpoints /metrics infra_monitor_(problem|nvme_problem_reason_info|sites_worst_problem_info|sites_agent_state_info)\\{',
  ].join('|'),
);

/** A rate needs several answers of the box, and on a busy machine one of the labs may not have it yet. */
const isRate = /\bdsl_\w+_rate\b|router_dsl_\w+_per_second/;

test('in German, nothing differs but names, models and texts, and no name is English', {
  timeout: 240_000 * patience,
}, async () => {
  const stage = await stages.get('everything-on')?.();
  if (stage === undefined) throw new Error('no such stage');
  const inEnglish = await capture(stage, false, isAsRecorded('everything-on'));
  const inGerman = await capture(
    { ...stage, settings: { ...stage.settings, AGENT_LANGUAGE: 'de' } },
    false,
    ({ topics }) => Object.keys(topics).length === Object.keys(inEnglish.topics).length,
  );
  const changed = differences('', inEnglish as unknown as Json, inGerman as unknown as Json);
  const isShown = /^ topics homeassistant\/device\/\S+\/config (device (name|model)|components \S+ (name|object_id))$/;
  expect(changed.filter(({ path }) => ![isShown, isText, isRate].some((known) => known.test(path)))).toEqual([]);
  expect(changed.length).toBeGreaterThan(150);

  const shown = entityNamesIn(inGerman.topics);
  const words = [english.words.problemReason, english.words.problems, english.words.forget].map((word) =>
    word.toLowerCase(),
  );
  const isEnglish = (name: string) => {
    const text = name.toLowerCase();
    return [...onlyEnglish, ...words].some((word) => text === word || text.endsWith(` ${word}`));
  };
  expect(shown.filter(isEnglish)).toEqual([]);
  const englishParts = [...catalogue.flatMap(collectorPartName), 'File system', 'Disk', 'Mesh link', 'Guest WLAN'];
  const namesOfPart = (part: string, shownNames: readonly string[]) =>
    shownNames.filter((name) => name.startsWith(`${part} `));
  // A word that no English name begins with could not be noticed in a German one.
  expect(englishParts.filter((part) => namesOfPart(part, entityNamesIn(inEnglish.topics)).length === 0)).toEqual([]);
  expect(englishParts.flatMap((part) => namesOfPart(part, shown))).toEqual([]);
  expect(shown.filter((name) => /\bcollector\b/i.test(name))).toEqual([]);
  const lists = Object.entries(inGerman.topics).filter(([topic]) => topic.endsWith('/problems'));
  const texts = JSON.stringify(lists).matchAll(/"(?:text|clears_at|remedy)":"([^"]*)"/g);
  expect([...texts].map(([, text = '']) => text).filter((text) => /\b(the|is|when|not|with|and)\b/.test(text))).toEqual(
    [],
  );
  const deviceNames = announcementsIn(inGerman.topics).map(({ device: { name } }) => name);
  expect(deviceNames).toEqual(expect.arrayContaining(['Standorte', 'Berlin', 'testling']));
  expect(deviceNames).not.toContain('Sites');
  const devices = announcementsIn(inGerman.topics).map(({ device: { model } }) => model);
  expect(devices).toEqual(expect.arrayContaining(['Standort', 'TCP-Ziel', 'Samsung SSD 980']));
  expect(devices.filter((model = '') => /target|file system|volume|machine|^Site$/i.test(model))).toEqual([]);
});
