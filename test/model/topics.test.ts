import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeviceOrPartAddress } from '../../src/model/address.ts';
import { Topics } from '../../src/model/topics.ts';
import { agent } from '../helpers/sample-collector.ts';

const topics = new Topics(agent);
const drive = { collector: 'nvme', device: 's4ewnx0n1' };
const root = { collector: 'host', device: 'nas', part: { table: 'filesystem', id: 'mnt_a' } };

describe('an agent’s topics', () => {
  test.each([
    ['infra-monitor/nas/status', topics.status, { kind: 'status', agent: 'nas' }],
    ['infra-monitor/nas/problems', topics.problems, { kind: 'problems', agent: 'nas' }],
    ['infra-monitor/nas/echo', topics.ping, { kind: 'ping', agent: 'nas' }],
    ['infra-monitor/nas/nvme/s4ewnx0n1', topics.state(drive), { kind: 'state', agent: 'nas', address: drive }],
    ['infra-monitor/nas/host/nas/filesystem_mnt_a', topics.state(root), { kind: 'state', agent: 'nas', address: root }],
    [
      'infra-monitor/nas/host/nas/filesystem_mnt_a/availability',
      topics.availability(root),
      { kind: 'availability', agent: 'nas', address: root },
    ],
    ['infra-monitor/nas/nvme/s4ewnx0n1/event', topics.event(drive), { kind: 'event', agent: 'nas', address: drive }],
    [
      'infra-monitor/nas/nvme/s4ewnx0n1/memory',
      topics.memory('nvme/s4ewnx0n1'),
      { kind: 'memory', agent: 'nas', address: drive },
    ],
    [
      'infra-monitor/nas/nvme/s4ewnx0n1/command',
      topics.command(drive),
      { kind: 'command', agent: 'nas', address: drive },
    ],
    [
      'homeassistant/device/infra-monitor_nas/s4ewnx0n1/config',
      topics.discovery('s4ewnx0n1'),
      { kind: 'discovery', agent: 'nas', device: 's4ewnx0n1' },
    ],
    ['homeassistant/status', topics.homeAssistantStatus, { kind: 'homeAssistantStatus' }],
  ])('%s', (expected, built, parsed) => {
    expect(built).toBe(expected);
    expect(topics.parse(built)).toEqual(parsed);
  });
});

test('filters', () => {
  expect([
    topics.ownFilter,
    topics.ownMemoriesFilter,
    topics.ownCommandsFilter,
    topics.ownDiscoveryFilter,
    topics.allPingsFilter,
    topics.allDiscoveryFilter,
    ...topics.ownReportFilters,
    ...topics.presenceFilters,
  ]).toEqual([
    'infra-monitor/nas/#',
    'infra-monitor/nas/+/+/memory',
    'infra-monitor/nas/+/+/command',
    'homeassistant/device/infra-monitor_nas/+/config',
    'infra-monitor/+/echo',
    'homeassistant/device/+/+/config',
    'infra-monitor/nas/problems',
    'infra-monitor/nas/+/+',
    'infra-monitor/nas/+/+/availability',
    'infra-monitor/+/status',
    'infra-monitor/bridge/+/state',
  ]);
});

test('the bridge of a site is no agent', () => {
  expect(topics.parse('infra-monitor/bridge/cottage/state')).toEqual({ kind: 'bridge', site: 'cottage' });
  expect(topics.parse('infra-monitor/bridge/cottage/other')).toBeUndefined();
  expect(topics.parse('infra-monitor/bridge/cottage/state/more')).toBeUndefined();
});

test.each([
  'infra-monitor/nas',
  'infra-monitor/nas/other',
  'infra-monitor/nas/host/nas/filesystem',
  'infra-monitor/nas/host/nas/filesystem_a/more/availability',
  'infra-monitor/nas/host/nas/Filesystem_a',
  'infra-monitors/nas/status',
  'other/nas/status',
  'homeassistant/device/infra-monitor_nas/config',
  'homeassistant/device/infra-monitor_nas/s4/more/config',
  'homeassistant/device/zigbee2mqtt/s4/config',
  'homeassistant/statuses',
  '',
])('%j is none of ours', (topic) => expect(topics.parse(topic)).toBeUndefined());

test('own topics begin with the whole id of the agent', () => {
  expect(topics.isOwn('infra-monitor/nas/host/nas')).toBe(true);
  expect(topics.isOwn('infra-monitor/nas2/host/nas')).toBe(false);
  expect(topics.isOwn('infra-monitor/nas')).toBe(false);
});

test('the device of an own topic, and of an own announcement', () => {
  const deviceOf = (topic: string) => [topics.deviceOfOwnTopic(topic), topics.deviceOfOwnDiscovery(topic)];
  expect(deviceOf(topics.availability(root))).toEqual(['nas', undefined]);
  expect(deviceOf(topics.discovery('s4'))).toEqual([undefined, 's4']);
  for (const topic of [topics.status, topics.of('pi').state(drive), topics.of('pi').discovery('s4'), 'x'])
    expect(deviceOf(topic)).toEqual([undefined, undefined]);
});

test('a base topic of several levels', () => {
  const deep = new Topics({ ...agent, baseTopic: 'home/lab' });
  expect(deep.discovery('x')).toBe('homeassistant/device/home_lab_nas/x/config');
  for (const topic of [deep.status, deep.state(root), deep.discovery('x')])
    expect(deep.parse(topic)).toMatchObject({ agent: 'nas' });
});

const slugs = fc.stringMatching(/^[a-z0-9]+(_[a-z0-9]+)*$/);
const addresses: fc.Arbitrary<DeviceOrPartAddress> = fc.record(
  {
    collector: fc.stringMatching(/^[a-z][a-z_]*$/),
    device: slugs,
    part: fc.record({ table: fc.stringMatching(/^[a-z]+$/), id: slugs }),
  },
  { requiredKeys: ['collector', 'device'] },
);

test('what is built is parsed, whoever the agent is', () => {
  fc.assert(
    fc.property(addresses, slugs, (address, id) => {
      fc.pre(id !== 'bridge' && !['state', 'status', 'echo', 'problems'].includes(address.collector));
      const others = topics.of(id);
      expect(topics.parse(others.state(address))).toEqual({ kind: 'state', agent: id, address });
      expect(topics.parse(others.availability(address))).toEqual({ kind: 'availability', agent: id, address });
      expect(topics.parse(others.discovery(address.device))).toEqual({
        kind: 'discovery',
        agent: id,
        device: address.device,
      });
    }),
  );
});

test('any topic can be parsed', () => {
  fc.assert(fc.property(fc.string(), (topic) => void topics.parse(`infra-monitor/${topic}`)));
});
