import { expect, test } from 'vitest';
import { sitesTextsInGerman } from '../../../src/collectors/sites/german.ts';
import { sitesTables } from '../../../src/collectors/sites/metrics.ts';
import { determineSiteVerdicts } from '../../../src/collectors/sites/site-verdict.ts';
import { type SitesTexts, sitesTexts } from '../../../src/collectors/sites/texts.ts';
import { slug } from '../../../src/model/naming.ts';
import type { PublishedProblem } from '../../../src/views/problems-payload.ts';
import { DirectoryOfTopics, problem, problemList } from '../../helpers/agent-directory.ts';

const agents = { nas: 'Berlin', desk: 'Berlin', pi: 'Cottage', shed: 'Cottage', server: 'Cellar' } as const;
type Name = keyof typeof agents;

const monitor = { id: 'monitor', site: 'Berlin' };
const judge = (
  topics: Iterable<readonly [string, string]>,
  unresponsive: string[] = [],
  here: { id: string; site?: string } = monitor,
  texts?: SitesTexts,
) =>
  determineSiteVerdicts(new DirectoryOfTopics(topics, unresponsive), here, 'sites').map(
    ({ reading: { outage, text, ...reading }, agents: ofSite, ...verdict }) => ({
      ...verdict,
      reading: { ...reading, outage: outage?.(texts), text: text(texts) },
      agents: ofSite.map(({ text: state, ...one }) => ({ ...one, text: state(texts) })),
    }),
  );

const json = (value: object) => JSON.stringify(value);
const device = (path: string, payload: object): [string, string][] => [
  [path, json(payload)],
  [`${path}/availability`, 'online'],
];

/** A lab without problems: five agents at three sites; each router is watched from its own site, and that of the
 * cottage from Berlin too. */
const lab: [string, string][] = [
  ...Object.entries(agents).flatMap(([name, site]): [string, string][] => [
    [`${name}/status`, 'online'],
    [`${name}/problems`, problemList()],
    ...device(`${name}/agent/${name}`, { site }),
    ...device(`${name}/host/${name}`, { cpu_used: 1 }),
    ...device(`${name}/router/fritz`, { reachable: 'ON', wan: 'ON' }),
  ]),
  ...device('nas/router/cottage', { reachable: 'ON' }),
  ['bridge/Cottage/state', '1'],
  ['bridge/Cellar/state', '1'],
  ['sites/status', 'online'],
  ...device('sites/sites/berlin', { problem: 'ON' }),
];

const lost = (...names: Name[]) => names.map((name): [string, string] => [`${name}/status`, 'offline']);
const routerUnreachable = device('nas/router/cottage', { reachable: 'OFF', problem: 'ON' });
const routerNotWatched: [string, string][] = [['nas/router/cottage/availability', 'unknown']];
const bridgeDown: [string, string] = ['bridge/Cottage/state', '0'];
const hiddenByBridge = 'unknown because the bridge from Cottage is down';
const unreachableText = 'the router of Cottage does not answer from outside (asked by nas)';

const reports = (agent: Name, ...problems: PublishedProblem[]): [string, string] => [
  `${agent}/problems`,
  problemList(...problems),
];

test.each<
  [
    situation: string,
    topics: [string, string][],
    site: string,
    cause: string,
    online: boolean,
    lost: number | undefined,
    words: string,
  ]
>([
  ['all well', [], 'Cottage', 'well', true, 0, 'none'],
  ['one agent lost', lost('pi'), 'Cottage', 'agent_lost', true, 1, 'agent pi is lost'],
  [
    'all agents lost, the router answers',
    lost('pi', 'shed'),
    'Cottage',
    'agent_lost',
    true,
    2,
    'agents pi, shed are lost',
  ],
  [
    'all agents lost, the router does not answer',
    [...lost('pi', 'shed'), ...routerUnreachable],
    'Cottage',
    'router_unreachable',
    false,
    undefined,
    unreachableText,
  ],
  [
    'all agents lost, nobody watches the router',
    [...lost('pi', 'shed'), ...routerNotWatched],
    'Cottage',
    'silent',
    false,
    undefined,
    'no agent of Cottage answers: its line, its power or its broker may be down',
  ],
  ['the only agent of a site lost', lost('server'), 'Cellar', 'agent_lost', false, 1, 'agent server is lost'],
  [
    'bridge down, the router answers',
    [bridgeDown],
    'Cottage',
    'bridge_down',
    true,
    undefined,
    'the bridge from Cottage is down',
  ],
  [
    'bridge down, nobody watches the router',
    [bridgeDown, ...routerNotWatched],
    'Cottage',
    'bridge_down',
    false,
    undefined,
    'the bridge from Cottage is down',
  ],
  [
    'bridge and router down',
    [bridgeDown, ...routerUnreachable],
    'Cottage',
    'router_unreachable',
    false,
    undefined,
    unreachableText,
  ],
  [
    'the router does not answer, the agents do',
    routerUnreachable,
    'Cottage',
    'router_unreachable',
    true,
    0,
    unreachableText,
  ],
  [
    'an agent lost and the router does not answer',
    [...lost('pi'), ...routerUnreachable],
    'Cottage',
    'agent_lost',
    true,
    1,
    'agent pi is lost',
  ],
  [
    'the only agent that watches the router from outside is lost',
    [...lost('nas'), ...routerUnreachable],
    'Cottage',
    'well',
    true,
    0,
    'none',
  ],
  [
    'a problem at one site does not affect another',
    [...lost('nas'), ...routerUnreachable],
    'Cellar',
    'well',
    true,
    0,
    'none',
  ],
  [
    'a router that its own site does not reach',
    [
      reports(
        'pi',
        problem('router/fritz/unreachable', { subject: 'pi FRITZ!Box', severity: 'outage', text: 'does not answer' }),
      ),
    ],
    'Cottage',
    'problem',
    true,
    0,
    'pi FRITZ!Box: does not answer',
  ],
  [
    'a subject that does not name its agent',
    [reports('pi', problem('home_assistant/home/unreadable', { subject: 'Pier', text: 'does not answer' }))],
    'Cottage',
    'problem',
    true,
    0,
    'pi: Pier: does not answer',
  ],
  [
    'an internet connection that is down according to another site',
    [reports('nas', problem('router/cottage/internet', { subject: 'nas cottage', text: 'no internet connection' }))],
    'Cottage',
    'problem',
    true,
    0,
    'nas cottage: no internet connection',
  ],
  [
    'a problem at the cottage is none of the site that reports it',
    [reports('nas', problem('router/cottage/internet'))],
    'Berlin',
    'well',
    true,
    0,
    'none',
  ],
  [
    'the worst of several problems, whoever reports it',
    [
      reports('pi', problem('host/pi/memory', { subject: 'pi', severity: 'degraded', text: 'has no memory left' })),
      reports(
        'shed',
        problem('nvme/s1/spare', {
          subject: 'shed Samsung 980',
          severity: 'data_at_risk',
          text: 'its spare is used up',
        }),
        problem('router/fritz/line', { subject: 'shed FRITZ!Box', severity: 'outage', text: 'the line is down' }),
      ),
    ],
    'Cottage',
    'problem',
    true,
    0,
    'shed Samsung 980: its spare is used up; and 2 more',
  ],
  [
    'what two agents see is told once, as the one sees it that takes it for worse',
    [
      reports(
        'pi',
        problem('router/fritz/line', { cause: '00:00/line', subject: 'pi FRITZ!Box', text: 'the line is slow' }),
      ),
      reports(
        'shed',
        problem('router/fritz/line', {
          cause: '00:00/line',
          subject: 'shed FRITZ!Box',
          severity: 'outage',
          text: 'the line is down',
        }),
      ),
    ],
    'Cottage',
    'problem',
    true,
    0,
    'shed FRITZ!Box: the line is down',
  ],
  [
    'what is explained, or merely worth knowing, is no problem',
    [
      reports(
        'pi',
        problem('router/fritz/dns', { explained_by: 'router/fritz/line' }),
        problem('host/pi/reboot', { severity: 'notice' }),
      ),
    ],
    'Cottage',
    'well',
    true,
    0,
    'none',
  ],
  [
    'a problem of which it is not known whether it lasts',
    [reports('pi', problem('nvme/s1/spare', { subject: 'pi Samsung 980', text: 'is worn', certain: false }))],
    'Cottage',
    'problem',
    true,
    0,
    'pi Samsung 980: is worn (last known)',
  ],
  [
    'more problems than a list has',
    [
      [
        'pi/problems',
        JSON.stringify({ ...JSON.parse(problemList(problem('a/b/c', { subject: 'pi', text: 'is hot' }))), count: 23 }),
      ],
    ],
    'Cottage',
    'problem',
    true,
    0,
    'pi: is hot; and at least 22 more',
  ],
  [
    'an agent too old to have a list of problems',
    [['pi/problems', '']],
    'Cottage',
    'unknown',
    true,
    0,
    'agent pi is too old to say what is wrong, or has just started',
  ],
  [
    'a list that is none',
    [
      ['pi/problems', '{"problems":[]}'],
      ['shed/problems', 'none'],
    ],
    'Cottage',
    'unknown',
    true,
    0,
    'agents pi, shed are too old to say what is wrong, or have just started',
  ],
  [
    'a problem beside an agent that is too old',
    [['pi/problems', ''], reports('shed', problem('host/shed/x', { subject: 'shed', text: 'is hot' }))],
    'Cottage',
    'problem',
    true,
    0,
    'shed: is hot',
  ],
  [
    'a lost agent takes its problems along',
    [...lost('pi'), reports('pi', problem('host/pi/x', { severity: 'outage' }))],
    'Cottage',
    'agent_lost',
    true,
    1,
    'agent pi is lost',
  ],
  [
    'but not data that is at risk',
    [
      ...lost('pi'),
      reports('pi', problem('nvme/s1/x', { subject: 'pi SSD', severity: 'data_at_risk', text: 'is dying' })),
    ],
    'Cottage',
    'agent_lost',
    true,
    1,
    'pi SSD: is dying (last known); and 1 more',
  ],
  [
    'the problem of another agent beside a lost one',
    [...lost('pi'), reports('shed', problem('host/shed/x', { subject: 'shed', text: 'is hot' }))],
    'Cottage',
    'agent_lost',
    true,
    1,
    'agent pi is lost; and 1 more',
  ],
  [
    'a router that does not answer from outside is told once',
    [...routerUnreachable, reports('nas', problem('router/cottage/unreachable', { severity: 'outage' }))],
    'Cottage',
    'router_unreachable',
    true,
    0,
    unreachableText,
  ],
  [
    'the bridge of the own site hides nothing',
    [['bridge/Berlin/state', '0']],
    'Berlin',
    'bridge_down',
    true,
    0,
    'the bridge from Berlin is down',
  ],
  [
    'invalid payloads',
    [
      ['pi/nvme/s1', '{'],
      ['pi/nvme/s1/availability', 'online'],
      ['pi/host/pi', '[]'],
    ],
    'Cottage',
    'well',
    true,
    0,
    'none',
  ],
])('%s', (_, topics, site, cause, online, lost, words) => {
  const verdict = judge([...lab, ...topics]).find(({ site: name }) => name === site);
  expect(verdict?.reading).toMatchObject({
    cause,
    online,
    expected: Object.values(agents).filter((one) => one === site).length,
    lost,
    text: words,
  });
});

/** The list of an agent that says its name. */
const named = (id: Name, agent: string): [string, string] => [
  `${id}/problems`,
  json({ agent, worst: null, count: 0, reason: null, problems: [] }),
];
const textOfCottage = (...topics: [string, string][]) =>
  judge([...lab, ...topics]).find(({ site }) => site === 'Cottage')?.reading.text;

test('a lost agent has its name, unless that is not its own', () => {
  expect(textOfCottage(named('pi', 'Pi'), ...lost('pi'))).toBe('agent Pi is lost');
  expect(textOfCottage(named('pi', 'shed'), ...lost('pi'))).toBe('agent pi is lost');
  expect(textOfCottage(named('nas', 'NAS'), ...lost('pi', 'shed'), ...routerUnreachable)).toBe(
    'the router of Cottage does not answer from outside (asked by NAS)',
  );
});

test('agents behind a bridge that is down are unknown, with the reason', () => {
  const verdict = judge([...lab, named('pi', 'Pi'), ...lost('shed'), bridgeDown]).find(
    ({ site }) => site === 'Cottage',
  );
  expect(verdict?.agents).toEqual([
    { id: 'pi', name: 'Pi', online: undefined, text: hiddenByBridge },
    { id: 'shed', name: 'shed', online: undefined, text: hiddenByBridge },
  ]);
});

test('agents without a site form a group of their own, which is never silent', () => {
  const topics = new Map([
    ['a/status', 'offline'],
    ['b/status', 'offline'],
    ['b/agent/b', json({ site: null })],
  ]);
  expect(judge(topics, [], { id: 'monitor' })).toEqual([
    {
      site: undefined,
      reading: {
        cause: 'agent_lost',
        online: false,
        expected: 2,
        lost: 2,
        lostIds: ['a', 'b'],
        outage: 'agents a, b are lost',
        text: 'agents a, b are lost',
      },
      agents: [
        { id: 'a', name: 'a', online: false, text: 'lost' },
        { id: 'b', name: 'b', online: false, text: 'lost' },
      ],
    },
  ]);
});

test('spellings with the same slug are one site', () => {
  const topics = new Map([
    ...device('a/agent/a', { site: 'Berlin' }),
    ...device('b/agent/b', { site: 'berlin' }),
    ['a/status', 'online'],
    ['b/status', 'online'],
  ]);
  expect(judge(topics, [], { id: 'monitor' }).map(({ site, agents }) => [site, agents.length])).toEqual([
    ['Berlin', 2],
  ]);
});

test('capitals and the form of an umlaut make no other site, for agents, the target of its name, and the bridge', () => {
  const name = 'Köln';
  const [lower, decomposed] = [name.toLowerCase(), name.normalize('NFD')];
  const topics = (watched: string): [string, string][] => [
    ...['a', 'b', 'c'].map((id): [string, string] => [`${id}/status`, 'offline']),
    ...device('a/agent/a', { site: lower }),
    ...device('b/agent/b', { site: name }),
    ...device('c/agent/c', { site: decomposed }),
    ...device('nas/agent/nas', { site: 'Berlin' }),
    ...device(`nas/router/${slug(watched)}`, { reachable: 'OFF' }),
    ['nas/status', 'online'],
    ['nas/problems', problemList()],
  ];
  for (const watched of [name, lower]) {
    const [of, ...others] = judge(topics(watched)).filter(({ site }) => site !== 'Berlin');
    expect(others).toEqual([]);
    expect(of?.agents).toHaveLength(3);
    expect(of?.reading).toMatchObject({ cause: 'router_unreachable', online: false });
  }
  const bridged = judge([...topics('elsewhere'), [`bridge/${lower}/state`, '0']]);
  expect(bridged.find(({ site }) => site !== 'Berlin')?.reading.cause).toBe('bridge_down');
});

test('a site keeps the spelling of most agents, of as many the composed one', () => {
  const sitesOf = (...sites: string[]) =>
    judge(
      sites.flatMap((site, index) => [
        ...device(`a${index}/agent/a${index}`, { site }),
        [`a${index}/status`, 'online'],
      ]),
      [],
      { id: 'a0', ...(sites[0] === undefined ? {} : { site: sites[0] }) },
    ).map(({ site }) => site);
  const [composed, decomposed] = ['Köln', 'Köln'.normalize('NFD')];
  expect(sitesOf('köln', 'köln', composed)).toEqual(['köln']);
  expect(sitesOf(composed, 'köln', 'köln')).toEqual(['köln']);
  expect(sitesOf(decomposed, composed)).toEqual([composed]);
  expect(sitesOf(decomposed, decomposed, composed)).toEqual([decomposed]);
  expect(sitesOf('köln', composed)).toEqual([composed]);
});

test.each([
  ['Köln', 'köln'],
  ['Bonn', 'bonn'],
])('of the bridges of %s and %s, that of a spelling in use counts, or else one that is up', (used, other) => {
  const [unused, unusedToo] = [other, used.toUpperCase()];
  const causeAfter = (...bridges: [site: string, state: string][]) =>
    judge(
      [
        ...device('a/agent/a', { site: used }),
        ['a/status', 'online'],
        ['a/problems', problemList()],
        ...bridges.map(([site, state]): [string, string] => [`bridge/${site}/state`, state]),
      ],
      [],
      { id: 'monitor' },
    ).map(({ reading }) => reading.cause);
  expect(causeAfter([used, '1'], [unused, '0'])).toEqual(['well']);
  expect(causeAfter([unused, '0'], [used, '1'])).toEqual(['well']);
  expect(causeAfter([unused, '1'], [used, '0'])).toEqual(['bridge_down']);
  expect(causeAfter([used, '0'], [unused, '1'])).toEqual(['bridge_down']);
  expect(causeAfter([unused, '1'], [unusedToo, '0'])).toEqual(['well']);
  expect(causeAfter([unused, '0'], [unusedToo, '0'])).toEqual(['bridge_down']);
});

test('a single spelling is that of the site, whatever it is', () => {
  const topics = new Map([...device('a/agent/a', { site: 'köln' }), ['a/status', 'online']]);
  expect(judge(topics, [], { id: 'monitor' }).map(({ site }) => site)).toEqual(['köln']);
});

test('an unresponsive agent is lost, whatever its topics say', () => {
  const verdict = judge(lab, ['pi']).find(({ site }) => site === 'Cottage');
  expect(verdict?.reading).toMatchObject({ cause: 'agent_lost', text: 'agent pi is lost' });
});

test('what is said of a site and its agents is said in the language of the agent, around what others say', () => {
  const texts = (...topics: [string, string][]) => {
    const verdict = judge([...lab, ...topics], [], monitor, sitesTextsInGerman).find(({ site }) => site === 'Cottage');
    return [verdict?.reading.text, ...(verdict?.agents.map(({ text }) => text) ?? [])];
  };
  expect(texts()).toEqual(['keines', 'antwortet', 'antwortet']);
  const ssd = problem('nvme/s1/x', { subject: 'pi SSD', severity: 'data_at_risk', text: 'stirbt' });
  const disk = problem('host/pi/x', { subject: 'pi', severity: 'degraded', text: 'ist heiß' });
  expect(texts(reports('pi', ssd, disk))).toEqual(['pi SSD: stirbt; und 1 weiteres', 'antwortet', 'antwortet']);
  expect(texts(...lost('pi'), reports('pi', ssd))).toEqual([
    'pi SSD: stirbt (zuletzt bekannt); und 1 weiteres',
    'ausgefallen',
    'antwortet',
  ]);
  expect(texts(...lost('pi', 'shed'), ...routerUnreachable)).toEqual([
    'der Router von Cottage ist von außen nicht erreichbar (geprüft von nas)',
    'unbekannt: der Router von Cottage ist von außen nicht erreichbar (geprüft von nas)',
    'unbekannt: der Router von Cottage ist von außen nicht erreichbar (geprüft von nas)',
  ]);
});

test('what to do about a lost agent names its id, which may not be its name', () => {
  const remediesFor = (...names: Name[]) =>
    [sitesTexts, sitesTextsInGerman].map((texts) => {
      const verdicts = determineSiteVerdicts(new DirectoryOfTopics([...lab, ...lost(...names)]), monitor, 'sites');
      const reading = verdicts.find(({ site }) => site === 'Cottage')?.reading;
      if (reading === undefined) throw new Error('no verdict');
      const [finding] = sitesTables.site.problems({ ...reading, since: new Date() }, undefined, texts);
      return finding !== undefined && 'remedy' in finding ? finding.remedy : undefined;
    });
  expect(remediesFor('pi')).toEqual([
    'start it again; if it is gone for good, press Forget on its device in Home Assistant, or run: infra-monitor forget --agent pi',
    expect.stringMatching(/^den Agenten wieder starten; .* infra-monitor forget --agent pi ausführen$/),
  ]);
  expect(remediesFor('shed', 'pi')).toEqual([
    'start them again; if one is gone for good, press Forget on its device in Home Assistant, or run: infra-monitor forget --agent ID (pi, shed)',
    expect.stringMatching(
      /^die Agenten wieder starten; .* infra-monitor forget --agent ID ausführen \(ID: pi, shed\)$/,
    ),
  ]);
});
