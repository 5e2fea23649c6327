import { expect, onTestFinished, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../src/cli/german-names-and-page-texts.ts';
import { brokerErrorTexts } from '../../src/model/broker-error-texts.ts';
import { slug } from '../../src/model/naming.ts';
import { parseRetainedIndex, retainedIndexPayload } from '../../src/mqtt/retained-by-name.ts';
import { readOwnRetainedPayloadsAndStaySubscribed } from '../../src/mqtt/retained-topics.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { parseSettings } from '../../src/settings/index.ts';
import { stopClock } from '../helpers/clock.ts';
import { startSession } from '../helpers/conversation.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';
import { startStrictBroker } from '../helpers/strict-broker.ts';
import { until } from '../helpers/until.ts';

const root = 'infra-monitor/nas';
const index = `${root}/index`;
const config = 'homeassistant/device/infra-monitor_nas/thing_1/config';

async function startStrict(retainsByNameOnly: boolean) {
  const broker = await startStrictBroker();
  broker.retainsByNameOnly = retainsByNameOnly;
  return { ...parseSettings([], { MQTT_URL: broker.url }), broker };
}

async function connect({ mqtt }: Awaited<ReturnType<typeof startStrict>>) {
  const connection = await SingleUseBrokerConnection.open(mqtt, { clientId: 'me', protocolVersion: 5 });
  onTestFinished(() => connection.abort());
  return connection;
}

test('what an agent has retained is read by the list of its topics', async () => {
  const strict = await startStrict(true);
  const kept: Record<string, string> = {
    [`${root}/status`]: 'online',
    [`${root}/probe/thing_1`]: '{}',
    [`${root}/probe/thing_1/memory`]: '{"a":1}',
    [config]: '{"components":{}}',
    ...Object.fromEntries(Array.from({ length: 120 }, (_, part) => [`${root}/probe/thing_1/part_${part}`, '{}'])),
  };
  const list = { [index]: retainedIndexPayload(Object.keys(kept)) };
  for (const [topic, payload] of Object.entries({ ...kept, ...list })) strict.broker.retained.set(topic, payload);
  const reader = await connect(strict);
  expect(Object.fromEntries(await readOwnRetainedPayloadsAndStaySubscribed(reader, agent))).toEqual({
    ...kept,
    ...list,
  });
  expect(await reader.retainsByNameOnly).toBe(true);
});

test('a first start finds out what the broker does, and leaves nothing behind', async () => {
  for (const retainsByNameOnly of [true, false]) {
    const strict = await startStrict(retainsByNameOnly);
    const reader = await connect(strict);
    expect(await readOwnRetainedPayloadsAndStaySubscribed(reader, agent)).toEqual(new Map());
    expect(await reader.retainsByNameOnly).toBe(retainsByNameOnly);
    await until('it is cleared', () => strict.broker.published.at(-1)?.payload === '');
    expect(strict.broker.retained).toEqual(new Map());
  }
});

test('an agent keeps the list, says so, and has its memory again after a restart', async () => {
  const clock = stopClock();
  const strict = await startStrict(true);
  const collector = {
    ...probe(async () => []),
    memory: { parse: (content: unknown) => content, merge: (_: unknown, theirs: unknown) => theirs },
  };
  const state = stateOf(collector, [{ table: 'thing', device, reading: { level: 1 } }]);
  const { session, log } = startSession(strict.mqtt, [collector], state);
  await until('connected', () => state.broker.connected);
  const memory = state.memoryStore.forCollector(collector);
  clock.turn(3);
  await until('it is told', () => state.broker.limitation !== undefined);
  expect(state.broker.limitation).toBe(brokerErrorTexts.retainedByNameOnly);
  expect(log).toContain(`warn  MQTT: ${brokerErrorTexts.retainedByNameOnly}`);
  state.memoryStore.load(new Map(), ['probe']);
  memory.keep(slug(device.id), { refused: true });
  clock.turn(10);
  session.update();
  const memoryTopic = `${root}/probe/thing_1/memory`;
  await until('it is listed', () => strict.broker.retained.get(index)?.includes(memoryTopic));
  await session.stop();
  const reader = await connect(strict);
  const retained = await readOwnRetainedPayloadsAndStaySubscribed(reader, agent);
  expect(retained.get(memoryTopic)).toBe('{"refused":true}');
  expect([...retained.keys()].sort()).toEqual([...strict.broker.retained.keys()].sort());
});

test('that a broker sends by full names only is said in the language of the agent, and in English in the log', async () => {
  const clock = stopClock();
  const strict = await startStrict(true);
  const state = stateOf(
    probe(async () => []),
    [],
  );
  const { log } = startSession(strict.mqtt, [], state, { language: germanNamesAndPageTexts });
  await until('connected', () => state.broker.connected);
  clock.turn(3);
  await until('it is told', () => state.broker.limitation !== undefined);
  expect(state.broker.limitation).toMatch(/^wie RabbitMQ sendet dieser Broker Retained-Nachrichten nur/);
  expect(log).toContain(`warn  MQTT: ${brokerErrorTexts.retainedByNameOnly}`);
});

test('a broker that sends retained messages for wildcards again needs no list', async () => {
  const strict = await startStrict(false);
  strict.broker.retained.set(index, retainedIndexPayload([`${root}/status`]));
  const state = stateOf(
    probe(async () => []),
    [],
  );
  startSession(strict.mqtt, [], state);
  await until('cleared', () => !strict.broker.retained.has(index));
  expect(state.broker.limitation).toBeUndefined();
});

test('a broker that takes no wildcards: an agent is there, hears its commands, and has its memory after a restart', async () => {
  const clock = stopClock();
  const strict = await startStrict(false);
  strict.broker.connack = { wildcardSubscriptionAvailable: false };
  const collector = {
    ...probe(async () => []),
    memory: { parse: (content: unknown) => content, merge: (_: unknown, theirs: unknown) => theirs },
  };
  const state = stateOf(collector, [{ table: 'thing', device, reading: { level: 1 } }]);
  const heard: unknown[] = [];
  const { session, log } = startSession(strict.mqtt, [collector], state, {
    commandReceived: (command: unknown) => heard.push(command),
  });
  await until('connected', () => state.broker.connected);
  await until('it is told', () => state.broker.limitation !== undefined);
  expect(log).toContain(`warn  MQTT: ${brokerErrorTexts.retainedByNameOnly}`);
  const memory = state.memoryStore.forCollector(collector);
  state.memoryStore.load(new Map(), ['probe']);
  memory.keep(slug(device.id), { refused: true });
  clock.turn(10);
  session.update();
  const memoryTopic = `${root}/probe/thing_1/memory`;
  await until('it is listed', () => strict.broker.retained.get(index)?.includes(memoryTopic));
  const sender = await connect(strict);
  await sender.publish(`${root}/probe/thing_1/command`, 'reset', { retain: false });
  await until('the command is heard', () => heard.length > 0);
  clock.turn(60);
  expect(log.join()).not.toMatch(/does not come back|no announcement/);
  await session.stop();
  const reader = await connect(strict);
  const retained = await readOwnRetainedPayloadsAndStaySubscribed(reader, agent);
  expect(retained.get(memoryTopic)).toBe('{"refused":true}');
  expect([...retained.keys()].sort()).toEqual([...strict.broker.retained.keys()].sort());
  expect(strict.broker.violations).toEqual([]);
});

test('only topics of the agent itself are taken from a list', () => {
  const own = [`${root}/probe/thing_1`, config];
  const foreign = [
    'infra-monitor/other/status',
    'homeassistant/status',
    'x',
    '',
    1,
    null,
    [root],
    `${root}/#`,
    `${root}/+/x`,
  ];
  expect(parseRetainedIndex(agent, JSON.stringify([...own, ...foreign]))).toEqual(own);
  for (const payload of ['', '{}', 'null', '"x"', '[', '[[[[]]]]'])
    expect(parseRetainedIndex(agent, payload)).toEqual([]);
});
