import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { connectTemporarily } from '../../../src/mqtt/connect-temporarily.ts';
import { removePublishedData } from '../../../src/mqtt/remove-published-data.ts';
import { SingleUseBrokerConnection } from '../../../src/mqtt/single-use-broker-connection.ts';
import { settingsOf } from '../../helpers/broker.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
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
