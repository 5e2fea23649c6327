import { expect, onTestFinished, test } from 'vitest';
import { sitesTextsInGerman } from '../../../src/collectors/sites/german.ts';
import { sitesCollector } from '../../../src/collectors/sites/index.ts';
import { MutableAgentState } from '../../../src/loop/mutable-agent-state.ts';
import { describeError } from '../../../src/model/errors.ts';
import { translatableTextOfError } from '../../../src/model/translatable-error.ts';
import { renderTranslatableText } from '../../../src/model/translation.ts';
import { BrokerAgentDirectory } from '../../../src/mqtt/broker-agent-directory.ts';
import { readOwnRetainedPayloadsAndStaySubscribed } from '../../../src/mqtt/retained-topics.ts';
import { SingleUseBrokerConnection } from '../../../src/mqtt/single-use-broker-connection.ts';
import { DirectoryOfTopics, problemList } from '../../helpers/agent-directory.ts';
import { startBroker } from '../../helpers/broker.ts';
import { memory } from '../../helpers/memory.ts';
import { observe } from '../../helpers/observer.ts';
import { agent, probe, stateOf } from '../../helpers/sample-collector.ts';
import { hostRoots } from '../../helpers/tree.ts';
import { until } from '../../helpers/until.ts';

const never = new AbortController().signal;

async function openSites(
  messages: [string, string][],
  stored: ReadonlyMap<string, string> = new Map(),
  removeLostAgent?: (id: string) => Promise<void>,
) {
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
      removeLostAgent,
    },
  );
  if ('inactiveReason' in source) throw new Error(source.inactiveReason);
  return {
    agentDirectory: agentDirectory,
    source,
    load: () => state.memoryStore.load(stored, ['sites']),
    kept: () => Object.fromEntries([...state.memories].map(([key, { content }]) => [key, content])),
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

const context = { agent, hostRoots: hostRoots(), state: stateOf(probe(async () => [])), memory: memory({}) };

test('a lab on a broker: its agents, a lost one, and no verdict while the broker is down or may not be read', async () => {
  let forbids = false;
  const broker = await startBroker({
    authorizeSubscribe: (_client, subscription, done) =>
      done(null, forbids && subscription.topic === 'infra-monitor/+/status' ? null : subscription),
  });
  const { client } = await observe(broker.url, { protocolVersion: 4 });
  const publish = (path: string, payload: string) =>
    client.publishAsync(`infra-monitor/${path}`, payload, { qos: 1, retain: true });
  for (const [name, site] of Object.entries({ nas: 'Berlin', pi: 'Cottage', shed: 'Cottage' })) {
    await publish(`${name}/status`, 'online');
    await publish(`${name}/problems`, problemList());
    await publish(`${name}/agent/${name}`, JSON.stringify({ site }));
    await publish(`${name}/agent/${name}/availability`, 'online');
  }
  const agentDirectory = new BrokerAgentDirectory();
  const source = await sitesCollector.open({ SITES: true }, { ...context, agentDirectory });
  if ('inactiveReason' in source) throw new Error(source.inactiveReason);
  const follow = async () => {
    const connection = await SingleUseBrokerConnection.open(broker.settings, { clientId: 'watch', protocolVersion: 4 });
    onTestFinished(() => connection.abort());
    await readOwnRetainedPayloadsAndStaySubscribed(connection, agent);
    await agentDirectory.follow(connection, agent, true);
  };
  await follow();
  const readSites = async () => {
    const found = await source.read(new AbortController().signal);
    return Object.fromEntries(
      found.flatMap((item) => ('table' in item && item.table === 'site' ? [[item.device.id, item.reading]] : [])),
    );
  };
  expect(await readSites()).toMatchObject({
    Berlin: { cause: 'well', expected: 1, lost: 0 },
    Cottage: { cause: 'well', expected: 2, lost: 0, online: true },
  });
  await publish('shed/status', 'offline');
  await until('the agent is missed', async () => (await readSites()).Cottage?.cause === 'agent_lost');
  expect(await readSites()).toMatchObject({ Berlin: { cause: 'well' }, Cottage: { lost: 1, online: true } });
  await broker.stop();
  await until('the connection is lost', () => !agentDirectory.isCurrent);
  await expect(readSites()).rejects.toThrow('without a connection to the broker, the states of the agents are unknown');
  await broker.start();
  await follow();
  expect(await readSites()).toMatchObject({ Cottage: { cause: 'agent_lost' } });
  forbids = true;
  await broker.stop();
  await until('the connection is lost again', () => !agentDirectory.isCurrent);
  await broker.start();
  await follow();
  const error = await readSites().catch((reason: unknown) => reason);
  expect(describeError(error)).toMatch(/^the broker does not let this user read infra-monitor\/\+\/status, .*: /);
  expect(renderTranslatableText(translatableTextOfError(error), sitesTextsInGerman)).toMatch(
    /^dieser Benutzer darf am Broker infra-monitor\/\+\/status, .* nicht lesen: /,
  );
});

test('the collector is inactive unless it is enabled and the agent is running', async () => {
  await expect(
    sitesCollector.open({ SITES: false }, { ...context, agentDirectory: new BrokerAgentDirectory() }),
  ).resolves.toEqual({
    inactiveReason: 'sites_not_true',
  });
  await expect(sitesCollector.open({ SITES: true }, context)).resolves.toEqual({
    inactiveReason: 'agent_not_running',
  });
});

test('a lost agent can be forgotten, and no other', async () => {
  const removed: string[] = [];
  const remove = async (id: string) => void removed.push(id);
  const { source } = await openSites([...pi(), ['attic/status', 'offline']], new Map(), remove);
  const agents = (await source.read(never)).filter((one) => 'table' in one && one.table === 'agent');
  expect(agents).toMatchObject([
    { device: { id: 'agent attic' }, canBeForgotten: true },
    { device: { id: 'agent pi' }, canBeForgotten: false },
  ]);
  await expect(source.forget?.('agent_pi')).rejects.toThrow('not lost');
  await source.forget?.('agent_attic');
  expect(removed).toEqual(['attic']);
});
