import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../src/cli/german-names-and-page-texts.ts';
import { allCollectors } from '../../src/collectors/index.ts';
import type { CollectorMetadata } from '../../src/model/collector.ts';
import { glossary, hasWord, replacedWords } from '../helpers/german-glossary.ts';

const { tables: translated } = germanNamesAndPageTexts;
const catalogue: readonly CollectorMetadata[] = allCollectors;

const tables = catalogue.flatMap(({ id, tables: own }) =>
  Object.entries(own).map(([key, table]) => ({ at: `${id} ${key}`, table, names: translated[id]?.[key] })),
);
const metricNames = tables.flatMap(({ at, table, names }) =>
  Object.entries(table.metrics).map(([key, { name }]) => ({
    at: `${at} ${key}`,
    kind: table.kind,
    english: name,
    inGerman: names?.metrics[key],
  })),
);

/** Names that German has from English, or both from elsewhere. */
const sameInBoth = new Set([
  'DNS',
  'DS-Lite',
  'FRITZ!OS',
  'Firmware',
  'Internet',
  'Jitter',
  'Online',
  'Problem',
  'Standard',
  'Version',
]);

test('every collector has German names', () => {
  const ids = allCollectors.map(({ id }) => id).sort();
  expect(Object.keys(translated).sort()).toEqual(ids);
  expect(Object.keys(germanNamesAndPageTexts.collectors).sort()).toEqual(ids);
  for (const { id, nothingFound } of catalogue)
    expect(germanNamesAndPageTexts.collectors[id]?.nothingFound === undefined, id).toBe(nothingFound === undefined);
});

describe('every name of a table has a German one', () => {
  test.each(tables)('$at', ({ table, names }) => {
    expect(Object.keys(names?.metrics ?? {}).sort()).toEqual(Object.keys(table.metrics).sort());
    expect(Object.keys(names?.actions ?? {}).sort()).toEqual(Object.keys(table.actions ?? {}).sort());
    expect(names?.event !== undefined).toBe(table.event !== undefined);
    expect(names?.title).toMatch(/^\p{Lu}/u);
    const shown = Object.values(names?.metrics ?? {});
    expect(new Set(shown).size, 'two entities with one name').toBe(shown.length);
  });
});

const states = tables.flatMap(({ at, table, names }) =>
  Object.entries(table.metrics).flatMap(([key, metric]) =>
    metric.kind === 'enum' ? [{ at: `${at} ${key}`, options: metric.options, words: names?.states?.[key] ?? {} }] : [],
  ),
);

describe('every state of an enum has a German word, and each its own', () => {
  test.each(states)('$at', ({ options, words }) => {
    expect(Object.keys(words).sort()).toEqual([...options].sort());
    expect(new Set(Object.values(words)).size).toBe(options.length);
  });
});

describe('names are German, as they stand behind the name of a device or part', () => {
  test.each(metricNames)('$at', ({ kind, english, inGerman }) => {
    if (!sameInBoth.has(english)) expect(inGerman).not.toBe(english);
    expect(inGerman).toMatch(kind === 'device' ? /^\p{Lu}/u : /^\p{L}/u);
    expect(inGerman).not.toMatch(/\b(the|of|and|rate|data|error|errors|time|last|used|clients?)\b|\s$|^\s/);
  });
});

/** Words of names that German writes in small letters; any other is a noun, or a name. */
const smallWords = new Set(
  [
    'am auf bei bis dem der des die einen für im in laut min mit nicht pro seit systemd-Units und unter von wegen zu zum zur',
    'über bcache-Gerät md',
    'anderer ausgelassene automatisches beste bestätigen dürfen empfangene erfolgreiche erforderlich erneut',
    'fehlgeschlagen fehlgeschlagener flüchtigen freien freier gesamt gesendete geschrieben kritischen korrigierbare korrigierte',
    'leichter letzte letzten starker verbunden verbundene verfügbare verworfene vielen',
    'abgenutzt antwortet ausfallen beeinträchtigt erreichbar fehlt ist niedrig schreibgeschützt synchronisiert tun unzuverlässig',
    'versuchen voll',
  ].flatMap((words) => words.split(' ')),
);

const shownNames = tables.flatMap(({ at, table: { kind }, names }) =>
  [
    ...Object.values(names?.metrics ?? {}).map((name) => ({ name, isBehindPart: kind === 'part' })),
    ...[names?.title, names?.plural, names?.event, ...Object.values(names?.actions ?? {})].map((name) => ({
      name,
      isBehindPart: false,
    })),
    ...Object.values({ ...names?.phrases, ...names?.models }).map((name) => ({ name, isBehindPart: false })),
  ].flatMap(({ name = '', isBehindPart }) => (name === '' ? [] : { at, name, isBehindPart })),
);

describe('nouns have capitals, and other words none behind the name of a part', () => {
  test.each(shownNames)('$at: $name', ({ name, isBehindPart }) => {
    const small = name.split(/[\s(),/]+/).filter((word) => /^\p{Ll}/u.test(word));
    expect(small.filter((word) => !smallWords.has(word))).toEqual([]);
    // “Empfangene Daten” behind “eth0” is “empfangene Daten”.
    if (isBehindPart) expect(name).not.toMatch(/^\p{Lu}\p{Ll}+e[nrsm]? \p{Lu}/u);
  });
});

const sources = readdirSync(join(import.meta.dirname, '../../src/collectors'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('german.ts'))
  .map((file) => readFileSync(join(import.meta.dirname, '../../src/collectors', file), 'utf8'))
  .join('\n');
const phrases = tables.flatMap(({ at, names }) =>
  Object.keys({ ...names?.phrases, ...names?.models }).map((phrase) => ({ at, phrase })),
);

describe('an English phrase is one that a collector says', () => {
  test.each(phrases)('$at: $phrase', ({ at, phrase }) => {
    if (at === 'agent collector') {
      expect(catalogue.map(({ title }) => `${title} collector`)).toContain(phrase);
      return;
    }
    const [first = ''] = phrase.split(/ (?=\d)/);
    expect([`'${first}`, `\`${first}`].some((beginning) => sources.includes(beginning))).toBe(true);
  });
});

test('each collector that the agent watches is named in German', () => {
  for (const { id, title } of catalogue)
    if (id !== 'agent') expect(Object.keys(translated.agent?.collector?.phrases ?? {})).toContain(`${title} collector`);
});

describe('names keep to docs/glossary-german.md', () => {
  test.each(glossary)('$english', ({ english, inGerman: words }) => {
    const named = metricNames.filter(({ english: name }) =>
      english.some((word) => ` ${name.toLowerCase()} `.includes(` ${word.toLowerCase()} `)),
    );
    expect(named.length, 'a name has the word').toBeGreaterThan(0);
    expect(named.filter(({ inGerman = '' }) => !words.some((word) => hasWord(inGerman, word)))).toEqual([]);
  });
});

const repository = join(import.meta.dirname, '../..');
const germanFiles = ['src', 'scripts/generate', 'docs/de'].flatMap((folder) =>
  readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => (folder === 'docs/de' ? file.endsWith('.md') : /german[\w-]*\.ts$/.test(file)))
    .map((file) => join(repository, folder, file)),
);

test('German texts and guides have one word for a thing', () => {
  expect(replacedWords.length).toBeGreaterThan(10);
  expect(germanFiles.length).toBeGreaterThan(15);
  const found = germanFiles.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return replacedWords.flatMap(({ word, not }) =>
      not.filter((other) => hasWord(text, other)).map((other) => `${file}: ${other}, not ${word}`),
    );
  });
  expect(found).toEqual([]);
});
