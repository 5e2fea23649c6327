import { expect, test } from 'vitest';
import { surveyLab } from '../../../src/collectors/sites/lab-survey.ts';
import { judgeSites } from '../../../src/collectors/sites/site-verdict.ts';

const agents = { nas: 'Berlin', desk: 'Berlin', pi: 'Cottage', shed: 'Cottage', server: 'Cellar' } as const;
type Name = keyof typeof agents;

const json = (value: object) => JSON.stringify(value);
const device = (path: string, said: object): [string, string][] => [
  [path, json(said)],
  [`${path}/availability`, 'online'],
];

/** Everything well: five agents, three sites, each router seen by its own site and from Berlin. */
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
const closed = device('nas/router/cottage', { reachable: 'OFF', problem: 'ON' });
const notAsked: [string, string][] = [['nas/router/cottage/availability', 'unknown']];
const cut: [string, string] = ['bridge/Cottage/state', '0'];
const down = 'unknown because the bridge from Cottage is down';
const unreachable = 'the router of Cottage does not answer from outside (asked by nas)';

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
    [...lost('pi', 'shed'), ...closed],
    'Cottage',
    'router_unreachable',
    false,
    undefined,
    unreachable,
  ],
  [
    'all lost, nobody sees the router',
    [...lost('pi', 'shed'), ...notAsked],
    'Cottage',
    'silent',
    false,
    undefined,
    'no agent of Cottage answers: its line, its power or its broker may be down',
  ],
  ['the only agent of a site lost', lost('server'), 'Cellar', 'agent_lost', false, 1, 'agent server is lost'],
  [
    'bridge down, the router answers',
    [cut],
    'Cottage',
    'bridge_down',
    true,
    undefined,
    'the bridge from Cottage is down',
  ],
  [
    'bridge down, nobody sees the router',
    [cut, ...notAsked],
    'Cottage',
    'bridge_down',
    false,
    undefined,
    'the bridge from Cottage is down',
  ],
  ['bridge and router down', [cut, ...closed], 'Cottage', 'router_unreachable', false, undefined, unreachable],
  ['the router does not answer, the agents do', closed, 'Cottage', 'router_unreachable', true, 0, unreachable],
  [
    'an agent lost and the router does not answer',
    [...lost('pi'), ...closed],
    'Cottage',
    'agent_lost',
    true,
    1,
    'agent pi is lost',
  ],
  ['who would see the router is lost', [...lost('nas'), ...closed], 'Cottage', 'well', true, 0, 'none'],
  ['trouble at one site is none at another', [...lost('nas'), ...closed], 'Cellar', 'well', true, 0, 'none'],
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
    'a line that is down',
    device('pi/router/fritz', { wan: 'OFF' }),
    'Cottage',
    'problem',
    true,
    0,
    'pi: router fritz: is not connected to the internet',
  ],
  [
    'a line that another site sees to be down',
    device('nas/router/cottage', { reachable: 'ON', wan: 'OFF' }),
    'Cottage',
    'problem',
    true,
    0,
    'nas: router cottage: is not connected to the internet',
  ],
  [
    'which is no problem of that other site',
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
    'the bridge of the watch’s own site hides nothing',
    [['bridge/Berlin/state', '0']],
    'Berlin',
    'bridge_down',
    true,
    0,
    'the bridge from Berlin is down',
  ],
  [
    'nonsense in topics',
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
  const said = judgeSites(
    surveyLab({ topics: new Map([...lab, ...topics]), unresponsive: new Set() }, 'sites'),
    'Berlin',
  ).find((verdict) => verdict.site === site);
  expect(said?.reading).toEqual({
    cause,
    online,
    expected: Object.values(agents).filter((one) => one === site).length,
    lost,
    text: words,
  });
});

test('what lies behind a cut is unknown, with the reason, and no alarm of its own', () => {
  const said = judgeSites(
    surveyLab({ topics: new Map([...lab, ...lost('shed'), cut]), unresponsive: new Set() }, 'sites'),
    'Berlin',
  ).find(({ site }) => site === 'Cottage');
  expect(said?.agents).toEqual([
    { id: 'pi', online: undefined, text: down },
    { id: 'shed', online: undefined, text: down },
  ]);
});

test('agents of no site are together, and their silence is no site’s', () => {
  const topics = new Map([
    ['a/status', 'offline'],
    ['b/status', 'offline'],
    ['b/agent/b', json({ site: null })],
  ]);
  expect(judgeSites(surveyLab({ topics, unresponsive: new Set() }, 'sites'), undefined)).toEqual([
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

test('two spellings of one slug are one site', () => {
  const topics = new Map([
    ...device('a/agent/a', { site: 'Berlin' }),
    ...device('b/agent/b', { site: 'berlin' }),
    ['a/status', 'online'],
    ['b/status', 'online'],
  ]);
  expect(
    judgeSites(surveyLab({ topics, unresponsive: new Set() }, 'sites'), undefined).map(({ site, agents }) => [
      site,
      agents.length,
    ]),
  ).toEqual([['Berlin', 2]]);
});

test('one that does not answer is lost, whatever the broker keeps of it', () => {
  const said = judgeSites(surveyLab({ topics: new Map(lab), unresponsive: new Set(['pi']) }, 'sites'), 'Berlin').find(
    ({ site }) => site === 'Cottage',
  );
  expect(said?.reading).toMatchObject({ cause: 'agent_lost', text: 'agent pi is lost' });
});
