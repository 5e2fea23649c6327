import type { AedesOptions, Client } from 'aedes';
import { expect, test } from 'vitest';
import { removeLostAgent } from '../../src/mqtt/remove-published-data.ts';
import { startBroker } from '../helpers/broker.ts';
import { observe, readRetained } from '../helpers/observer.ts';
import { patience } from '../helpers/patience.ts';
import { freePort } from '../helpers/ports.ts';
import { agent } from '../helpers/sample-collector.ts';

const status = 'infra-monitor/gone/status';
const announcement = 'homeassistant/device/infra-monitor_gone/gone/config';
const state = 'infra-monitor/gone/agent/gone';
const components = { load: { platform: 'sensor', state_topic: 'x' }, event: { platform: 'event', state_topic: 'x' } };
const everything = {
  [status]: 'offline',
  [announcement]: JSON.stringify({ device: { name: 'gone' }, origin: {}, components }),
  [state]: '{}',
};

const isObserver = (client: Client | null) => client?.id.startsWith('observer') ?? false;

/** A broker on which an agent has left this, and what it retains after another agent's attempt to remove it; observers
 * are not restricted. */
async function remove(published: Record<string, string>, options: AedesOptions = {}) {
  const broker = await startBroker(options);
  const { client, messages, see } = await observe(broker.url, { protocolVersion: 4, clientId: 'observer' });
  for (const [topic, payload] of Object.entries(published)) {
    await client.publishAsync(topic, payload, { retain: true, qos: 1 });
    await see(topic);
  }
  const error = await removeLostAgent(broker.settings, agent, 'gone').then(
    () => undefined,
    (reason: unknown) => String(reason),
  );
  // Comes after all that was sent before.
  await client.publishAsync('marker', 'marker', { qos: 1 });
  await see('marker');
  const announcements = messages.flatMap(({ topic, payload }) => (topic === announcement ? payload : []));
  const retained = await readRetained(broker.url, { clientId: 'observer-of-retained' });
  return { error, left: [...retained.keys()].filter((topic) => topic in published), announcements };
}

/** Acknowledges messages on these topics and drops them, as brokers of MQTT 3.1.1 do without the right to write. */
const unwritten = (topics: RegExp): AedesOptions => ({
  authorizePublish(client, packet, done) {
    if (!isObserver(client) && topics.test(packet.topic)) packet.topic = 'dropped';
    done(null);
  },
});
const unsubscribable = (topics: RegExp): AedesOptions => ({
  authorizeSubscribe: (client, subscription, done) =>
    done(null, !isObserver(client) && topics.test(subscription.topic) ? null : subscription),
});
/** Takes each subscription and delivers nothing on these topics, as Mosquitto does without the right to read. */
const unread = (topics: RegExp): AedesOptions => ({
  authorizeForward: (client, packet) => (!isObserver(client) && topics.test(packet.topic) ? null : packet),
});

test.each<[string, Record<string, string>]>([
  ['a lost agent', everything],
  ['what an attempt has left that was interrupted', { [status]: 'offline', [state]: '{}' }],
  ['a lost agent that has announced nothing', { [status]: 'offline' }],
])('%s is removed', { timeout: 20_000 * patience }, async (_, published) =>
  expect(await remove(published)).toMatchObject({ error: undefined, left: [] }),
);

test('each component is removed by itself as well, for a Home Assistant that ignores a withdrawal', {
  timeout: 20_000 * patience,
}, async () => {
  const { announcements } = await remove(everything);
  expect(announcements.slice(-2).map((text) => text && JSON.parse(text).components)).toEqual([
    '',
    { load: { platform: 'sensor' }, event: { platform: 'event' } },
  ]);
});

const all = Object.keys(everything);
const announcedOnly = { [status]: 'offline', [announcement]: everything[announcement] };

test.each<[string, AedesOptions, RegExp, string[], Record<string, string>?]>([
  ['there is nothing', {}, /the broker has no data for this agent/, [], {}],
  ['nothing can be read', unread(/gone(?!\/echo)/), /the broker has no data for this agent/, all],
  ['announcements cannot be read', unread(/_gone/), /has not cleared .*_gone\/gone\/config/, [status, state]],
  ['only the status can be read', unread(/_gone/), /has not cleared .*_gone\/gone\/config/, [status], announcedOnly],
  ['announcements cannot be written', unwritten(/_gone/), /has not cleared .*_gone\/gone\/config/, all],
  ['announcements cannot be subscribed to', unsubscribable(/_gone/), /refuses the subscription/, all],
  ['only announcements can be written', unwritten(/gone\/agent/), /agent\/gone is still on the br/, [status, state]],
  ['the status cannot be written', unwritten(/gone\/status/), /gone\/status is still on the broker/, [status]],
  ['it cannot be asked', unsubscribable(/echo/), /unknown whether gone is running/, all],
  ['it does not hear the question', unwritten(/echo/), /unknown whether gone is running/, all],
])('not done, and so still shown as lost: %s', { timeout: 40_000 * patience }, async (...row) => {
  const [, options, reason, left, published = everything] = row;
  const outcome = await remove(published, options);
  expect(outcome.error).toMatch(reason);
  expect(outcome.left.sort()).toEqual([...left].sort());
});

test('while the broker is away, it is unknown whether the agent runs', async () => {
  const { settings } = await startBroker();
  const away = { ...settings, MQTT_URL: { ...settings.MQTT_URL, port: await freePort() } };
  await expect(removeLostAgent(away, agent, 'gone')).rejects.toThrow(/ECONNREFUSED/);
});
