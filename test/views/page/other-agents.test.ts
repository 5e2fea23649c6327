import { expect, test } from 'vitest';
import { bounds } from '../../../src/model/bounds.ts';
import { runStepsAtOnce } from '../../../src/model/event-loop-turns.ts';
import { english } from '../../../src/views/language.ts';
import { html } from '../../../src/views/page/html.ts';
import { buildOtherAgentSections } from '../../../src/views/page/other-agents.ts';
import { DirectoryOfTopics, problem, problemList } from '../../helpers/agent-directory.ts';
import { agent, probe } from '../../helpers/sample-collector.ts';

const catalogue = [probe(async () => []), { ...probe(async () => [], 'sites'), scope: 'lab' as const }];
const now = new Date('2026-01-02T03:04:05Z');
type Inputs = Parameters<typeof buildOtherAgentSections>;
const buildSections = (catalogue: Inputs[0], self: Inputs[1], agents: Inputs[2], now: Date) =>
  runStepsAtOnce(buildOtherAgentSections(catalogue, self, agents, { language: english, now }));

const lab = (topics: Record<string, string>, ...silent: string[]) =>
  buildSections(catalogue, agent, new DirectoryOfTopics(Object.entries(topics), silent).agents, now).map(
    ({ title, note, isFailing, devices }) => ({
      title,
      note,
      isFailing,
      things: devices.map(({ fullName, details, numbers, facts }) => [
        fullName,
        details,
        ...[...numbers, ...facts].map(
          ({ name, value }) =>
            `${name}: ${typeof value === 'object' && value !== undefined && 'text' in value ? value.text : value}`,
        ),
      ]),
    }),
  );

test('the last state of each other agent’s devices, without parts, memories and unknown values', () => {
  expect(
    lab({
      'pi/status': 'online',
      'pi/problems': problemList(),
      'pi/probe/pi': '{"level":12.5,"on":"ON","mood":"good","note":"waits","rare":null}',
      'pi/probe/s1': '{"level":3}',
      'pi/probe/s1/availability': 'offline',
      'pi/probe/s1/memory': '{"level":3}',
      'pi/retired/x': '{"level":3}',
      'attic/status': 'offline',
      'nas/status': 'online',
      'nas/probe/nas': '{"level":1}',
      'sites/status': 'online',
      'sites/probe/berlin': '{"level":1}',
    }),
  ).toEqual([
    { title: 'attic', note: 'lost: last known values', isFailing: true, things: [] },
    {
      title: 'pi',
      note: 'online',
      isFailing: false,
      things: [
        ['pi: Probe', '', 'Level: <b>12.5</b>\u202f%', 'On: yes', 'Mood: good'],
        ['pi: Probe s1', 'unavailable: last known values', 'Level: <b>3.0</b>\u202f%'],
      ],
    },
  ]);
});

test('agents stand by site: the own one first, those without a site last', () => {
  const sites: Record<string, string> = { a: 'Cabin', b: 'Berlin', c: 'Attic', d: 'Berlin' };
  const { agents } = new DirectoryOfTopics(['a', 'b', 'c', 'd', 'e'].map((id) => [`${id}/status`, 'online']));
  const sections = buildSections(
    catalogue,
    { ...agent, site: 'Berlin' },
    agents.map((one) => ({ ...one, ...(sites[one.id] === undefined ? {} : { site: sites[one.id] as string }) })),
    now,
  );
  expect(sections.map(({ title, site }) => `${site}: ${title}`)).toEqual([
    'Berlin: b',
    'Berlin: d',
    'Attic: c',
    'Cabin: a',
    'No site: e',
  ]);
});

test('agents whose site is spelled with other capitals stand together', () => {
  const sites: Record<string, string> = { a: 'KÖLN', b: 'Wien', c: 'Köln', d: 'berlin' };
  const { agents } = new DirectoryOfTopics(Object.keys(sites).map((id) => [`${id}/status`, 'online']));
  const sections = buildSections(
    catalogue,
    { ...agent, site: 'Berlin' },
    agents.map((one) => ({ ...one, site: sites[one.id] ?? '' })),
    now,
  );
  expect(sections.map(({ title, site }) => `${site}: ${title}`)).toEqual([
    'Berlin: d',
    'KÖLN: a',
    'KÖLN: c',
    'Wien: b',
  ]);
});

test('an agent that is online by its status but does not answer is lost', () => {
  expect(lab({ 'pi/status': 'online', 'pi/problems': problemList() }, 'pi')).toMatchObject([
    { note: 'lost: last known values', isFailing: true },
  ]);
});

test.each(['no json', '3', '[]', '{"level":"<script>","since":"<script>","note":"<script>","firmware":3}'])(
  'a state of %s does no harm',
  (payload) => {
    expect(JSON.stringify(lab({ 'pi/status': 'online', 'pi/probe/pi': payload }))).not.toContain('<script>');
  },
);

test('unknown values of any kind are not shown', () => {
  const silent = Object.fromEntries(
    ['level', 'total', 'on', 'mood', 'since', 'firmware', 'rare'].map((key) => [key, null]),
  );
  expect(lab({ 'pi/status': 'online', 'pi/probe/pi': JSON.stringify(silent) })).toMatchObject([
    { things: [['pi: Probe', '']] },
  ]);
  expect(lab({ 'pi/status': 'online', 'pi/probe/pi': '{"level":3,"firmware":null}' })).toMatchObject([
    { things: [['pi: Probe', '', 'Level: <b>3.0</b>\u202f%']] },
  ]);
});

/** The problems of the agent pi as a reader sees them, at `now`; the directory sees them by the machine's clock. */
const shown = (topics: Record<string, string>) => {
  const [section] = buildSections(catalogue, agent, new DirectoryOfTopics(Object.entries(topics)).agents, new Date());
  return {
    note: section?.note,
    problems: section?.problems.map(({ text }) => html`${text}`.text.replaceAll(/<[^>]*>/g, '')),
  };
};

test('what another agent says is wrong, the worst first, with severity, beginning and remedy, without what is explained', () => {
  const daysAgo = new Date(Date.now() - 3 * 86_400_000).toISOString();
  expect(
    shown({
      'pi/status': 'online',
      'pi/problems': problemList(
        problem('nvme/s1/x', {
          subject: 'pi <SSD>',
          severity: 'data_at_risk',
          text: 'is dying',
          since: daysAgo,
          remedy: 'Replace it',
        }),
        problem('router/home/line', {
          subject: 'pi home',
          severity: 'outage',
          text: 'the line is down',
          since: daysAgo,
          certain: false,
        }),
        problem('router/home/dns', { explained_by: 'router/home/line' }),
      ),
    }),
  ).toEqual({
    note: 'online',
    problems: [
      'data at risk pi &lt;SSD&gt;: is dying, for 3 d Replace it',
      'outage pi home: the line is down (last known), for 3 d',
    ],
  });
});

test.each(['2999-01-01T00:00:00.000Z', '1970-01-01T00:00:05.000Z'])(
  'a beginning of %s, by a clock that is wrong, is when it was first seen at the latest',
  (since) => {
    expect(
      shown({ 'pi/status': 'online', 'pi/problems': problemList(problem('host/pi/x', { subject: 'pi', since })) })
        .problems,
    ).toEqual(['degraded pi: is wrong, for at least 0 s']);
  },
);

test('a list that had to leave out some says how many', () => {
  const list = JSON.stringify({ ...JSON.parse(problemList(problem('host/pi/x'))), count: 4 });
  expect(shown({ 'pi/status': 'online', 'pi/problems': list }).problems?.at(-1)).toBe('and 3 more');
});

test('an agent without a list is not well but too old to say', () => {
  expect(shown({ 'pi/status': 'online' })).toEqual({
    note: 'online; too old to say what is wrong, or just started',
    problems: [],
  });
});

test('the problems of a lost agent are the last known', () => {
  expect(
    shown({ 'pi/status': 'offline', 'pi/problems': problemList(problem('host/pi/x', { subject: 'pi' })) }),
  ).toMatchObject({
    note: 'lost: last known values',
    problems: [expect.stringContaining('pi: is wrong (last known)')],
  });
});

test('of very many agents the page has those with something wrong, and says how many more there are', () => {
  const { items } = bounds.agentsOnPage;
  const ids = Array.from({ length: 2 * items }, (_, index) => `agent${1000 + index}`);
  const topics = Object.fromEntries(ids.map((id) => [`${id}/status`, 'online']));
  const sections = lab({ ...topics, [`${ids.at(-1)}/status`]: 'offline' });
  expect(sections.length).toBe(items + 1);
  expect(sections.at(-2)).toMatchObject({ title: ids.at(-1), isFailing: true });
  expect(sections.at(-1)).toMatchObject({ title: `${items} more agents` });
});

test('of the devices of many agents, each agent’s share is shown', () => {
  const maxDevices = bounds.devicesOfAgentsOnPage.items / bounds.agentsOnPage.items;
  const sections = lab(
    Object.fromEntries(
      Array.from({ length: bounds.agentsOnPage.items }, (_, index): [string, string][] => [
        [`agent${index}/status`, 'online'],
        ...Array.from({ length: maxDevices + (index === 0 ? 1 : 0) }, (__, device): [string, string] => [
          `agent${index}/probe/d${device}`,
          '{"level":1}',
        ]),
      ]).flat(),
    ),
  );
  expect(sections.flatMap(({ things }) => things)).toHaveLength(bounds.devicesOfAgentsOnPage.items);
  expect(sections.filter(({ note }) => note?.includes('more of its devices'))).toMatchObject([{ title: 'agent0' }]);
});

test('texts of other agents are cut', () => {
  const [section] = lab({
    'pi/status': 'online',
    'pi/probe/pi': JSON.stringify({ level: 1, mood: 'x'.repeat(1000) }),
  });
  const mood = String(section?.things[0]?.find((fact) => fact?.startsWith('Mood: ')));
  expect(mood).toHaveLength('Mood: '.length + bounds.reportedText.characters);
});

test.each([
  ['http://192.168.2.5:8000/', 'http://192.168.2.5:8000/'],
  ['https://nas.example.net/', 'https://nas.example.net/'],
  ['javascript:alert(1)', undefined],
  [`http://${'x'.repeat(500)}/`, undefined],
  [3, undefined],
  [undefined, undefined],
])('an agent whose list has the page %s is linked to %s', (page, href) => {
  const list = JSON.stringify({ ...JSON.parse(problemList(problem('host/pi/a'))), page });
  const { agents } = new DirectoryOfTopics([
    ['pi/status', 'online'],
    ['pi/problems', list],
  ]);
  expect(buildSections(catalogue, agent, agents, now)).toMatchObject([{ href, problems: [{}] }]);
});
