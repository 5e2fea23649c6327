import { expect, onTestFinished, test } from 'vitest';
import { bounds } from '../../src/model/bounds.ts';
import { BoundedPayloadTexts } from '../../src/mqtt/bounded-payload-texts.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { startPeer, welcome } from '../helpers/peer.ts';
import { until } from '../helpers/until.ts';

const long = Buffer.alloc(1_000_000, 'x');

test.each([
  ['infra-monitor/nas/host/nas', bounds.memory.bytes + 1],
  ['infra-monitor/nas/host/nas/memory', bounds.memory.bytes + 1],
  ['infra-monitor/nas/index', long.length],
  ['homeassistant/device/infra-monitor_nas/nas/config', long.length],
  ['config', long.length],
  ['toString', bounds.memory.bytes + 1],
])('of a payload that is too long for %s only a beginning is read', (topic, characters) => {
  expect(new BoundedPayloadTexts().read(topic, long, true)).toHaveLength(characters);
});

test('a payload within the bound is read whole', () =>
  expect(new BoundedPayloadTexts().read('a', Buffer.from('ä'.repeat(30_000)), true)).toBe('ä'.repeat(30_000)));

test('when much has been retained, announcements are cut, too, and what is not retained does not count', () => {
  const texts = new BoundedPayloadTexts();
  const announcement = (isRetained: boolean) => texts.read('a/config', long, isRetained).length;
  const count = Math.ceil(bounds.retainedOnConnection.bytes / long.length);
  for (let index = 0; index < 2 * count; index += 1) expect(announcement(false)).toBe(long.length);
  for (let index = 0; index < count; index += 1) expect(announcement(true)).toBe(long.length);
  expect(announcement(true)).toBe(bounds.memory.bytes + 1);
  expect(texts.read('a', Buffer.from('short'), true)).toBe('short');
});

test('all who listen to a connection hear the same', async () => {
  const { settings } = await startPeer((packet, send, socket) => {
    welcome()(packet, send, socket);
    if (packet.cmd === 'subscribe') send({ cmd: 'publish', topic: 'a', payload: long, qos: 0, retain: true });
  });
  const connection = await SingleUseBrokerConnection.open(settings, { clientId: 'me', protocolVersion: 5 });
  onTestFinished(() => connection.abort());
  const heard: number[] = [];
  const stop = connection.listen(({ payload }) => {
    heard.push(payload.length);
    stop();
  });
  connection.listen(({ payload, retained }) => heard.push(retained ? payload.length : 0));
  await connection.subscribe(['a']);
  await until('both', () => heard.length === 2);
  await connection.subscribe(['a']);
  await until('the other', () => heard.length === 3);
  expect(heard).toEqual(Array(3).fill(bounds.memory.bytes + 1));
});
