import { expect, test } from 'vitest';
import { sitesCollector } from '../../../src/collectors/sites/index.ts';
import { MutableAgentState } from '../../../src/loop/mutable-agent-state.ts';
import { DirectoryOfTopics, problemList } from '../../helpers/agent-directory.ts';
import { agent } from '../../helpers/sample-collector.ts';
import { hostRoots } from '../../helpers/tree.ts';

const never = new AbortController().signal;

async function openSites(messages: [string, string][], stored: ReadonlyMap<string, string> = new Map()) {
  const state = new MutableAgentState('');
  const agentDirectory = new DirectoryOfTopics(messages);
  const source = await sitesCollector.open(
    { SITES: true },
    {
      agent,
      hostRoots: hostRoots(),
      state,
      memory: state.memoryStore.forCollector(sitesCollector),
      agentDirectory,
    },
  );
  if ('inactiveReason' in source) throw new Error(source.inactiveReason);
  return {
    agentDirectory: agentDirectory,
    source,
    load: () => state.memoryStore.load(stored, ['sites']),
    kept: () => Object.fromEntries(state.memories),
  };
}

const pi = (): [string, string][] => [
  ['pi/status', 'online'],
  ['pi/problems', problemList()],
  ['pi/agent/pi', '{"site":"Cottage"}'],
  ['pi/agent/pi/availability', 'online'],
];

test('a site is a device, and the devices of its agents belong to it', async () => {
  const found = await (await openSites(pi())).source.read(never);
  expect(found).toMatchObject([
    { table: 'site', device: { id: 'Cottage', site: 'Cottage' }, reading: { cause: 'well', since: expect.any(Date) } },
    {
      table: 'agent',
      device: { id: 'agent pi', via: 'Cottage', identifier: 'infra-monitor_pi_pi' },
      reading: { online: true },
    },
  ]);
});

test('the devices of a forgotten site are removed', async () => {
  const { source, agentDirectory } = await openSites(pi());
  await source.read(never);
  for (const [path] of pi()) agentDirectory.say(path, '');
  expect(await source.read(never)).toMatchObject([
    { table: 'site', device: { id: 'Cottage' }, excluded: true },
    { table: 'agent', device: { id: 'agent pi' }, excluded: true },
  ]);
});

test('the start of a cause is remembered across restarts until the cause changes', async () => {
  const since = '2026-01-02T03:04:05.000Z';
  const { source, agentDirectory, load, kept } = await openSites(
    pi(),
    new Map([['sites/cottage', JSON.stringify({ cause: 'well', since })]]),
  );
  await source.read(never);
  load();
  expect(await source.read(never)).toMatchObject([{ reading: { since: new Date(since) } }, {}]);
  agentDirectory.say('pi/status', 'offline');
  await source.read(never);
  expect(kept()).not.toMatchObject({ 'sites/cottage': { since } });
  agentDirectory.say('pi/status', 'online');
  await source.read(never);
  expect(kept()).not.toMatchObject({ 'sites/cottage': { since } });
});

test('without a connection there is no verdict', async () => {
  const { source, agentDirectory } = await openSites(pi());
  agentDirectory.isCurrent = false;
  await expect(source.read(never)).rejects.toThrow('without a connection to the broker');
});

test('the agent of the collector is online, whatever its retained status says', async () => {
  const { source } = await openSites([
    ['nas/status', 'offline'],
    ['nas/problems', problemList()],
  ]);
  expect(await source.read(never)).toMatchObject([
    { reading: { cause: 'well', online: true } },
    { reading: { online: true } },
  ]);
});

test('inactive unless enabled', async () => {
  const state = new MutableAgentState('');
  await expect(
    sitesCollector.open(
      { SITES: false },
      { agent, hostRoots: hostRoots(), state, memory: state.memoryStore.forCollector(sitesCollector) },
    ),
  ).resolves.toEqual({ inactiveReason: 'SITES is not true' });
});
