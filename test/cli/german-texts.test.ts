import { describe, expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../src/cli/german-names-and-page-texts.ts';
import { englishCheckAndOnceTexts } from '../../src/cli/texts/english.ts';
import { germanCheckAndOnceTexts } from '../../src/cli/texts/german.ts';
import { agentTexts } from '../../src/collectors/agent/latest-release-reader.ts';
import { homeAssistantTexts } from '../../src/collectors/home-assistant/texts.ts';
import { hostCollector } from '../../src/collectors/host/index.ts';
import { hostTexts } from '../../src/collectors/host/texts.ts';
import { allCollectors } from '../../src/collectors/index.ts';
import { routerTexts } from '../../src/collectors/router/problems.ts';
import { sitesCollector } from '../../src/collectors/sites/index.ts';
import { sitesTexts } from '../../src/collectors/sites/texts.ts';
import { storageDriveTexts } from '../../src/collectors/storage/drives/texts.ts';
import { nvmeTexts } from '../../src/collectors/storage/nvme/texts.ts';
import { poolTexts } from '../../src/collectors/storage/pools/texts.ts';
import { brokerErrorTexts } from '../../src/model/broker-error-texts.ts';
import { generalProblemTexts } from '../../src/model/general-problem-texts.ts';
import { TranslatableError } from '../../src/model/translatable-error.ts';
import type { ReportableProblemChange } from '../../src/notify/alert-debouncer.ts';
import { buildNotificationRequest } from '../../src/notify/notification-request.ts';
import { englishDashboardTexts } from '../../src/views/home-assistant/texts.ts';
import { notificationTexts } from '../../src/views/notification-texts.ts';
import { englishPageTexts } from '../../src/views/page/texts.ts';
import { findProblems } from '../../src/views/problems.ts';
import { parseRestoredProblems, problemsPayload } from '../../src/views/problems-payload.ts';
import { glossary, hasWord, replacedWords } from '../helpers/german-glossary.ts';
import { isEnglish } from '../helpers/is-english.ts';
import { agent } from '../helpers/sample-collector.ts';
import { type Situation, situations, stateAfter } from '../helpers/situations/index.ts';
import { hanging } from '../helpers/situations/readings.ts';

const english = {
  host: hostTexts,
  agent: agentTexts,
  nvme: nvmeTexts,
  storage: { ...storageDriveTexts, ...poolTexts },
  router: routerTexts,
  home_assistant: homeAssistantTexts,
  sites: sitesTexts,
};

/** What is the same in both languages. */
const sameInBoth = ['broker', 'listFirstNames', 'onDrives', 'offlinePool'];

/** Stands for a name, a number, a list of names and a date at once. */
const anything = Object.assign(['a', 'b'], {
  toISOString: () => '2026-01-02',
  toLocaleDateString: () => '2026-01-02',
  toLocaleTimeString: () => '03:04',
});
const urls = { url: new URL('https://here:1/'), movedTo: new URL('https://there/') };
const argumentsOf: Record<string, unknown[]> = {
  errors: ['crc_errors', 3, 5, false],
  failedUnits: [3, 'a', 2],
  hint: [urls],
  lineLabel: ['day', '1'],
  uptimeUnknown: ['day'],
  uptimeShare: ['5 %', 'day'],
  uptimeShareOfKnown: ['5 %', 'day'],
  namesNothing: ['A', 'B', 'router', ''],
};

function textsIn(value: unknown, path: string, key = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    const isHint = path.includes(' hints ');
    const said = value(...(argumentsOf[isHint ? 'hint' : key] ?? [anything, anything, anything, anything]));
    return [[path, typeof said === 'string' ? said : said.text]];
  }
  return Object.entries(value ?? {}).flatMap(([member, one]) => textsIn(one, `${path} ${member}`, member));
}

/** The texts of a table in both languages. */
const pairsOf = (id: string, texts: unknown, inGerman: unknown) => {
  const german = new Map(textsIn(inGerman, id));
  return textsIn(texts, id).map(([path, text]) => ({ path, text, inGerman: german.get(path) ?? '' }));
};

const { brokerErrors, collectorTexts, problems: problemTextsInGerman } = germanNamesAndPageTexts;
const pairs = [
  ...Object.entries(english).flatMap(([id, texts]) => pairsOf(id, texts, collectorTexts[id])),
  ...pairsOf('problems', generalProblemTexts, problemTextsInGerman),
  ...pairsOf('broker', brokerErrorTexts, brokerErrors),
];

describe('every text is German', () => {
  test.each(pairs)('$path', ({ path, text, inGerman }) => {
    if (!sameInBoth.some((key) => path.endsWith(` ${key}`))) expect(inGerman).not.toBe(text);
    expect(inGerman).not.toBe('');
    expect(isEnglish(inGerman)).toBe(false);
  });
});

test('where what a collector says in English fits the state of an entity, so does it in German', () => {
  const ofCollectors = pairs.filter(({ path }) => !path.startsWith('broker '));
  expect(ofCollectors.filter(({ text, inGerman }) => text.length <= 255 && inGerman.length > 255)).toEqual([]);
});

const { page, dashboard, notifications } = germanNamesAndPageTexts;
/** Every text that the program has in two languages, but for those that are made of several of them. */
const allTexts = [
  ...pairs,
  ...pairsOf('page', englishPageTexts, page),
  ...pairsOf('dashboard', englishDashboardTexts, dashboard),
  ...pairsOf('notifications', notificationTexts, notifications),
  ...pairsOf('check and once', englishCheckAndOnceTexts, germanCheckAndOnceTexts),
];

describe('texts keep to docs/glossary-german.md', () => {
  test.each(glossary)('$english', ({ english: [...words], inGerman: germanWords }) => {
    const saysIt = new RegExp(`\\b(${words.join('|')})\\b`, 'i');
    // Names of settings are the same in both.
    const saying = allTexts.filter(({ text }) => saysIt.test(text.replaceAll(/\b[A-Z]+_?[A-Z]{3,}\b/g, '')));
    expect(saying.filter(({ inGerman }) => !germanWords.some((word) => hasWord(inGerman, word)))).toEqual([]);
  });
  test('no text has a word that another replaces', () => {
    expect(allTexts.length).toBeGreaterThan(400);
    const found = allTexts.flatMap(({ path, inGerman }) =>
      replacedWords.flatMap(({ word, not }) =>
        not.filter((other) => hasWord(inGerman, other)).map((other) => `${path}: ${other}, not ${word}`),
      ),
    );
    expect(found).toEqual([]);
  });
});

/** Those whose readings say nothing in English of their own. */
const isTranslated = (readings: object) =>
  Object.keys(readings).every((id) => id in english && id !== 'home_assistant');
const translated = Object.entries(situations).filter(([, { readings }]) => isTranslated(readings));

describe('what is wrong is the same in German, in other words', () => {
  test.each(translated)('%s', (_, { readings }) => {
    const inEnglish = findProblems(allCollectors, agent, stateAfter(readings), undefined, 0);
    const inGerman = findProblems(
      allCollectors,
      agent,
      stateAfter(readings, germanNamesAndPageTexts),
      germanNamesAndPageTexts,
      0,
    );
    const withoutWords = ({ id, severity, since, certain, explainedBy, step }: (typeof inGerman)[number]) => ({
      id,
      severity,
      since,
      certain,
      explainedBy,
      step,
    });
    expect(inGerman.map(withoutWords)).toEqual(inEnglish.map(withoutWords));
    for (const { key, text, clearsAt = '', remedy = '' } of inGerman)
      if (key !== 'unreadable' && !key.startsWith('complaint_'))
        expect([text, clearsAt, remedy].filter(isEnglish)).toEqual([]);
    const told = inGerman.filter(({ place, key }) => place !== 'collector' && key !== 'unreadable');
    for (const problem of told) {
      const consequences = told.filter((one) => one !== problem);
      const changes: ReportableProblemChange[] = [
        { kind: 'trouble', problem, consequences, severityBefore: 'notice' },
        { kind: 'trouble', problem, consequences: [] },
        { kind: 'recovery', id: problem.id, problem, seconds: 3600 },
      ];
      for (const change of changes) {
        const { body } = buildNotificationRequest('http://n/t', 'ntfy', agent, change, germanNamesAndPageTexts);
        expect(isEnglish(JSON.parse(body).message)).toBe(false);
      }
    }
    expect(inGerman.map(({ language }) => language)).toEqual(
      inGerman.map(({ place, key }) => (place === 'collector' || key === 'unreadable' ? undefined : 'de')),
    );
  });
});

test('a change of the language gives a lasting problem new words, and neither a new beginning nor a new id', () => {
  const readings: Situation['readings'] = situations['a full disk']?.readings ?? {};
  const payload = problemsPayload(allCollectors, agent, stateAfter(readings)) ?? '';
  const [before] = findProblems(allCollectors, agent, stateAfter(readings), undefined, 0);
  const again = stateAfter({}, germanNamesAndPageTexts);
  again.problemMemory.restore(parseRestoredProblems(payload), new Date(Date.UTC(2026, 0, 3)));
  for (const collector of allCollectors.filter(({ id }) => id === 'host')) {
    again.add(collector);
    const [observations = []] = readings.host ?? [];
    if (typeof observations === 'string') continue;
    again.record(collector, { ok: true, observations, at: new Date(Date.UTC(2026, 0, 3)), seconds: 1 });
  }
  const [after] = findProblems(allCollectors, agent, again, germanNamesAndPageTexts, 0);
  expect(after).toMatchObject({ id: before?.id, since: before?.since, text: 'kein Speicherplatz mehr frei' });
  expect(after?.subject).toBe('nas Dateisystem /tank');
});

test('why something can’t be read is German, and English in the log; what others say stays', () => {
  const state = stateAfter({}, germanNamesAndPageTexts);
  const at = new Date(Date.UTC(2026, 0, 3));
  state.add(hostCollector);
  const record = (error: Error) => {
    const observations = [{ ...hanging, error }] as never;
    const [change] = state.record(hostCollector, { ok: true, observations, at, seconds: 1 });
    const [problem] = findProblems(allCollectors, agent, state, germanNamesAndPageTexts, 0);
    return { logged: change?.error, text: problem?.text, language: problem?.language };
  };
  expect(record(new TranslatableError((texts = hostTexts) => texts.mountSilent('/tank (nfs4)')))).toEqual({
    logged: '/tank (nfs4): does not answer',
    text: '/tank (nfs4): antwortet nicht',
    language: 'de',
  });
  expect(record(new Error('statfs /tank: EACCES'))).toEqual({ text: 'statfs /tank: EACCES' });
});

test('why a collector fails is German, and English in the log', () => {
  const state = stateAfter({}, germanNamesAndPageTexts);
  state.add(sitesCollector);
  const record = (failure: object) => {
    const outcome = { ok: false as const, error: 'English', at: new Date(), seconds: 1, ...failure };
    return [state.record(sitesCollector, outcome)[0]?.error, state.collectors.get('sites')?.error];
  };
  expect(record({ wording: (texts = sitesTexts) => texts.statesUnknown })).toEqual([
    'English',
    'ohne Verbindung zum Broker sind die Zustände der Agenten unbekannt',
  ]);
  expect(record({ timedOutAfter: 10 })[1]).toBe('nach 10 s ohne Ergebnis abgebrochen');
  expect(record({})[1]).toBe('English');
});
