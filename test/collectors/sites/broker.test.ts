import { expect, onTestFinished, test } from 'vitest';
import { sitesCollector } from '../../../src/collectors/sites/index.ts';
import { BrokerAgentDirectory } from '../../../src/mqtt/broker-agent-directory.ts';
import { Connection } from '../../../src/mqtt/connection.ts';
import { readOwnRetained } from '../../../src/mqtt/retained-topics.ts';
import { startBroker } from '../../helpers/broker.ts';
import { memory } from '../../helpers/memory.ts';
import { observe } from '../../helpers/observer.ts';
import { agent, probe, stateOf } from '../../helpers/sample-collector.ts';
import { hostRoots } from '../../helpers/tree.ts';
import { until } from '../../helpers/until.ts';

const around = { agent, hostRoots: hostRoots(), state: stateOf(probe(async () => [])), memory: memory({}) };

test('a lab on a broker: who is there, who goes, and what is not known while the broker is away', async () => {
  const broker = await startBroker();
  const { client } = await observe(broker.url, { protocolVersion: 4 });
  const say = (path: string, payload: string) =>
    client.publishAsync(`infra-monitor/${path}`, payload, { qos: 1, retain: true });
  for (const [name, site] of Object.entries({ nas: 'Berlin', pi: 'Cottage', shed: 'Cottage' })) {
    await say(`${name}/status`, 'online');
    await say(`${name}/agent/${name}`, JSON.stringify({ site }));
    await say(`${name}/agent/${name}/availability`, 'online');
  }
  const lab = new BrokerAgentDirectory();
  const source = sitesCollector.open({ SITES: 'true' }, { ...around, agentDirectory: lab });
  if ('inactiveReason' in source) throw new Error(source.inactiveReason);
  const follow = async () => {
    const connection = await Connection.open(broker.settings, { clientId: 'watch', protocolVersion: 4 });
    onTestFinished(() => connection.abort());
    await readOwnRetained(connection, agent);
    await lab.follow(connection, agent, true);
  };
  await follow();
  const look = async () => {
    const found = await source.read(new AbortController().signal);
    return Object.fromEntries(
      found.flatMap((one) => ('table' in one && one.table === 'site' ? [[one.device.id, one.reading]] : [])),
    );
  };
  expect(await look()).toMatchObject({
    Berlin: { cause: 'well', expected: 1, lost: 0 },
    Cottage: { cause: 'well', expected: 2, lost: 0, online: true },
  });
  await say('shed/status', 'offline');
  await until('it is missed', async () => (await look()).Cottage?.cause === 'agent_lost');
  expect(await look()).toMatchObject({ Berlin: { cause: 'well' }, Cottage: { lost: 1, online: true } });
  await broker.stop();
  await until('over', () => !lab.isCurrent);
  await expect(look()).rejects.toThrow('what the agents say can’t be heard without a connection to the broker');
  await broker.start();
  await follow();
  expect(await look()).toMatchObject({ Cottage: { cause: 'agent_lost' } });
});

test('it is off unless it is wanted, and where nobody hears the others', () => {
  expect(sitesCollector.open({ SITES: 'false' }, { ...around, agentDirectory: new BrokerAgentDirectory() })).toEqual({
    inactiveReason: 'SITES is not true',
  });
  expect(sitesCollector.open({ SITES: 'true' }, around)).toEqual({
    inactiveReason: 'only a running agent hears the others',
  });
});
