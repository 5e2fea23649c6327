import { expect, onTestFinished, test } from 'vitest';
import { RetryingRetainedPublisher } from '../../src/mqtt/retrying-retained-publisher.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { parseSettings } from '../../src/settings/index.ts';
import { startStrictBroker } from '../helpers/strict-broker.ts';
import { manualTimers } from '../helpers/timers.ts';
import { until } from '../helpers/until.ts';

/** A publisher whose topic `slow` rests for five seconds. */
async function scene() {
  const broker = await startStrictBroker({});
  const { after, pass, due } = manualTimers();
  const { mqtt } = parseSettings([], { MQTT_URL: broker.url });
  const connection = await SingleUseBrokerConnection.open(mqtt, { clientId: 'me', protocolVersion: 5, after });
  onTestFinished(() => connection.abort());
  const accepted: string[] = [];
  const publisher = new RetryingRetainedPublisher(connection, {
    accepted: (topic) => accepted.push(topic),
    rejected: () => undefined,
    unacknowledged: new Map(),
    restMs: (topic) => (topic === 'slow' ? 5000 : 0),
    after,
  });
  const publish = (payload: string, topic = 'slow') => publisher.publishChanged(new Map([[topic, payload]]));
  const published = () => broker.published.filter(({ topic }) => topic === 'slow').map(({ payload }) => payload);
  /** Resolves when whatever was sent before has arrived. */
  let marks = 0;
  const settled = async () => {
    marks += 1;
    await connection.publish('marker', String(marks));
    await publisher.drained();
  };
  return { broker, publisher, publish, published, settled, pass, due, accepted };
}

test('a topic rests after a payload was accepted, and then gets the newest one; others go on', async () => {
  const { broker, publisher, publish, published, settled, pass } = await scene();
  publish('1');
  await publisher.drained();
  publish('2');
  publish('3');
  for (const payload of ['a', 'b']) publish(payload, 'other');
  await settled();
  expect(published()).toEqual(['1']);
  expect(broker.retained.get('other')).toBe('b');
  pass(4999);
  await settled();
  expect(published()).toEqual(['1']);
  pass(1);
  await settled();
  expect(published()).toEqual(['1', '3']);
  publish('4');
  pass(4999);
  await settled();
  expect(published()).toEqual(['1', '3']);
  pass(1);
  await settled();
  expect(published()).toEqual(['1', '3', '4']);
});

test('a payload that is what was sent last is not sent after the rest; one that is to be repeated is', async () => {
  const { publisher, publish, published, settled, pass } = await scene();
  publish('1');
  await publisher.drained();
  publish('2');
  publish('1');
  pass(5000);
  await settled();
  expect(published()).toEqual(['1']);
  publish('2');
  await publisher.drained();
  publisher.repeatNext(['slow']);
  publish('2');
  pass(5000);
  await settled();
  expect(published()).toEqual(['1', '2', '2']);
});

test('what is in flight, waits or rests with a newer payload is not accepted yet', async () => {
  const { publisher, publish, settled, pass } = await scene();
  const isSlow = (topic: string) => topic === 'slow';
  expect(publisher.hasUnaccepted(isSlow)).toBe(false);
  publish('1');
  expect(publisher.hasUnaccepted(isSlow)).toBe(true);
  expect(publisher.hasUnaccepted((topic) => topic === 'other')).toBe(false);
  await publisher.drained();
  expect(publisher.hasUnaccepted(isSlow)).toBe(false);
  publish('2');
  expect(publisher.hasUnaccepted(isSlow)).toBe(true);
  pass(5000);
  await settled();
  expect(publisher.hasUnaccepted(isSlow)).toBe(false);
});

test('a topic that is withdrawn while it rests is not sent, and counts as accepted', async () => {
  const { publisher, publish, published, settled, pass, accepted } = await scene();
  publish('1');
  await publisher.drained();
  publish('2');
  publisher.withdraw('slow');
  expect([accepted, publisher.lastSent('slow')]).toEqual([['slow', 'slow'], undefined]);
  pass(5000);
  await settled();
  expect(published()).toEqual(['1']);
});

test('a publisher that was closed ends its rests', async () => {
  const { publisher, publish, published, settled, pass, due } = await scene();
  publish('1');
  await publisher.drained();
  expect(due(5000)).toBe(1);
  publish('2');
  publisher.close();
  expect(due(5000)).toBe(0);
  pass(5000);
  await settled().catch(() => undefined);
  expect(published()).toEqual(['1']);
});

test('a refused payload is sent again after five seconds, whatever the rest', async () => {
  const { broker, publish, published, pass, due } = await scene();
  broker.answer = () => 0x97;
  publish('1');
  await until('refused', () => due(5000) === 1);
  broker.answer = () => 0;
  publish('2');
  pass(5000);
  await until('accepted', () => broker.retained.get('slow') === '2');
  expect(published()).toEqual(['1', '2']);
});

test('what is repeated is the newest payload, also of a topic that rests, and nothing that was never sent', async () => {
  const { broker, publisher, publish, published, settled, pass } = await scene();
  publish('a', 'other');
  publish('1');
  await publisher.drained();
  publisher.repeat(['unknown', 'other', 'slow']);
  await settled();
  const others = () => broker.published.filter(({ topic }) => topic === 'other').map(({ payload }) => payload);
  expect([others(), published()]).toEqual([['a', 'a'], ['1']]);
  publish('2');
  publisher.repeat(['slow']);
  pass(5000);
  await settled();
  expect(published()).toEqual(['1', '2']);
  pass(5000);
  await settled();
  expect(published()).toEqual(['1', '2']);
  expect(broker.published.some(({ topic }) => topic === 'unknown')).toBe(false);
});
