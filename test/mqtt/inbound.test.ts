import { expect, onTestFinished, test } from 'vitest';
import { dispatchInboundMessage, type InboundMessageListener, selectMemoryPayloads } from '../../src/mqtt/inbound.ts';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { startBroker } from '../helpers/broker.ts';
import { observe } from '../helpers/observer.ts';
import { agent } from '../helpers/sample-collector.ts';

const root = 'infra-monitor/nas';
const config = 'homeassistant/device/infra-monitor_nas/thing_1/config';

/** What a listener is told of a message. */
async function told(topic: string, payload: string, retained = false, identity = agent) {
  const broker = await startBroker();
  const connection = await SingleUseBrokerConnection.open(broker.settings, { clientId: 'me', protocolVersion: 4 });
  onTestFinished(() => connection.abort());
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    (...values: unknown[]) =>
      void calls.push([name, ...values]);
  const listener: InboundMessageListener = {
    homeAssistantOnline: note('homeAssistantOnline'),
    homeAssistantOffline: note('homeAssistantOffline'),
    ownWillPublished: note('ownWillPublished'),
    commandReceived: note('commandReceived'),
    announcementPublished: note('announcementPublished'),
    announcementRetained: note('announcementRetained'),
    memoryRetained: note('memoryRetained'),
    problemsRetained: note('problemsRetained'),
  };
  dispatchInboundMessage(connection, identity, { topic, payload, retained }, listener);
  return { calls, broker, connection };
}

test.each<[topic: string, payload: string, live: unknown[][], retained: unknown[][]]>([
  ['homeassistant/status', 'online', [['homeAssistantOnline']], []],
  ['homeassistant/status', 'offline', [['homeAssistantOffline', false]], [['homeAssistantOffline', true]]],
  ['homeassistant/status', 'nonsense', [['homeAssistantOffline', false]], [['homeAssistantOffline', true]]],
  [`${root}/status`, 'offline', [['ownWillPublished']], []],
  [`${root}/status`, 'online', [], []],
  [`${root}/problems`, '{}', [], [['problemsRetained', `${root}/problems`, '{}']]],
  [`${root}/problems`, '', [], []],
  [
    `${root}/probe/thing_1/command`,
    'reboot',
    [['commandReceived', { collector: 'probe', device: 'thing_1', action: 'reboot' }]],
    [],
  ],
  [
    config,
    '{}',
    [['announcementPublished', 'thing_1', config, '{}']],
    [['announcementRetained', 'thing_1', config, '{}']],
  ],
  [config, '', [['announcementPublished', 'thing_1', config, '']], []],
  [`${root}/probe/thing_1/memory`, '{}', [], [['memoryRetained', `${root}/probe/thing_1/memory`, '{}']]],
  [`${root}/probe/thing_1/memory`, '', [], []],
  [`${root}/probe/thing_1`, '{}', [], []],
  [`${root}/probe/thing_1/part_usb/command`, 'reboot', [], []],
  ['infra-monitor/other/status', 'offline', [], []],
  ['infra-monitor/other/echo', 'who is there? 1', [], []],
  ['infra-monitor/other/probe/thing_1/command', 'reboot', [], []],
  ['homeassistant/device/infra-monitor_other/thing_1/config', '', [], []],
])('%s %s', async (topic, payload, live, retained) => {
  expect((await told(topic, payload)).calls).toEqual(live);
  expect((await told(topic, payload, true)).calls).toEqual(retained);
});

test('Home Assistant may have a birth message of its own, whatever the discovery prefix is', async () => {
  const identity = { ...agent, discoveryPrefix: 'ha2', homeAssistantBirth: { topic: 'house/state', payload: 'here' } };
  const heard = async (topic: string, payload: string, retained = false) =>
    (await told(topic, payload, retained, identity)).calls;
  expect(await heard('house/state', 'here')).toEqual([['homeAssistantOnline']]);
  expect(await heard('house/state', 'here', true)).toEqual([]);
  expect(await heard('house/state', 'gone', true)).toEqual([['homeAssistantOffline', true]]);
  expect(await heard('house/state', 'online')).toEqual([['homeAssistantOffline', false]]);
  expect(await heard('ha2/status', 'online')).toEqual([]);
  expect(await heard('homeassistant/status', 'online')).toEqual([]);
});

test('the question of an agent of the same name is answered', async () => {
  const { calls, broker, connection } = await told(`${root}/echo`, 'not a question');
  const { see } = await observe(broker.url, { protocolVersion: 4 });
  dispatchInboundMessage(
    connection,
    agent,
    { topic: `${root}/echo`, payload: 'who is there? 1', retained: false },
    {} as InboundMessageListener,
  );
  await see(`${root}/echo`, (payload) => payload === 'I am: 1');
  expect(calls).toEqual([]);
});

test('memories are selected by collector and device', () => {
  const retained = new Map([
    [`${root}/probe/thing_1/memory`, '1'],
    [`${root}/probe/thing_1`, '2'],
    [`${root}/probe/thing_1/part_usb/memory`, '5'],
    ['infra-monitor/other/probe/thing_1/memory', '3'],
    [config, '4'],
  ]);
  expect([...selectMemoryPayloads(agent, retained)]).toEqual([['probe/thing_1', '1']]);
});
