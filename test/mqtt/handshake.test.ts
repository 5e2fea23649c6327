import { expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { BrokerConnectionError, isBrokerRefusal } from '../../src/mqtt/broker-connection-error.ts';
import { connectTemporarily } from '../../src/mqtt/connect-temporarily.ts';
import type { MqttSettings } from '../../src/mqtt/settings.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { settingsOf, startBroker } from '../helpers/broker.ts';
import { type Answers, noMatchingSubscribers, notAuthorized, startPeer, welcome } from '../helpers/peer.ts';
import { freePort } from '../helpers/ports.ts';
import { agent } from '../helpers/sample-collector.ts';
import { until } from '../helpers/until.ts';

const codes = { unheard: noMatchingSubscribers, forbidden: notAuthorized };
const refuse =
  (reasonCode: number): Answers =>
  (packet, send) => {
    if (packet.cmd === 'connect') send({ cmd: 'connack', reasonCode, sessionPresent: false });
  };

async function open(settings: MqttSettings, protocolVersion: 5 | 4 = 5): Promise<SingleUseBrokerConnection> {
  const connection = await SingleUseBrokerConnection.open(settings, { clientId: 'me', protocolVersion });
  onTestFinished(() => connection.abort());
  return connection;
}
const failure = (settings: MqttSettings, protocolVersion: 5 | 4 = 5) =>
  open(settings, protocolVersion).then(
    () => expect.unreachable('it let us in'),
    (error: unknown) => error as BrokerConnectionError,
  );

test('the CONNECT packet', async () => {
  const { packets, settings } = await startPeer(welcome(codes));
  const connection = await SingleUseBrokerConnection.open(
    { ...settings, MQTT_USERNAME: 'me', MQTT_PASSWORD: new Secret('sesame') },
    { clientId: 'name', will: agent, protocolVersion: 5 },
  );
  expect(connection.protocolVersion).toBe(5);
  expect(packets[0]).toMatchObject({
    clientId: 'name',
    clean: true,
    keepalive: 30,
    protocolVersion: 5,
    username: 'me',
    password: Buffer.from('sesame'),
    will: { topic: 'infra-monitor/nas/status', payload: Buffer.from('offline'), qos: 1, retain: true },
  });
  await connection.close();
  await expect(connection.ended).resolves.toBeUndefined();
  expect(packets.at(-1)).toMatchObject({ cmd: 'disconnect' });
});

test('credentials of the address are used if there are no others; without any, none are sent', async () => {
  const { packets, settings } = await startPeer(welcome(codes));
  const within = { ...settings, MQTT_URL: { ...settings.MQTT_URL, username: 'you', password: new Secret('open') } };
  await open(within);
  await open({ ...within, MQTT_USERNAME: 'me', MQTT_PASSWORD: new Secret('sesame') });
  await open(settings);
  const said = packets.flatMap((packet) =>
    packet.cmd === 'connect' ? [[packet.username, packet.password?.toString(), packet.will]] : [],
  );
  expect(said).toEqual([
    ['you', 'open', undefined],
    ['me', 'sesame', undefined],
    [undefined, undefined, undefined],
  ]);
});

test.each([0x9c, 0x9d])('CONNACK 0x%i: the server that the broker names is told', async (reasonCode) => {
  const { settings } = await startPeer((packet, send) => {
    if (packet.cmd === 'connect')
      send({ cmd: 'connack', reasonCode, sessionPresent: false, properties: { serverReference: 'node-2.lan:1883' } });
  });
  expect((await failure(settings)).message).toMatch(/another server|moved.*: "node-2\.lan:1883"$/i);
});

test('what the broker names is quoted, without the password', async () => {
  const { settings } = await startPeer((packet, send) => {
    if (packet.cmd === 'connect')
      send({
        cmd: 'connack',
        reasonCode: 0x9d,
        sessionPresent: false,
        properties: { serverReference: 'me:open-sesame-1@node\n\u001b[31m' },
      });
  });
  const { message } = await failure({ ...settings, MQTT_USERNAME: 'me', MQTT_PASSWORD: new Secret('open-sesame-1') });
  expect(message).toMatch(/: "me:\*\*\*@node\\n\\u001b\[31m"$/);
});

test('a message without subscribers and a refused message are recognized', async () => {
  const { packets, settings } = await startPeer(welcome(codes));
  const connection = await open(settings);
  expect(await connection.publish('unheard', 'x')).toEqual({ hasSubscribers: false });
  expect(await connection.publish('heard', 'x', { retain: false })).toEqual({ hasSubscribers: true });
  expect(await connection.publish('unheard', 'x')).toEqual({ hasSubscribers: false });
  const refusal: unknown = await connection.publish('forbidden', 'x').catch((error: unknown) => error);
  expect(isBrokerRefusal(refusal)).toBe(true);
  expect(isBrokerRefusal(new Error('gone'))).toBe(false);
  expect(isBrokerRefusal('gone')).toBe(false);
  expect(
    packets.flatMap((packet) => (packet.cmd === 'publish' ? [[packet.topic, packet.qos, packet.retain]] : [])),
  ).toEqual([
    ['unheard', 1, true],
    ['heard', 1, false],
    ['unheard', 1, true],
    ['forbidden', 1, true],
  ]);
  await expect(connection.subscribe(['forbidden'])).rejects.toThrow();
});

test.each([
  [0x86, /\(check MQTT_USERNAME and MQTT_PASSWORD\)$/],
  [0x87, /\(check MQTT_USERNAME and MQTT_PASSWORD\)$/],
  [0x88, /unavailable/],
])('MQTT 5 refuses with %i: the reason of the broker, with advice', async (code, words) => {
  const { settings } = await startPeer(refuse(code));
  const error = await failure(settings);
  expect(error).toMatchObject({ message: expect.stringMatching(words), isRefusal: true, lacksVersion5Answer: false });
  expect(error.message).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+: /);
});

test.each([
  [4, true],
  [5, true],
  [3, false],
])('MQTT 3.1.1 refuses with %i', async (code, credentials) => {
  const { settings } = await startPeer(
    (packet, send) => packet.cmd === 'connect' && send({ cmd: 'connack', returnCode: code, sessionPresent: false }),
    4,
  );
  const error = await failure(settings, 4);
  expect(error).toMatchObject({ isRefusal: true });
  expect(error.message.endsWith('(check MQTT_USERNAME and MQTT_PASSWORD)')).toBe(credentials);
});

test.each<[string, Answers, boolean]>([
  [
    'says so in its own words',
    (packet, send) =>
      packet.cmd === 'connect' && send({ cmd: 'connack', returnCode: 1, reasonCode: 1, sessionPresent: false }),
    true,
  ],
  ['says so in those of MQTT 5', refuse(0x84), true],
  ['hangs up', (_packet, _send, socket) => void socket.end(), false],
  ['resets', (_packet, _send, socket) => void socket.resetAndDestroy(), false],
])('an older broker %s: only MQTT 3.1.1 is to be tried', async (_, answers, isRefusal) => {
  const { settings } = await startPeer(answers);
  expect(await failure(settings)).toMatchObject({ lacksVersion5Answer: true, isRefusal });
});

test.each([
  [{ retainAvailable: false }, 'the broker does not support retained messages, which this agent needs'],
  [{ maximumQoS: 0 }, 'the broker supports only QoS 0, but this agent needs QoS 1'],
])('a broker that lacks what the agent needs (%o) is left, and the lack is named', async (properties, words) => {
  const { packets, settings } = await startPeer(
    (packet, send) =>
      packet.cmd === 'connect' && send({ cmd: 'connack', reasonCode: 0, sessionPresent: false, properties }),
  );
  const error = await failure(settings);
  expect(error).toMatchObject({ isRefusal: true, lacksVersion5Answer: false });
  expect(error.message).toMatch(new RegExp(`^mqtt://127\\.0\\.0\\.1:\\d+: ${words}$`));
  expect(packets.map(({ cmd }) => cmd)).not.toContain('publish');
});

test('a broker that names what it supports is used', async () => {
  const properties = { retainAvailable: true, maximumQoS: 1, wildcardSubscriptionAvailable: true };
  const { settings } = await startPeer((packet, send, socket) =>
    packet.cmd === 'connect'
      ? void send({ cmd: 'connack', reasonCode: 0, sessionPresent: false, properties })
      : welcome()(packet, send, socket),
  );
  const connection = await open(settings);
  await connection.publish('any', 'x');
});

test('the keep alive of the broker replaces that of the agent; no topic alias is ever sent', async () => {
  const properties = { serverKeepAlive: 1, topicAliasMaximum: 10 };
  const { packets, settings } = await startPeer((packet, send, socket) => {
    if (packet.cmd === 'connect') send({ cmd: 'connack', reasonCode: 0, sessionPresent: false, properties });
    else if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
    else welcome()(packet, send, socket);
  });
  const connection = await open(settings);
  await connection.publish('any', '1');
  await connection.publish('any', '2');
  await until('two pings', () => packets.filter(({ cmd }) => cmd === 'pingreq').length >= 2);
  expect(
    packets.flatMap((packet) => (packet.cmd === 'publish' ? [[packet.topic, packet.properties?.topicAlias]] : [])),
  ).toEqual([
    ['any', undefined],
    ['any', undefined],
  ]);
});

test('a refused subscription has the reason of the broker', async () => {
  for (const [code, words] of [
    [0x87, 'not authorized (0x87)'],
    [0x97, 'quota exceeded (0x97)'],
  ] as const) {
    const { settings } = await startPeer(welcome({ forbidden: code }));
    const connection = await open(settings);
    await expect(connection.subscribe(['allowed', 'forbidden'])).rejects.toMatchObject({ code, message: words });
  }
});

test('no broker at the address', async () => {
  const port = await freePort();
  const error = await failure(settingsOf(port));
  expect(error).toMatchObject({
    message: expect.stringMatching(/ECONNREFUSED.*\(is the broker running\? /),
    isRefusal: false,
    lacksVersion5Answer: false,
  });
  expect(error).toBeInstanceOf(BrokerConnectionError);
});

test('why a connection ended: the reason of the broker, a failure, or none', async () => {
  const ending = async (answers: Answers) => {
    const { settings } = await startPeer((packet, send, socket) => {
      welcome()(packet, send, socket);
      if (packet.cmd === 'publish') answers(packet, send, socket);
    });
    const connection = await open(settings);
    void connection.publish('x', 'y').catch(() => undefined);
    return connection.ended;
  };
  expect(
    await ending((_packet, send, socket) => {
      send({ cmd: 'disconnect', reasonCode: 0x8e });
      socket.end();
    }),
  ).toMatchObject({
    message: expect.stringMatching(/: ended the session(, reason 142$|.*taken over)/),
    lacksVersion5Answer: false,
  });
  expect((await ending((_packet, _send, socket) => void socket.resetAndDestroy()))?.lacksVersion5Answer ?? false).toBe(
    false,
  );
  expect(await ending((_packet, _send, socket) => void socket.end())).toBeUndefined();
});

test('MQTT 3.1.1: messages are received, retained or not, until the listener is removed', async () => {
  const { settings } = await startBroker();
  const connection = await open(settings, 4);
  const heard: object[] = [];
  await connection.publish('kept', 'ä');
  const stop = connection.listen((message) => heard.push(message));
  await connection.subscribe(['kept', 'fresh']);
  const back = (topic: string) =>
    expect.poll(() => heard.some((message) => 'topic' in message && message.topic === topic)).toBe(true);
  expect(await connection.publish('fresh', '1', { retain: false })).toEqual({ hasSubscribers: true });
  await back('kept');
  await back('fresh');
  expect(heard).toContainEqual({ topic: 'kept', payload: 'ä', retained: true });
  expect(heard).toContainEqual({ topic: 'fresh', payload: '1', retained: false });
  stop();
  const before = heard.length;
  const second: object[] = [];
  connection.listen((message) => second.push(message));
  await connection.publish('fresh', '2', { retain: false });
  await expect.poll(() => second.length).toBe(1);
  expect(heard).toHaveLength(before);
  await connection.unsubscribe(['fresh']);
  await connection.publish('fresh', '3', { retain: false });
  await connection.publish('kept', 'last', { retain: false });
  await expect.poll(() => second).toHaveLength(2);
  expect(second.at(-1)).toMatchObject({ topic: 'kept' });
});

test('connectOnce: a client ID of its own, no will, and the protocol that the broker supports', async () => {
  const names: string[] = [];
  const older = await startBroker({
    authenticate(client, _user, _password, done) {
      names.push(client?.id ?? '');
      done(null, true);
    },
  });
  const connection = await connectTemporarily(older.settings, agent);
  expect(connection.protocolVersion).toBe(4);
  expect(names.at(-1)).toMatch(/^infra-monitor-nas-visit-[0-9a-f]{8}$/);
  await connection.close();
  const { packets, settings } = await startPeer(welcome(codes));
  const newer = await connectTemporarily(settings, agent);
  expect(newer.protocolVersion).toBe(5);
  expect(packets[0]).not.toHaveProperty('will');
  await newer.close();
  const guarded = await startPeer(refuse(0x87));
  await expect(connectTemporarily(guarded.settings, agent)).rejects.toThrow('MQTT_PASSWORD');
});

test.each([
  ['MQTT_CA_FILE', { MQTT_CA_FILE: '/nowhere/ca.pem' }],
  ['MQTT_CERT_FILE', { MQTT_CERT_FILE: '/nowhere/agent.pem' }],
  ['MQTT_KEY_FILE', { MQTT_KEY_FILE: '/nowhere/agent.key' }],
])('%s that does not exist is named', async (name, files) => {
  const error = await failure({ ...settingsOf(1), ...files });
  expect(error).toMatchObject({ message: name, cause: expect.objectContaining({ code: 'ENOENT' }), isRefusal: false });
});
