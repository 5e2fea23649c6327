import mqttPacket from 'mqtt-packet';
import { expect, onTestFinished, test } from 'vitest';
import { describeError } from '../../src/model/errors.ts';
import { pingBrokerThroughOwnTopic } from '../../src/mqtt/own-topic-ping.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { type Answers, startPeer, welcome } from '../helpers/peer.ts';
import { agent } from '../helpers/sample-collector.ts';

async function connect(answers: Answers) {
  const { settings } = await startPeer(answers);
  const connection = await SingleUseBrokerConnection.open(settings, {
    clientId: 'me',
    protocolVersion: 5,
    // CONNACK may take its time.
    after: () => () => undefined,
  });
  onTestFinished(() => connection.abort());
  return connection;
}

test('a link on which the bytes trickle in is waited for; silence is not', async () => {
  const connection = await connect((packet, send, socket) => {
    if (packet.cmd !== 'publish') return welcome()(packet, send, socket);
    welcome()(packet, send, socket);
    const echo = mqttPacket.generate(
      { cmd: 'publish', topic: packet.topic, payload: packet.payload, qos: 0, retain: false, dup: false },
      { protocolVersion: 5 },
    );
    // Six seconds for one packet: longer than a silence may be.
    for (const [index, byte] of [...echo].entries())
      setTimeout(() => socket.write(Buffer.of(byte)), (index * 6000) / echo.length);
  });
  await pingBrokerThroughOwnTopic(connection, agent);
});

test('where another broker waits to be tried, a shorter silence is enough', async () => {
  const echoAfterMs = 2500;
  const connection = await connect((packet, send, socket) => {
    welcome()(packet, send, socket);
    if (packet.cmd !== 'publish') return;
    const echo = { ...packet, qos: 0, messageId: undefined };
    setTimeout(() => send(echo), echoAfterMs);
  });
  await expect(pingBrokerThroughOwnTopic(connection, agent, 500)).rejects.toThrow('do not come back');
});

test('a message that is lost among others is not said to be for lack of rights alone', async () => {
  const message = { cmd: 'publish', payload: '{}', qos: 0, retain: true, dup: false };
  const connection = await connect((packet, send, socket) => {
    welcome()(packet, send, socket);
    if (packet.cmd === 'publish') send({ ...message, topic: 'infra-monitor/nas/host/nas' });
  });
  await expect(pingBrokerThroughOwnTopic(connection, agent)).rejects.toThrow(
    'messages sent to infra-monitor/nas/echo do not come back, although other messages arrive: the broker drops them, or does not let',
  );
});

test.each([
  [0x87, 'the broker refuses infra-monitor/nas/echo: it must let this user write infra-monitor/nas/#'],
  [0x97, 'the broker refuses infra-monitor/nas/echo: quota exceeded (0x97)'],
  [0x83, 'the broker refuses infra-monitor/nas/echo: implementation specific error (0x83)'],
])('a ping that is refused with 0x%s: rights are spoken of only if they are the reason', async (code, words) => {
  const connection = await connect(welcome({ 'infra-monitor/nas/echo': code }));
  await expect(
    pingBrokerThroughOwnTopic(connection, agent).catch((error) => Promise.reject(new Error(describeError(error)))),
  ).rejects.toThrow(words);
});
