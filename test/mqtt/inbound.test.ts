import { expect, test } from 'vitest';
import { dispatchInboundMessage, type InboundMessageListener, selectMemoryPayloads } from '../../src/mqtt/inbound.ts';
import { agent } from '../helpers/sample-collector.ts';

const root = 'infra-monitor/nas';
const config = 'homeassistant/device/infra-monitor_nas/thing_1/config';

/** What a listener is told of a message. */
function told(topic: string, payload: string, retained = false, identity = agent) {
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    (...values: unknown[]) =>
      void calls.push([name, ...values]);
  const listener: InboundMessageListener = {
    homeAssistantOnline: note('homeAssistantOnline'),
    homeAssistantOffline: note('homeAssistantOffline'),
    pingReceived: note('pingReceived'),
    ownStatusReplaced: note('ownStatusReplaced'),
    commandReceived: note('commandReceived'),
    announcementPublished: note('announcementPublished'),
    announcementRetained: note('announcementRetained'),
    memoryRetained: note('memoryRetained'),
    problemsRetained: note('problemsRetained'),
  };
  dispatchInboundMessage(identity, { topic, payload, retained }, listener);
  return calls;
}

test.each<[topic: string, payload: string, live: unknown[][], retained: unknown[][]]>([
  ['homeassistant/status', 'online', [['homeAssistantOnline']], []],
  ['homeassistant/status', 'offline', [['homeAssistantOffline', false]], [['homeAssistantOffline', true]]],
  ['homeassistant/status', 'nonsense', [['homeAssistantOffline', false]], [['homeAssistantOffline', true]]],
  [`${root}/status`, 'offline', [['ownStatusReplaced']], []],
  [`${root}/status`, '', [['ownStatusReplaced']], []],
  [`${root}/status`, 'ONLINE', [['ownStatusReplaced']], []],
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
  [
    `${root}/echo`,
    'who is there? 1',
    [['pingReceived', { topic: `${root}/echo`, payload: 'who is there? 1', retained: false }]],
    [['pingReceived', { topic: `${root}/echo`, payload: 'who is there? 1', retained: true }]],
  ],
  ['infra-monitor/other/status', 'offline', [], []],
  ['infra-monitor/other/echo', 'who is there? 1', [], []],
  ['infra-monitor/other/probe/thing_1/command', 'reboot', [], []],
  ['homeassistant/device/infra-monitor_other/thing_1/config', '', [], []],
])('%s %s', (topic, payload, live, retained) => {
  expect(told(topic, payload)).toEqual(live);
  expect(told(topic, payload, true)).toEqual(retained);
});

test('Home Assistant may have a birth message of its own, whatever the discovery prefix is', () => {
  const identity = { ...agent, discoveryPrefix: 'ha2', homeAssistantBirth: { topic: 'house/state', payload: 'here' } };
  const heard = (topic: string, payload: string, retained = false) => told(topic, payload, retained, identity);
  expect(heard('house/state', 'here')).toEqual([['homeAssistantOnline']]);
  expect(heard('house/state', 'here', true)).toEqual([]);
  expect(heard('house/state', 'gone', true)).toEqual([['homeAssistantOffline', true]]);
  expect(heard('house/state', 'online')).toEqual([['homeAssistantOffline', false]]);
  expect(heard('ha2/status', 'online')).toEqual([]);
  expect(heard('homeassistant/status', 'online')).toEqual([]);
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
