import { generate } from 'mqtt-packet';
import { expect, onTestFinished, test } from 'vitest';
import { describeError } from '../../src/model/errors.ts';
import { renderTranslatableText } from '../../src/model/translation.ts';
import { type BrokerConnectionError, textOfBrokerError } from '../../src/mqtt/broker-connection-error.ts';
import { brokerErrorTextsInGerman } from '../../src/mqtt/german.ts';
import { publishPacketBytes } from '../../src/mqtt/packet-size.ts';
import { describeReasonCode } from '../../src/mqtt/reason-codes.ts';
import type { RunAfter } from '../../src/mqtt/run-after.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { parseSettings } from '../../src/settings/index.ts';
import { startPeer, welcome } from '../helpers/peer.ts';
import { startStrictBroker } from '../helpers/strict-broker.ts';
import { manualTimers } from '../helpers/timers.ts';
import { until } from '../helpers/until.ts';

async function open(url: string, after?: RunAfter, protocolVersion: 4 | 5 = 5): Promise<SingleUseBrokerConnection> {
  const connection = await SingleUseBrokerConnection.open(parseSettings([], { MQTT_URL: url }).mqtt, {
    clientId: 'one',
    protocolVersion,
    after,
  });
  onTestFinished(() => connection.abort());
  return connection;
}

const topics = (count: number) => Array.from({ length: count }, (_, index) => `topic/${index}`);

test.each([
  [4, 0],
  [5, 0],
  [5, 115],
  [5, 116],
  [4, 117],
  [5, 16_370],
  [5, 16_380],
  [4, 2_097_140],
  [5, 2_097_150],
] as const)('MQTT %i, %i bytes of payload: the packet’s size is what it will be', (version, length) => {
  for (const topic of ['a', 'büro/ä']) {
    const payload = 'ü'.repeat(length / 2) + 'x'.repeat(length % 2);
    const packet = generate(
      { cmd: 'publish', topic, payload, qos: 1, retain: true, dup: false, messageId: 7 },
      { protocolVersion: version },
    );
    expect(publishPacketBytes(topic, payload, version)).toBe(packet.length);
  }
});

const textsOf = (error: BrokerConnectionError | undefined) =>
  error && { message: error.message, detail: renderTranslatableText(error.detail) };

test('texts of reason codes', () => {
  expect(describeReasonCode(149)).toBe('packet too large (0x95)');
  expect(describeReasonCode(0x9b)).toBe('QoS not supported (0x9b)');
  expect(describeReasonCode(0x8e)).toBe('session taken over (0x8e)');
  expect(describeReasonCode(0)).toBe('normal disconnection (0x00)');
  expect(describeReasonCode(0xee)).toBe('unknown reason (0xee)');
});

test.each([1, 2, 10, 20])(
  'a receive maximum of %i holds for messages of every kind, and may differ at the next connection',
  async (receiveMaximum) => {
    const broker = await startStrictBroker({ connack: { receiveMaximum } });
    const publishAll = async () => {
      const connection = await open(broker.url);
      await Promise.all(topics(50).map((topic, index) => connection.publish(topic, 'x', { retain: index % 2 === 0 })));
    };
    await publishAll();
    broker.connack = { receiveMaximum: Math.max(1, receiveMaximum - 1) };
    await publishAll();
    expect(broker.violations).toEqual([]);
    expect(broker.published).toHaveLength(100);
  },
);

test('a message above the maximum packet size is not sent, one of that size is', async () => {
  const maximumPacketSize = publishPacketBytes('fits', 'x'.repeat(1000), 5);
  const broker = await startStrictBroker({ connack: { maximumPacketSize } });
  const connection = await open(broker.url);
  await connection.publish('fits', 'x'.repeat(1000));
  await expect(connection.publish('fits', 'x'.repeat(1001))).rejects.toThrow(
    `packet too large (0x95): the packet would be ${maximumPacketSize + 1} bytes long, but the broker accepts at most ${maximumPacketSize}`,
  );
  expect(broker.violations).toEqual([]);
  expect(broker.published).toHaveLength(1);
});

test.each([
  [{ retainAvailable: false }, 'does not support retained messages'],
  [{ maximumQoS: 0 }, 'supports only QoS 0'],
])('%j: an error at once', async (connack, words) => {
  const broker = await startStrictBroker({ connack });
  await expect(open(broker.url)).rejects.toThrow(words);
});

test.each([0x80, 0x83, 0x87, 0x90, 0x95, 0x97, 0x98, 0x99])(
  'PUBACK %i: an error with the reason, and the connection goes on',
  async (code) => {
    const broker = await startStrictBroker();
    broker.answer = ({ topic }) => (topic === 'refused' ? code : 0);
    const connection = await open(broker.url);
    await expect(connection.publish('refused', 'x')).rejects.toThrow(describeReasonCode(code));
    await connection.publish('other', 'x');
  },
);

test('a subscription above the broker’s limit is not sent, and the limit is named', async () => {
  const topics = ['infra-monitor/nas/#', 'homeassistant/device/infra-monitor_nas/+/config'];
  const bytes = generate(
    { cmd: 'subscribe', messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 1 as const })) },
    { protocolVersion: 5 },
  ).length;
  for (const [maximumPacketSize, isSent] of [
    [bytes, true],
    [bytes - 1, false],
  ] as const) {
    const { packets, settings } = await startPeer((packet, send, socket) =>
      packet.cmd === 'connect'
        ? void send({ cmd: 'connack', reasonCode: 0, sessionPresent: false, properties: { maximumPacketSize } })
        : welcome()(packet, send, socket),
    );
    const connection = await SingleUseBrokerConnection.open(settings, { clientId: 'me', protocolVersion: 5 });
    onTestFinished(() => connection.abort());
    const subscribed = connection.subscribe(topics).then(
      () => 'sent',
      (error: Error) => error.message,
    );
    expect(await subscribed).toBe(
      isSent
        ? 'sent'
        : `packet too large (0x95): the packet would be ${bytes} bytes long, but the broker accepts at most ${bytes - 1}`,
    );
    expect(packets.some(({ cmd }) => cmd === 'subscribe')).toBe(isSent);
  }
});

test('a message that is not acknowledged while the broker acknowledges others is given up after 30 s, and keeps its slot', async () => {
  const broker = await startStrictBroker({ connack: { receiveMaximum: 2 } });
  broker.answer = ({ topic }) => (topic === 'lost' ? 'nothing' : 0);
  const { after, pass } = manualTimers();
  const connection = await open(broker.url, after);
  const lost = expect(connection.publish('lost', 'x')).rejects.toThrow('no acknowledgement for 12 bytes');
  await connection.publish('other', 'x');
  pass(29_999);
  await connection.publish('other', 'x');
  pass(1);
  await lost;
  await Promise.all(topics(10).map((topic) => connection.publish(topic, 'x')));
  expect(broker.violations).toEqual([]);
  expect(connection.canRiskUnacknowledged(0)).toBe(false);
});

test('at most half of the messages in flight may stay unacknowledged', async () => {
  const connection = await open((await startStrictBroker()).url);
  expect([9, 10].map((count) => connection.canRiskUnacknowledged(count))).toEqual([true, false]);
});

test('a broker that sends nothing for 30 s is disconnected, and the topic named', async () => {
  const broker = await startStrictBroker();
  broker.answer = () => 'nothing';
  broker.pings = false;
  const { after, pass } = manualTimers();
  const connection = await open(broker.url, after);
  const waits = topics(30).map((topic) => expect(connection.publish(topic, 'x')).rejects.toThrow());
  await until('sent', () => broker.published.length === 20);
  pass(30_000);
  await Promise.all(waits);
  expect(textsOf(await connection.ended)).toEqual({
    message: `${broker.url}: no data received for 30 s`,
    detail: ' after topic/0 was sent',
  });
});

test('a broker that answers pings and acknowledges nothing is disconnected when the next message is not acknowledged either', async () => {
  const broker = await startStrictBroker();
  broker.answer = () => 'nothing';
  const { after, pass } = manualTimers();
  const connection = await open(broker.url, after);
  for (const topic of ['one', 'two']) {
    const wait = expect(connection.publish(topic, 'x')).rejects.toThrow('no acknowledgement');
    await until('sent', () => broker.published.at(-1)?.topic === topic);
    pass(15_000);
    // PINGRESP has arrived when a later request has been answered.
    await connection.subscribe(['any']);
    pass(15_000);
    await wait;
  }
  expect(textsOf(await connection.ended)).toEqual({
    message: `${broker.url}: the broker no longer acknowledges messages`,
    detail: ' after two was sent',
  });
});

test('a broker that closes the connection: the largest message in flight is named', async () => {
  const broker = await startStrictBroker({ version: 4 });
  broker.answer = ({ topic }) => (topic === 'large' ? 'hang up' : 'nothing');
  const connection = await open(broker.url, undefined, 4);
  const waits = [connection.publish('small', 'x'), connection.publish('large', 'x'.repeat(5000))].map((wait) =>
    expect(wait).rejects.toThrow(),
  );
  expect(textsOf(await connection.ended)).toEqual({
    message: 'the broker closed the connection',
    detail: ' while large (5012 bytes) was being sent',
  });
  await Promise.all(waits);
});

test('a subscription that is not answered times out', async () => {
  const broker = await startStrictBroker();
  broker.subscribes = false;
  const { after, pass } = manualTimers();
  const connection = await open(broker.url, after);
  const failure = connection.subscribe(['some', 'more']).catch((error: unknown) => error);
  pass(30_000);
  const error = await failure;
  expect(describeError(error)).toBe('the broker does not answer the subscription to some, more');
  expect(textOfBrokerError(error, brokerErrorTextsInGerman)).toBe(
    'der Broker antwortet nicht auf das Abonnieren von some, more',
  );
});

test('a large message may take longer, for slow links', async () => {
  const broker = await startStrictBroker();
  broker.answer = () => 'nothing';
  const { after, pass, due } = manualTimers();
  const connection = await open(broker.url, after);
  const wait = expect(connection.publish('large', 'x'.repeat(1_600_000))).rejects.toThrow();
  await until('sent', () => due(95_000) === 1);
  pass(189_999);
  expect(due(1)).toBe(1);
  pass(1);
  await wait;
});
