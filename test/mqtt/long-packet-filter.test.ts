import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { bounds } from '../../src/model/bounds.ts';
import { dropPacketsAbove } from '../../src/mqtt/long-packet-filter.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { startPeer, welcome } from '../helpers/peer.ts';
import { until } from '../helpers/until.ts';

/** A PUBLISH with so many bytes behind its length. */
function packet(bytes: number, fill: string): Buffer {
  const length: number[] = [];
  for (let rest = bytes; length.length === 0 || rest > 0; rest = Math.floor(rest / 128))
    length.push((rest % 128) + (rest >= 128 ? 128 : 0));
  return Buffer.concat([Buffer.from([0x30, ...length]), Buffer.alloc(bytes, fill)]);
}

/** What comes through of these bytes, in chunks of this size, and how often something arrived. */
async function through(bytes: Buffer, chunk: number) {
  const stream = new Duplex({ read: () => undefined });
  dropPacketsAbove(stream, 1000);
  const heard: Buffer[] = [];
  stream.on('data', (data: Buffer) => heard.push(data));
  for (let at = 0; at < bytes.length; at += chunk) stream.push(bytes.subarray(at, at + chunk));
  stream.push(null);
  await once(stream, 'end');
  return { passed: Buffer.concat(heard), signs: heard.length };
}

const short = [packet(0, ''), packet(10, 'a'), packet(127, 'b'), packet(128, 'c'), packet(997, 'd')];

test.each([1, 2, 3, 7, 500, 1e6])('in chunks of %i bytes, long packets are left out, and no other', async (chunk) => {
  const long = [packet(998, 'x'), packet(20_000, 'y'), packet(300_000, 'z')];
  const mixed = [short[0], long[0], ...short.slice(1, 3), long[1], long[2], ...short.slice(3)];
  const { passed } = await through(Buffer.concat(mixed as Buffer[]), chunk);
  expect(passed.equals(Buffer.concat(short))).toBe(true);
});

test('what is left out is a sign of life', async () =>
  expect(await through(packet(300_000, 'x'), 100_000)).toMatchObject({ passed: Buffer.alloc(0), signs: 4 }));

test.each([1, 2, 4, 1e6])('in chunks of %i bytes, all from a malformed length on comes through', async (chunk) => {
  const malformed = [0x30, 0xff, 0xff, 0xff, 0xff];
  for (const rest of [[], [0x01], malformed, [...Buffer.alloc(3000, 0x7f)]]) {
    const bytes = Buffer.from([...packet(10, 'a'), ...malformed, ...rest]);
    expect((await through(bytes, chunk)).passed).toEqual(bytes);
  }
});

test('what is kept whole is not copied', () => {
  const stream = new Duplex({ read: () => undefined });
  const pushed: unknown[] = [];
  stream.push = (bytes) => pushed.push(bytes) > 0;
  dropPacketsAbove(stream, 1000);
  const last = packet(500, 'e');
  const chunks = [Buffer.concat([...short, last.subarray(0, 200)]), last.subarray(200, 300), last.subarray(300)];
  for (const chunk of chunks) stream.push(chunk);
  expect(pushed).toHaveLength(chunks.length);
  for (const [index, chunk] of chunks.entries()) expect(pushed[index]).toBe(chunk);
});

test('a broker that sends a malformed length is disconnected', async () => {
  const { settings } = await startPeer((packet, send, socket) => {
    welcome()(packet, send, socket);
    if (packet.cmd === 'subscribe') socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]));
  });
  const connection = await SingleUseBrokerConnection.open(settings, { clientId: 'me', protocolVersion: 5 });
  void connection.subscribe(['#']).catch(() => undefined);
  expect(String(await connection.ended)).toMatch(/Invalid variable byte integer/);
});

test.each([4, 5] as const)(
  'MQTT version %i: a message that is too long is not delivered, and the next one is',
  async (version) => {
    const { settings } = await startPeer((packet, send, socket) => {
      if (packet.cmd === 'connect') send({ cmd: 'connack', reasonCode: 0, returnCode: 0, sessionPresent: false });
      else welcome()(packet, send, socket);
      if (packet.cmd !== 'subscribe') return;
      send({ cmd: 'publish', topic: 'long', payload: Buffer.alloc(bounds.brokerMessage.bytes), qos: 0 });
      send({ cmd: 'publish', topic: 'next', payload: 'x', qos: 0 });
    }, version);
    const connection = await SingleUseBrokerConnection.open(settings, { clientId: 'me', protocolVersion: version });
    const topics: string[] = [];
    connection.listen(({ topic }) => topics.push(topic));
    await connection.subscribe(['#']);
    await until('the next one', () => topics.length > 0);
    expect(topics).toEqual(['next']);
    connection.abort();
  },
);
