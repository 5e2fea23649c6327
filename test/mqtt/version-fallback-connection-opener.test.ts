import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import mqtt, { type Packet } from 'mqtt-packet';
import { expect, onTestFinished, test } from 'vitest';
import { describeError } from '../../src/model/errors.ts';
import { VersionFallbackConnectionOpener } from '../../src/mqtt/version-fallback-connection-opener.ts';
import { parseSettings } from '../../src/settings/index.ts';
import { authority } from '../helpers/certificates.ts';
import { welcome } from '../helpers/peer.ts';
import { freePort } from '../helpers/ports.ts';
import { agent } from '../helpers/sample-collector.ts';
import { manualTimers } from '../helpers/timers.ts';
import { until } from '../helpers/until.ts';

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** What an end of a connection does with a packet of MQTT 5: the bytes of its answers. */
type Version5Answers = (packet: Packet, socket: Socket) => number[] | undefined;

/** A broker that speaks MQTT 3.1.1, and meets a client of MQTT 5 as the test says. */
async function startOlderBroker(answers: Version5Answers) {
  const versions: number[] = [];
  const broker = { versions, answers };
  const port = await listen(
    createServer((socket) => {
      let parser: ReturnType<typeof mqtt.parser> | undefined;
      const start = (protocolVersion: number) => {
        versions.push(protocolVersion);
        parser = mqtt.parser({ protocolVersion });
        const send = (answer: object) => void socket.write(mqtt.generate(answer as Packet, { protocolVersion }));
        parser.on('packet', (packet) => {
          if (protocolVersion === 4) {
            if (packet.cmd === 'connect') send({ cmd: 'connack', returnCode: 0, sessionPresent: false });
            else welcome()(packet, send, socket);
            return;
          }
          const bytes = broker.answers(packet, socket);
          if (bytes !== undefined) socket.write(Buffer.from(bytes));
        });
        parser.on('error', () => socket.destroy());
      };
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        // The level follows the protocol's name (MQTT 5, section 3.1.2.2).
        if (parser === undefined) start(data[data.indexOf('MQTT') + 4] ?? 0);
        parser?.parse(data);
      });
    }),
  );
  return { ...broker, settings: parseSettings([], { MQTT_URL: `mqtt://127.0.0.1:${port}` }).mqtt, broker };
}

const idOf = ({ messageId = 0 }: Packet) => [messageId >> 8, messageId & 0xff];
const accepted = [0x20, 3, 0, 0, 0];
const afterConnack =
  (then: Version5Answers): Version5Answers =>
  (packet, socket) =>
    packet.cmd === 'connect' ? accepted : then(packet, socket);
const hangUp: Version5Answers = (_, socket) => void socket.end();
const reset: Version5Answers = (_, socket) => void socket.resetAndDestroy();

async function open(
  opener: VersionFallbackConnectionOpener,
  { settings }: Awaited<ReturnType<typeof startOlderBroker>>,
) {
  const connection = await opener.open(settings, agent, { clientId: 'me', will: agent });
  onTestFinished(() => connection.abort());
  return connection;
}

test.each<[string, Version5Answers]>([
  ['hangs up', hangUp],
  ['resets the connection', reset],
  ...[1, 2, 3, 4, 5].map((code): [string, Version5Answers] => [
    `refuses with ${code} of MQTT 3.1.1`,
    () => [0x20, 2, 0, code],
  ]),
  ...[0x80, 0x81, 0x82, 0x83, 0x84].map((code): [string, Version5Answers] => [
    `refuses with ${code} of MQTT 5`,
    () => [0x20, 3, 0, code, 0],
  ]),
  ['answers what cannot be parsed', () => [0xff, 0xff, 0xff, 0xff, 0xff]],
  ['accepts, and hangs up at the first packet', afterConnack(hangUp)],
  ['accepts, and resets at the first packet', afterConnack(reset)],
  ['accepts, and ends the session', afterConnack((_, socket) => void socket.end(Buffer.from([0xe0, 2, 0x82, 0])))],
  ['accepts, and answers what cannot be parsed', afterConnack(() => [0x15, 3, 3])],
  [
    'accepts and answers in MQTT 3.1.1',
    (packet) => (packet.cmd === 'connect' ? [0x20, 2, 0, 0] : [0x90, 3, ...idOf(packet), 1]),
  ],
  ['grants the subscription without a code', afterConnack((packet) => [0x90, 3, ...idOf(packet), 0])],
])('a broker that %s is asked again by MQTT 3.1.1', async (_, answers) => {
  const broker = await startOlderBroker(answers);
  const connection = await open(new VersionFallbackConnectionOpener(), broker);
  expect(connection.protocolVersion).toBe(4);
  expect(broker.versions).toEqual([5, 4]);
  await connection.publish('any', 'x');
});

test.each<[string, Version5Answers]>([
  ['CONNECT', () => undefined],
  ['SUBSCRIBE', afterConnack(() => undefined)],
])('a broker that does not answer %s of MQTT 5', async (_, answers) => {
  const broker = await startOlderBroker(answers);
  const { after, pass, due } = manualTimers();
  const opening = new VersionFallbackConnectionOpener().open(broker.settings, agent, { clientId: 'me', after });
  await until('it waits', () => broker.versions.length === 1 && (due(15_000) === 1 || due(30_000) === 1));
  if (due(30_000) === 0) pass(15_000);
  else pass(30_000);
  const connection = await opening;
  onTestFinished(() => connection.abort());
  expect(connection.protocolVersion).toBe(4);
});

test.each([0x86, 0x87, 0x88, 0x8a, 0x97, 0x9a])(
  'a broker that refuses with %i speaks MQTT 5, and is asked once',
  async (code) => {
    const broker = await startOlderBroker(() => [0x20, 3, 0, code, 0]);
    await expect(open(new VersionFallbackConnectionOpener(), broker)).rejects.toMatchObject({ isRefusal: true });
    expect(broker.versions).toEqual([5]);
  },
);

test('a broker that refuses the first subscription has answered in MQTT 5', async () => {
  const broker = await startOlderBroker(afterConnack((packet) => [0x90, 4, ...idOf(packet), 0, 0x87]));
  expect((await open(new VersionFallbackConnectionOpener(), broker)).protocolVersion).toBe(5);
});

test('a broker that has answered in MQTT 5 is asked by 3.1.1 only if it refuses that version', async () => {
  const fine = afterConnack((packet) => [0x90, 4, ...idOf(packet), 0, 1]);
  const { broker, versions, settings } = await startOlderBroker(fine);
  const opener = new VersionFallbackConnectionOpener();
  const again = () => open(opener, { broker, versions, settings, answers: fine });
  expect((await again()).protocolVersion).toBe(5);
  for (const answers of [hangUp, reset, () => [0x20, 3, 0, 0x80, 0]]) {
    broker.answers = answers;
    await expect(again()).rejects.toThrow();
  }
  expect(versions).toEqual([5, 5, 5, 5]);
  broker.answers = fine;
  expect((await again()).protocolVersion).toBe(5);
  broker.answers = () => [0x20, 2, 0, 1];
  expect((await again()).protocolVersion).toBe(4);
});

test('a broker of MQTT 5 that breaks the first connection is not told of as one that refuses MQTT 5', async () => {
  const port = await listen(
    createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data) => {
        if (data[data.indexOf('MQTT') + 4] === 5) socket.end();
        else socket.end(Buffer.from([0x20, 2, 0, 1]));
      });
    }),
  );
  const { mqtt: settings } = parseSettings([], { MQTT_URL: `mqtt://127.0.0.1:${port}` });
  await expect(new VersionFallbackConnectionOpener().open(settings, agent, { clientId: 'me' })).rejects.toThrow(
    `mqtt://127.0.0.1:${port}: closed the connection before it answered`,
  );
});

/** Why this address cannot be opened, without the address. */
async function failureAt(url: string): Promise<string> {
  const error = await new VersionFallbackConnectionOpener()
    .open(parseSettings([], { MQTT_URL: url }).mqtt, agent, { clientId: 'me' })
    .then(
      () => expect.unreachable('it is no broker'),
      (cause: unknown) => cause,
    );
  return describeError(error).replace(/^\w+:\/\/[^/]+?: /, '');
}

const greets = (greeting: string) =>
  listen(createServer((socket) => void socket.on('error', () => undefined).write(greeting)));
const answersHttp = (status: number) =>
  listen(createHttpServer((_request, response) => response.writeHead(status).end()));
const hangsUp = () =>
  listen(createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.destroy())));
/** Node's server resets a connection that begins with something else than TLS. */
function speaksTls() {
  const { issue, folder } = authority();
  issue('broker', 'IP:127.0.0.1');
  const read = (name: string) => readFileSync(join(folder, name));
  const server = createTlsServer({ key: read('broker.key'), cert: read('broker.pem') }, (socket) => {
    socket.on('error', () => undefined);
  });
  return listen(server.on('tlsClientError', (_error, socket) => socket.destroy()));
}

test.each<[what: string, protocol: string, path: string, port: () => Promise<number>, advice: string | RegExp]>([
  ['HTTP', 'mqtt', '', () => answersHttp(404), /^this port speaks HTTP, not MQTT: check the port .* or use ws:\/\//],
  ['SSH', 'mqtt', '', () => greets('SSH-2.0-OpenSSH_9.2\r\n'), /it says “SSH-2\.0-OpenSSH_9\.2”: check the port/],
  ['SMTP', 'mqtt', '', () => greets('220 mail.lan ESMTP\r\n'), /it says “220 mail\.lan ESMTP”: check the port/],
  ['zeros', 'mqtt', '', () => greets('\0\0\0\0'), 'this port does not speak MQTT: check the port in MQTT_URL'],
  ['TLS', 'mqtt', '', speaksTls, /: this port expects TLS: use mqtts:\/\/ in MQTT_URL$/],
  ['a TLS alert', 'mqtt', '', () => greets('\x15\x03\x03\0\x02\x02\x46'), /^this port expects TLS: use mqtts:/],
  ['TLS', 'ws', '/mqtt', speaksTls, /: this port expects TLS: use wss:\/\/ in MQTT_URL$/],
  ['a broker without TLS', 'mqtts', '', hangsUp, /\(this port may not use TLS: try mqtt:\/\/ in MQTT_URL\)$/],
  ['HTTP', 'mqtts', '', () => answersHttp(404), /\(this port may not use TLS: try mqtt:\/\/ in MQTT_URL\)$/],
  ['a web server', 'wss', '/', () => answersHttp(404), /\(this port may not use TLS: try ws:\/\/ in MQTT_URL\)$/],
  ['a broker without WebSockets', 'ws', '/mqtt', hangsUp, /\(this port may not speak WebSocket: try mqtt:\/\/ in/],
  ['SSH', 'ws', '/mqtt', () => greets('SSH-2.0-OpenSSH_9.2\r\n'), /\(this port may not speak WebSocket: try mqtt:/],
  ['HTTP 404', 'ws', '/socket', () => answersHttp(404), /^HTTP 404 .*check the path “\/socket”/],
  ['HTTP 200', 'ws', '', () => answersHttp(200), /^HTTP 200 .*check the path “\/”/],
  ['HTTP 400', 'ws', '/mqtt', () => answersHttp(400), /^HTTP 400 .*wss:\/\//],
  ['HTTP 401', 'ws', '/mqtt', () => answersHttp(401), /^HTTP 401 .*login/],
  ['HTTP 502', 'ws', '/mqtt', () => answersHttp(502), /^HTTP 502 .*proxy/],
])('%s at %s://…%s: what to change', async (_, protocol, path, port, advice) => {
  const text = await failureAt(`${protocol}://127.0.0.1:${await port()}${path}`);
  if (typeof advice === 'string') expect(text).toBe(advice);
  else expect(text).toMatch(advice);
});

test('an address that cannot be resolved or reached', async () => {
  expect(await failureAt('mqtt://no-such-host.local')).toMatch(/need mDNS.*: use the IP address\)$/);
  expect(await failureAt('mqtt://no-such-host.invalid')).toMatch(
    /check the name in MQTT_URL, or use the IP address\)$/,
  );
  expect(await failureAt(`mqtt://127.0.0.1:${await freePort()}`)).toMatch(
    /In a container, this address is the container/,
  );
});
