import { expect, test } from 'vitest';
import { labSurveyFromTopics } from '../../../src/collectors/sites/lab-survey.ts';
import { judgeSites } from '../../../src/collectors/sites/site-verdict.ts';

const agents = { nas: 'Berlin', desk: 'Berlin', pi: 'Cottage', shed: 'Cottage', server: 'Cellar' } as const;
type Name = keyof typeof agents;

const json = (value: object) => JSON.stringify(value);
const device = (path: string, payload: object): [string, string][] => [
  [path, json(payload)],
  [`${path}/availability`, 'online'],
];

/** A lab without problems: five agents at three sites; each router is watched from its own site, and that of the cottage from
 * Berlin too. */
const lab: [string, string][] = [
  ...Object.entries(agents).flatMap(([name, site]): [string, string][] => [
    [`${name}/status`, 'online'],
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
    device('pi/router/fritz', { reachable: 'OFF', problem: 'ON' }),
    'Cottage',
    'problem',
    true,
    0,
    'pi: router fritz: does not answer',
  ],
  [
    'an internet connection that is down',
    device('pi/router/fritz', { wan: 'OFF' }),
    'Cottage',
    'problem',
    true,
    0,
    'pi: router fritz: is not connected to the internet',
  ],
  [
    'an internet connection that is down according to another site',
    device('nas/router/cottage', { reachable: 'ON', wan: 'OFF' }),
    'Cottage',
    'problem',
    true,
    0,
    'nas: router cottage: is not connected to the internet',
  ],
  [
    'a problem at the cottage is none of the site that reports it',
    device('nas/router/cottage', { reachable: 'ON', wan: 'OFF' }),
    'Berlin',
    'well',
    true,
    0,
    'none',
  ],
  [
    'a failing drive',
    device('pi/nvme/s1', { problem: 'ON', problem_reason: 'read-only' }),
    'Cottage',
    'problem',
    true,
    0,
    'pi: nvme s1: read-only',
  ],
  [
    'two problems',
    [
      ...device('pi/nvme/s1', { problem: 'ON', problem_reason: 'read-only' }),
      ...device('pi/ha/home', { problem: 'ON' }),
    ],
    'Cottage',
    'problem',
    true,
    0,
    'pi: ha home: has a problem; and 1 more',
  ],
  [
    'a drive that can’t be read',
    [['pi/nvme/s1/availability', 'offline']],
    'Cottage',
    'problem',
    true,
    0,
    'pi: nvme s1: can’t be read',
  ],
  [
    'the drive of a lost agent',
    [...device('pi/nvme/s1', { problem: 'ON' }), ...lost('pi')],
    'Cottage',
    'agent_lost',
    true,
    1,
    'agent pi is lost',
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
  const verdict = judgeSites(
    labSurveyFromTopics({ topics: new Map([...lab, ...topics]), unresponsive: new Set() }, 'sites'),
    'Berlin',
  ).find(({ site: name }) => name === site);
  expect(verdict?.reading).toEqual({
    cause,
    online,
    expected: Object.values(agents).filter((one) => one === site).length,
    lost,
    text: words,
  });
});

test('agents behind a bridge that is down are unknown, with the reason', () => {
  const verdict = judgeSites(
    labSurveyFromTopics({ topics: new Map([...lab, ...lost('shed'), bridgeDown]), unresponsive: new Set() }, 'sites'),
    'Berlin',
  ).find(({ site }) => site === 'Cottage');
  expect(verdict?.agents).toEqual([
    { id: 'pi', online: undefined, text: hiddenByBridge },
    { id: 'shed', online: undefined, text: hiddenByBridge },
  ]);
});

test('agents without a site form a group of their own, which is never silent', () => {
  const topics = new Map([
    ['a/status', 'offline'],
    ['b/status', 'offline'],
    ['b/agent/b', json({ site: null })],
  ]);
  expect(judgeSites(labSurveyFromTopics({ topics, unresponsive: new Set() }, 'sites'), undefined)).toEqual([
    {
      site: undefined,
      reading: { cause: 'agent_lost', online: false, expected: 2, lost: 2, text: 'agents a, b are lost' },
      agents: [
        { id: 'a', online: false, text: 'lost' },
        { id: 'b', online: false, text: 'lost' },
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
  expect(
    judgeSites(labSurveyFromTopics({ topics, unresponsive: new Set() }, 'sites'), undefined).map(({ site, agents }) => [
      site,
      agents.length,
    ]),
  ).toEqual([['Berlin', 2]]);
});

test('an unresponsive agent is lost, whatever its topics say', () => {
  const verdict = judgeSites(
    labSurveyFromTopics({ topics: new Map(lab), unresponsive: new Set(['pi']) }, 'sites'),
    'Berlin',
  ).find(({ site }) => site === 'Cottage');
  expect(verdict?.reading).toMatchObject({ cause: 'agent_lost', text: 'agent pi is lost' });
});
