import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../helpers/until.ts';
import { household, Lab, type Name, names } from './lab.ts';
import type { Program } from './programs.ts';

// Each home has its own broker; those of Cottage and Cellar are bridged to Berlin's, where the watch is.
const watches = new Set<Name>(['nas', 'desk']);
const lab = new Lab((name, { home }) => ({
  MQTT_URL: 'mqtt://127.0.0.1',
  ROUTER_SCHEDULE: '*/10 * * * * *',
  FRITZBOX_HOSTS: `home=${home(household[name]).gateway}`,
  ...(watches.has(name)
    ? { SITES: 'true', PING_TARGETS: `cottage=${home('Cottage').router},cellar=${home('Cellar').router}` }
    : {}),
}));
const hub = () =>
  lab.startBroker('Berlin', 'hub', ['homeassistant', 'nas', 'desk', 'bridge-cottage', 'bridge-cellar'], {
    'autosave_interval 60': 'autosave_interval 1',
    '# The bridges': `${rightsOfWatch('desk')}\n\n# The bridges`,
  });
/** As of the agent nas in hub.acl. */
const rightsOfWatch = (name: Name) =>
  [
    `user ${name}`,
    'topic read infra-monitor/#',
    'topic write infra-monitor/+/echo',
    'topic readwrite infra-monitor/sites/#',
    'topic readwrite homeassistant/device/infra-monitor_sites/#',
  ].join('\n');
let broker: Program;

const cutOff = 'the bridge from Cottage is down';
const unreachable = 'the router of Cottage does not answer from outside (asked by desk, nas)';

beforeAll(async () => {
  broker = hub();
  for (const site of ['Cottage', 'Cellar'])
    lab.startBroker(site, 'cottage', names, {
      'hub.lan': lab.home('Berlin').address,
      Cottage: site,
      'bridge-cottage': `bridge-${site.toLowerCase()}`,
      'connection cottage': `connection ${site}`,
    });
  for (const name of names) lab.startAgent(name);
  await until('the hub listens', () => broker.output().includes('running'));
});
afterAll(() => lab.end());

test('everything well', async () => {
  for (const [site, expected] of [
    ['berlin', 2],
    ['cottage', 2],
    ['cellar', 1],
  ] as const)
    await lab.ear.hears(site, { agents_expected: expected }, 60);
  await lab.isWell(60);
});

test('one agent is killed and comes back', async () => {
  await lab.kill('pi');
  await lab.ear.hears(
    'cottage',
    { cause: 'agent_lost', worst_problem: 'agent pi is lost', online: 'ON', agents_lost: 1 },
    60,
  );
  await lab.ear.hears('agent_pi', { agent_online: 'OFF', agent_state: 'lost' }, 10);
  await lab.isWell(10, ['cottage']);
  lab.startAgent('pi');
  await lab.isWell(60);
});

test('a line is cut: that is one alarm, what lies behind is unknown; it heals without a restart', async () => {
  lab.home('Cottage').cut();
  const seconds = await lab.ear.hears('cottage', { problem: 'ON', agents_lost: null }, 60);
  await lab.ear.hears('cottage', { cause: 'router_unreachable', worst_problem: unreachable, online: 'OFF' }, 60);
  for (const agent of ['agent_pi', 'agent_shed'])
    await lab.ear.hears(agent, { agent_online: null, agent_state: `unknown because ${unreachable}` }, 10);
  await lab.isWell(10, ['cottage']);
  await lab.kill('shed');
  lab.home('Cottage').heal();
  const healed = await lab.ear.hears(
    'cottage',
    { cause: 'agent_lost', worst_problem: 'agent shed is lost', online: 'ON' },
    60,
  );
  await lab.ear.hears('agent_pi', { agent_online: 'ON' }, 10);
  console.log(
    `cut: shown after ${seconds.toFixed(1)} s, healed after ${healed.toFixed(1)} s, with the agent that died meanwhile told`,
  );
  lab.startAgent('shed');
  await lab.isWell(60);
});

test('only the bridge is down: the site is online, because its router answers', async () => {
  const { address } = lab.home('Berlin');
  lab.home('Cottage').block(address);
  const seconds = await lab.ear.hears(
    'cottage',
    { cause: 'bridge_down', worst_problem: cutOff, online: 'ON', agents_lost: null },
    60,
  );
  await lab.ear.hears('agent_shed', { agent_online: null, agent_state: `unknown because ${cutOff}` }, 10);
  lab.home('Cottage').unblock(address);
  await lab.isWell(60);
  console.log(`bridge: shown after ${seconds.toFixed(1)} s`);
});

test('the hub is killed; meanwhile an agent dies elsewhere, and the one whose watch speaks: both are lost, and the other watch takes over', async () => {
  const says = (name: Name, words: string) => lab.agents.get(name)?.output().includes(words);
  const [first, second] = says('desk', 'published by another agent')
    ? (['nas', 'desk'] as const)
    : (['desk', 'nas'] as const);
  await broker.stop('SIGKILL');
  await Promise.all([lab.kill('server'), lab.kill(first)]);
  broker = hub();
  await lab.ear.hears('cellar', { cause: 'agent_lost', worst_problem: 'agent server is lost' }, 90);
  await lab.isWell(60, ['cellar', 'berlin']);
  expect(
    lab.ear.topics.get(`infra-monitor/${first}/status`),
    'the broker keeps the word of one that can’t take it back',
  ).toBe('online');
  await lab.ear.hears('berlin', { cause: 'agent_lost', worst_problem: `agent ${first} is lost`, agents_lost: 1 }, 120);
  lab.startAgent(first);
  lab.startAgent('server');
  await lab.isWell(60);
  await until('the newcomer stands by', () => says(first, 'published by another agent'), 30);
  expect([first, second].map((name) => says(name, 'published by this agent'))).toEqual([false, true]);
});

test('an agent that is gone for good is forgotten', async () => {
  await lab.kill('shed');
  await lab.ear.hears('cottage', { cause: 'agent_lost' }, 60);
  const forget = lab.command('shed', 'forget', '--agent', 'shed', '--force');
  await until('forgotten', () => forget.output().includes('Removed:'), 30);
  await lab.ear.hears('cottage', { cause: 'well', agents_expected: 1 }, 60);
  const traces = () =>
    [...lab.ear.topics.keys()].filter((topic) =>
      /^infra-monitor\/(shed\/(?!echo)|sites\/sites\/agent_shed)/.test(topic),
    );
  await until('no trace of it', () => traces().length === 0, 30).catch(() => expect(traces()).toEqual([]));
});
