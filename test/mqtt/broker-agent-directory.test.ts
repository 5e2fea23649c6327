import { expect, onTestFinished, test } from 'vitest';
import { sitesTextsInGerman } from '../../src/collectors/sites/german.ts';
import { BrokerAgentDirectory } from '../../src/mqtt/broker-agent-directory.ts';
import { readOwnRetainedPayloadsAndStaySubscribed } from '../../src/mqtt/retained-topics.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { problemList } from '../helpers/agent-directory.ts';
import { startBroker } from '../helpers/broker.ts';
import { stopClock } from '../helpers/clock.ts';
import { observe } from '../helpers/observer.ts';
import { agent } from '../helpers/sample-collector.ts';
import { until } from '../helpers/until.ts';

const watch = { ...agent, id: 'watch' };

/** A broker with these retained messages of other agents. */
async function scene(retained: Record<string, string>, options: Parameters<typeof startBroker>[0] = {}) {
  const clock = stopClock();
  const broker = await startBroker(options);
  const observer = await observe(broker.url, { protocolVersion: 4 });
  const say = (path: string, payload: string, retain = true) =>
    observer.client.publishAsync(`infra-monitor/${path}`, payload, { qos: 1, retain });
  for (const [path, payload] of Object.entries(retained)) await say(path, payload);
  const lab = new BrokerAgentDirectory();
  const follow = async (kept = true) => {
    const connection = await SingleUseBrokerConnection.open(broker.settings, { clientId: 'watch', protocolVersion: 4 });
    onTestFinished(() => connection.abort());
    await readOwnRetainedPayloadsAndStaySubscribed(connection, watch);
    await lab.follow(connection, watch, kept);
    return connection;
  };
  return { clock, broker, observer, say, lab, follow };
}

const said = {
  'nas/status': 'online',
  'nas/problems': problemList(),
  'nas/host/nas': '{"cpu":3}',
  'nas/host/nas/availability': 'online',
  'nas/host/nas/filesystem_root': '{"used":3}',
  'pi/status': 'offline',
  'bridge/cabin/state': '1',
};

/** The directory’s knowledge of an agent. */
const known = (directory: BrokerAgentDirectory, id: string) => directory.agents.find((one) => one.id === id);
const valuesOf = (directory: BrokerAgentDirectory, id: string, collector: string) =>
  known(directory, id)?.devices.find(({ address }) => address.collector === collector)?.values;
const unresponsive = ({ agents }: BrokerAgentDirectory) =>
  agents.filter(({ isOnline }) => !isOnline).map(({ id }) => id);

test('the devices of all agents are there at the start, without their parts', async () => {
  const { lab, follow } = await scene(said);
  expect(lab.isCurrent).toBe(false);
  await follow();
  expect(lab.isCurrent).toBe(true);
  await lab.loaded;
  expect(lab.agents).toEqual([
    {
      id: 'nas',
      name: 'nas',
      isOnline: true,
      devices: [{ address: { collector: 'host', device: 'nas' }, values: { cpu: 3 }, isAvailable: true }],
      problems: { list: [], omittedCount: 0 },
    },
    { id: 'pi', name: 'pi', isOnline: false, devices: [] },
  ]);
  expect([...lab.bridges]).toEqual([['cabin', true]]);
});

test('it follows changed topics, removed topics and new agents', async () => {
  const { say, lab, follow } = await scene(said);
  await follow();
  await say('nas/host/nas', '{"cpu":9}');
  await say('nas/host/nas/availability', '');
  await say('nas/problems', '');
  await say('new/nvme/a', '{}');
  await say('new/status', 'online');
  await until('all of it', () => valuesOf(lab, 'new', 'nvme') !== undefined);
  expect(known(lab, 'nas')).toEqual({
    id: 'nas',
    name: 'nas',
    isOnline: true,
    devices: [{ address: { collector: 'host', device: 'nas' }, values: { cpu: 9 } }],
  });
});

test('a new agent is listed once it is known which site it names', async () => {
  let allow = () => {};
  const allowed = new Promise<void>((resolve) => {
    allow = resolve;
  });
  const { say, lab, follow } = await scene(said, {
    authorizeSubscribe: (_client, subscription, done) => {
      if (!subscription.topic.startsWith('infra-monitor/new/')) done(null, subscription);
      else void allowed.then(() => done(null, subscription));
    },
  });
  await follow();
  await say('new/agent/new', '{"site":"Berlin"}');
  await say('new/status', 'online');
  // Comes after it.
  await say('bridge/lake/state', '1');
  await until('the marker', () => lab.bridges.has('lake'));
  expect(known(lab, 'new')).toBeUndefined();
  allow();
  expect((await until('it is listed', () => known(lab, 'new'))).site).toBe('Berlin');
});

test('an agent whose reports may not be read is listed by its status', async () => {
  const { say, lab, follow } = await scene(
    { ...said, 'shut/agent/shut': '{"site":"Berlin"}', 'shut/status': 'offline' },
    {
      authorizeSubscribe: (_client, subscription, done) =>
        done(null, /^infra-monitor\/(shut|late)\//.test(subscription.topic) ? null : subscription),
    },
  );
  await follow();
  expect(known(lab, 'shut')).toEqual({ id: 'shut', name: 'shut', isOnline: false, devices: [] });
  await say('late/status', 'online');
  expect((await until('it is listed', () => known(lab, 'late'))).isOnline).toBe(true);
});

test('after the end of a connection it is not current, keeps its topics, and starts again with the next connection', async () => {
  const { broker, observer, say, lab, follow } = await scene(said);
  const first = await follow();
  first.abort();
  await until('over', () => !lab.isCurrent);
  expect(known(lab, 'nas')?.isOnline).toBe(true);
  await say('pi/status', '');
  await follow();
  expect(lab.isCurrent).toBe(true);
  expect(known(lab, 'pi')).toBeUndefined();
  expect(known(lab, 'nas')?.problems).toBeDefined();

  // A broker that has lost its retained messages has removed nothing.
  await broker.stop();
  await until('over', () => !lab.isCurrent);
  await broker.start({ forgets: true });
  await until('the observer is back', () => observer.client.connected);
  await follow(false);
  expect(known(lab, 'nas')?.isOnline).toBe(true);
});

test('a connection that ends while the topics are read is not told as a ban', async () => {
  const { lab, follow } = await scene(said, {
    authorizeSubscribe: (client, subscription, done) => {
      if (subscription.topic === 'infra-monitor/+/status') client.close();
      else done(null, subscription);
    },
  });
  await follow();
  const topics = 'infra-monitor/+/status, infra-monitor/bridge/+/state';
  expect(lab.error?.()).toMatch(`${topics} could not be read: `);
  expect(lab.error?.(sitesTextsInGerman)).toMatch(`${topics} konnten nicht gelesen werden: `);
  expect(lab.isCurrent).toBe(false);
});

test('a broker that forbids reading is reported, and the next one that allows it is read', async () => {
  let forbids = true;
  const { lab, follow } = await scene(said, {
    authorizeSubscribe: (_client, subscription, done) =>
      done(null, forbids && subscription.topic === 'infra-monitor/+/status' ? null : subscription),
  });
  await follow();
  const [inEnglish, inGerman] = [lab.error?.(), lab.error?.(sitesTextsInGerman)];
  expect(inEnglish).toMatch(
    /^the broker does not let this user read infra-monitor\/\+\/status, infra-monitor\/bridge\/\+\/state: /,
  );
  expect(inGerman).toMatch(
    /^dieser Benutzer darf am Broker infra-monitor\/\+\/status, infra-monitor\/bridge\/\+\/state nicht lesen: /,
  );
  expect(lab.isCurrent).toBe(false);
  forbids = false;
  await follow();
  expect(lab.error).toBeUndefined();
  expect(lab.isCurrent).toBe(true);
});

test('agents that are online are asked; one that no longer answers is unresponsive until it publishes', async () => {
  const { clock, broker, observer, say, lab, follow } = await scene({ ...said, 'old/status': 'online' });
  const questions: string[] = [];
  let answers = true;
  observer.client.on('message', (topic, payload) => {
    const [, token] = /^who is there\? (.+)$/.exec(String(payload)) ?? [];
    if (token === undefined) return;
    questions.push(topic);
    if (answers && topic === 'infra-monitor/nas/echo')
      void observer.client.publishAsync(topic, `I am: ${token}`, { qos: 1 });
    // The answer of another agent does not count.
    if (topic === 'infra-monitor/nas/echo')
      void observer.client.publishAsync('infra-monitor/old/echo', 'I am: somebody', { qos: 1 });
  });
  await follow();
  let rounds = 0;
  const round = async () => {
    rounds += 1;
    await clock.waits(5);
    await until('both are asked', () => questions.length === 2 * rounds);
    await say('pi/host/pi', `{"asked":${questions.length}}`, false);
    await until('all answers are heard', () => valuesOf(lab, 'pi', 'host')?.asked === questions.length);
    clock.turn(5);
    await clock.waits(30);
    clock.turn(30);
  };
  await round();
  expect(questions.sort()).toEqual(['infra-monitor/nas/echo', 'infra-monitor/old/echo']);
  expect(unresponsive(lab)).toEqual(['pi']);
  answers = false;
  await round();
  expect(unresponsive(lab)).toEqual(['pi']);
  await round();
  // The status of an agent that has never answered is trusted.
  expect(unresponsive(lab)).toEqual(['nas', 'pi']);
  await say('nas/host/nas', '{"cpu":7}');
  await until('it has spoken', () => unresponsive(lab).length === 1);
  await round();
  expect(unresponsive(lab)).toEqual(['pi']);
  await round();
  expect(unresponsive(lab)).toEqual(['nas', 'pi']);
  answers = true;
  await round();
  expect(unresponsive(lab)).toEqual(['pi']);
  // No question is retained: it would be asked again of every new subscriber.
  const late = await observe(broker.url, { protocolVersion: 4 });
  await late.see('infra-monitor/nas/status');
  expect(late.messages.filter(({ topic, retained }) => retained && topic.endsWith('/echo'))).toEqual([]);
});

test('no agent is asked after the end of the connection', async () => {
  const { clock, lab, follow } = await scene(said);
  const connection = await follow();
  await clock.waits(5);
  connection.abort();
  await until('over', () => !lab.isCurrent);
  await until('nothing waits', () => clock.pauses() === 0);
});

test('an agent that has never answered is trusted until another agent of its site has answered', async () => {
  const site = (name: string) => JSON.stringify({ site: name });
  const { clock, observer, say, lab, follow } = await scene({
    'nas/status': 'online',
    'nas/agent/nas': site('Berlin'),
    'dead/status': 'online',
    'dead/agent/dead': site('Berlin'),
    'far/status': 'online',
    'far/agent/far': site('Cottage'),
    'nowhere/status': 'online',
  });
  let rounds = 0;
  observer.client.on('message', (topic, payload) => {
    const [, token] = /^who is there\? (.+)$/.exec(String(payload)) ?? [];
    if (token === undefined || topic !== 'infra-monitor/nas/echo') return;
    rounds += 1;
    void observer.client.publishAsync(topic, `I am: ${token}`, { qos: 1 });
  });
  await follow();
  for (const round of [1, 2]) {
    expect(unresponsive(lab)).toEqual([]);
    await clock.waits(5);
    await until('nas is asked', () => rounds === round);
    await say('nas/host/nas', `{"asked":${round}}`, false);
    await until('the answer is heard', () => valuesOf(lab, 'nas', 'host')?.asked === round);
    clock.turn(5);
    await clock.waits(30);
    clock.turn(30);
  }
  await until('the dead one is told', () => unresponsive(lab).length > 0);
  expect(unresponsive(lab)).toEqual(['dead']);
});
