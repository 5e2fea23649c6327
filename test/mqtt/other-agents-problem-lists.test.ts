import { expect, onTestFinished, test } from 'vitest';
import { OtherAgentsProblemLists } from '../../src/mqtt/other-agents-problem-lists.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { problem, problemList } from '../helpers/agent-directory.ts';
import { startBroker } from '../helpers/broker.ts';
import { observe } from '../helpers/observer.ts';
import { agent } from '../helpers/sample-collector.ts';
import { until } from '../helpers/until.ts';

type Broker = Awaited<ReturnType<typeof startBroker>>;

async function connect({ settings }: Broker): Promise<SingleUseBrokerConnection> {
  const connection = await SingleUseBrokerConnection.open(settings, { clientId: 'nas', protocolVersion: 4 });
  onTestFinished(() => connection.abort());
  return connection;
}

test('what the others say is wrong, as of this connection', async () => {
  const broker = await startBroker();
  const { client } = await observe(broker.url, { protocolVersion: 4 });
  const say = (topic: string, payload: string) =>
    client.publishAsync(`infra-monitor/${topic}`, payload, { retain: true });
  await say('pi/problems', problemList(problem('host/pi/x')));
  await say('pi/status', 'online');
  await say('pi/host/pi', '{"cpu_used":1}');
  const lists = new OtherAgentsProblemLists();
  await lists.follow(await connect(broker), agent);
  await until('pi', () => lists.agents[0]?.problems?.list.length === 1);
  expect(lists.agents).toMatchObject([{ id: 'pi', isOnline: true, devices: [] }]);
  await say('pi/problems', problemList());
  await until('all is well', () => lists.agents[0]?.problems?.list.length === 0);
  await say('pi/problems', '');
  await say('pi/status', '');
  await lists.follow(await connect(broker), agent);
  expect(lists.agents).toEqual([]);
});

test('a broker that closes the connection over the subscription is not asked again', async () => {
  let asked = 0;
  const broker = await startBroker({
    authorizeSubscribe(_client, _subscription, callback) {
      asked += 1;
      callback(new Error('not yours'));
    },
  });
  const lists = new OtherAgentsProblemLists();
  const first = await connect(broker);
  void lists.follow(first, agent);
  await first.ended;
  const before = asked;
  expect(before).toBeGreaterThan(0);
  await lists.follow(await connect(broker), agent);
  expect(asked).toBe(before);
  expect(lists.agents).toEqual([]);
});
