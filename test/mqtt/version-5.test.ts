import { expect, onTestFinished, test } from 'vitest';
import { findMissingPermissions } from '../../src/mqtt/broker-permissions.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { stopClock } from '../helpers/clock.ts';
import { startSession } from '../helpers/conversation.ts';
import { type Answers, noMatchingSubscribers, notAuthorized, startPeer, welcome } from '../helpers/peer.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';
import { until } from '../helpers/until.ts';

// Only MQTT 5 tells why a message was refused, and that it has no subscribers.

const collector = probe(async () => []);
const config = 'homeassistant/device/infra-monitor_nas/thing_1/config';
const event = 'infra-monitor/nas/probe/thing_1/event';
const echo = 'infra-monitor/nas/echo';

/** A broker that returns pings and announcements, and answers these topics with these codes. */
async function broker(codes: Record<string, number> = {}) {
  const answers: Answers = (packet, send, socket) => {
    welcome(packet.cmd === 'publish' ? codes : {})(packet, send, socket);
    if (packet.cmd === 'publish' && codes[packet.topic] === undefined && /\/(echo|config|rights)$/.test(packet.topic)) {
      send({ cmd: 'publish', topic: packet.topic, payload: packet.payload, qos: 0, retain: false, dup: false });
    }
  };
  const { settings, packets } = await startPeer(answers);
  const published = (topic: string) =>
    packets.filter((packet) => packet.cmd === 'publish' && packet.topic === topic).length;
  return { settings, codes, published };
}

test('the log names the protocol version', async () => {
  stopClock();
  const { settings } = await broker();
  const state = stateOf(collector, [{ table: 'thing', device, reading: {} }]);
  const { log } = startSession(settings, [collector], state);
  await until('connected', () => state.broker.connected);
  expect(log).toEqual([expect.stringMatching(/^info {2}MQTT: connected to mqtt:\/\/127\.0\.0\.1:\d+ \(MQTT 5\)$/)]);
});

test('a refusal is logged once, with the missing permission, and the session goes on', async () => {
  const clock = stopClock();
  const { settings, published } = await broker({ [config]: notAuthorized });
  const state = stateOf(collector, [{ table: 'thing', device, reading: { level: 1 } }]);
  const { log, session } = startSession(settings, [collector], state);
  await until('connected', () => state.broker.connected);
  await until('it is seen', () => state.broker.error !== undefined);
  expect(state.broker.error).toMatch(
    /^the broker refuses homeassistant\/device\/infra-monitor_nas\/.*It must let this user read and write infra-monitor\/nas\/# and homeassistant\/device\/infra-monitor_nas\/\+\/config, and read homeassistant\/status$/,
  );
  state.record(collector, {
    ok: true,
    observations: [{ table: 'thing', device, reading: { rare: 1 } }],
    at: new Date(),
    seconds: 0,
  });
  session.update();
  await until('it goes on', () => published('infra-monitor/nas/probe/thing_1') === 2);
  await clock.waits(5);
  clock.turn(10);
  await until('it is sent again', () => published(config) === 2);
  expect(log.filter((line) => line.startsWith('error'))).toEqual([
    expect.stringMatching(/^error MQTT: the broker refuses /),
  ]);
  expect(state.broker.connected).toBe(true);
});

test('an event without subscribers stays pending until there is one', async () => {
  const clock = stopClock();
  const { settings, codes, published } = await broker({ [event]: noMatchingSubscribers });
  const happening = { type: 'restart', at: new Date() };
  const state = stateOf(collector, [{ table: 'thing', device, reading: {}, events: [happening, happening] }]);
  const { session } = startSession(settings, [collector], state);
  await until('connected', () => state.broker.connected);
  await clock.waits(5);
  clock.turn(5);
  await until('it is told', () => published(event) === 1);
  // An update is of no effect while the answer to the first is on its way.
  const update = (look: () => boolean) => () => {
    session.update();
    return look();
  };
  await until(
    'it is told again',
    update(() => published(event) >= 2),
  );
  expect(state.pendingEvents).toHaveLength(2);
  delete codes[event];
  await until(
    'both are heard',
    update(() => state.pendingEvents.length === 0),
  );
});

test('a refused event is logged and stays pending', async () => {
  const clock = stopClock();
  const { settings } = await broker({ [event]: notAuthorized });
  const state = stateOf(collector, [
    { table: 'thing', device, reading: {}, events: [{ type: 'restart', at: new Date() }] },
  ]);
  const { log } = startSession(settings, [collector], state);
  await until('connected', () => state.broker.connected);
  await clock.waits(5);
  clock.turn(5);
  await until('it is said', () =>
    log.some((line) => line.startsWith('error MQTT: the broker refuses infra-monitor/nas/')),
  );
  expect(state.pendingEvents).toHaveLength(1);
});

test('a check names the topics that may not be written', async () => {
  const { settings } = await broker({
    [echo]: notAuthorized,
    'homeassistant/device/infra-monitor_nas/check/rights': notAuthorized,
  });
  const connection = await SingleUseBrokerConnection.open(settings, { clientId: 'me', protocolVersion: 5 });
  onTestFinished(() => connection.abort());
  expect(await findMissingPermissions(connection, agent)).toEqual([
    expect.stringMatching(
      /^the broker refuses infra-monitor\/nas\/echo: it must let this user write infra-monitor\/nas\/#/,
    ),
    expect.stringMatching(
      /^the broker refuses homeassistant\/device\/infra-monitor_nas\/check\/rights: not authorized \(0x87\): the broker must let this user read and write/,
    ),
  ]);
});

test('a check speaks of rights only if they are the reason', async () => {
  const rights = 'homeassistant/device/infra-monitor_nas/check/rights';
  const { settings } = await broker({ [rights]: 0x97 });
  const connection = await SingleUseBrokerConnection.open(settings, { clientId: 'me', protocolVersion: 5 });
  onTestFinished(() => connection.abort());
  expect(await findMissingPermissions(connection, agent)).toEqual([
    `the broker refuses ${rights}: quota exceeded (0x97)`,
  ]);
});

test('a session that can’t start for lack of a permission logs it, and tries again', async () => {
  const clock = stopClock();
  const { settings } = await broker({ [echo]: notAuthorized });
  const state = stateOf(collector, [{ table: 'thing', device, reading: {} }]);
  const { log } = startSession(settings, [collector], state);
  for (let tries = 0; tries < 3; tries += 1) {
    await clock.waits(0.5, 60);
    clock.turn(60);
  }
  expect(log).toEqual([
    expect.stringMatching(
      /^error MQTT: the broker refuses infra-monitor\/nas\/echo: it must let this user write infra-monitor\/nas\/#.*; trying again$/,
    ),
  ]);
  expect(state.broker.connected).toBe(false);
});
