import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { describeError } from '../../../src/model/errors.ts';
import { connectTemporarily } from '../../../src/mqtt/connect-temporarily.ts';
import { removeLostAgent, removePublishedData } from '../../../src/mqtt/remove-published-data.ts';
import { SingleUseBrokerConnection } from '../../../src/mqtt/single-use-broker-connection.ts';
import { settingsOf } from '../../helpers/broker.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { agent } from '../../helpers/sample-collector.ts';

const announcement = 'homeassistant/device/infra-monitor_nas/nas/config';
const published = new Map([[announcement, '{"device":{},"origin":{},"components":{}}']]);

/** What is said of Home Assistant while this is subscribed to. */
async function removeWhile(filters: string[], protocolVersion: 4 | 5 = 5) {
  const { port, url } = await startMosquitto();
  const subscriber = await mqtt.connectAsync(url, { protocolVersion: 5 });
  onTestFinished(() => subscriber.endAsync(true));
  if (filters.length > 0) await subscriber.subscribeAsync(filters);
  const connection =
    protocolVersion === 5
      ? await connectTemporarily(settingsOf(port), agent)
      : await SingleUseBrokerConnection.open(settingsOf(port), { clientId: 'old', protocolVersion });
  onTestFinished(() => connection.close());
  const told: string[] = [];
  await removePublishedData(connection, agent, published, { onProgress: (text) => told.push(text) });
  return told;
}

const unknown = ['Removing the devices from Home Assistant, if it is connected, which the broker does not tell …'];
/** As Home Assistant subscribes. */
const ofHomeAssistant = ['homeassistant/device/+/config', 'homeassistant/device/+/+/config'];

test('Home Assistant is known to be connected by what it subscribes to', async () =>
  expect(await removeWhile(ofHomeAssistant)).toEqual(['Removing the devices from Home Assistant …']));

test('where nothing subscribes, Home Assistant is not connected', async () =>
  await expect(removeWhile([])).rejects.toThrow('Home Assistant is not connected'));

test.each([['#'], ['homeassistant/#'], ['homeassistant/device/infra-monitor_nas/#']])(
  'what subscribes to %s, as a bridge does, may not be Home Assistant',
  async (filter) => expect(await removeWhile([filter])).toEqual(unknown),
);

test('a broker of MQTT 3.1.1 does not tell who subscribes', async () =>
  expect(await removeWhile(ofHomeAssistant, 4)).toEqual(unknown));

test('a watch without the right to withdraw announcements says which one, and keeps the status', async () => {
  const acl = 'topic readwrite infra-monitor/#\ntopic read homeassistant/#\nuser other\ntopic readwrite #\n';
  const { port, url } = await startMosquitto(['allow_anonymous true', 'acl_file FOLDER/acl'], { acl });
  const { client, topics, see } = await observe(url, { username: 'other', password: '' });
  const status = 'infra-monitor/gone/status';
  const gone = announcement.replaceAll('nas', 'gone');
  await client.publishAsync(status, 'offline', { qos: 1, retain: true });
  await client.publishAsync(gone, '{"device":{},"origin":{},"components":{}}', { qos: 1, retain: true });
  await see(gone);
  const told = await removeLostAgent(settingsOf(port), agent, 'gone').catch(describeError);
  expect(told).toBe(`the broker refuses ${gone}: not authorized (0x87)`);
  expect([topics.has(status), topics.has(gone)]).toEqual([true, true]);
});
