import { expect, test } from 'vitest';
import { DismissedDevices } from '../../src/mqtt/dismissed-devices.ts';
import { agent } from '../helpers/sample-collector.ts';

const configOf = (device: string) => `homeassistant/device/infra-monitor_nas/${device}/config`;
const stateOf = (device: string) => `infra-monitor/nas/probe/${device}`;
const retained = (...topics: string[]) => new Map(topics.map((topic) => [topic, 'x']));

function announced(...names: string[]) {
  const devices = new DismissedDevices();
  for (const name of names) devices.announced(name);
  return devices;
}

test('a dismissed device is hidden, and is dismissed once', () => {
  const devices = announced('a', 'b');
  expect([devices.dismiss('a'), devices.dismiss('a')]).toEqual([true, false]);
  expect([devices.has('a'), devices.has('b'), [...devices.hidden]]).toEqual([true, false, ['a']]);
});

test('a device whose state is retained without its announcement is hidden, and dismissed if that does not arrive late', () => {
  const devices = announced('a', 'b', 'c');
  devices.compare(agent, retained(configOf('a'), stateOf('a'), stateOf('b'), stateOf('c')));
  expect([...devices.hidden]).toEqual(['b', 'c']);
  expect(devices.has('b')).toBe(false);
  devices.found('c');
  expect([...devices.hidden]).toEqual(['b']);
  expect(devices.takeAbsent()).toEqual(['b']);
  expect([devices.takeAbsent(), [...devices.hidden]]).toEqual([[], []]);
});

test('a device of which the broker has nothing is yet to be announced there', () => {
  const devices = announced('a');
  devices.compare(agent, retained());
  expect([[...devices.hidden], devices.hasAnnounced]).toEqual([[], false]);
  // Its state is on the broker now, but was never announced there.
  devices.compare(agent, retained(stateOf('a')));
  expect([...devices.hidden]).toEqual([]);
});

test('a device whose announcement this agent has cleared is not missed', () => {
  const devices = announced('a');
  expect(devices.hasAnnounced).toBe(true);
  devices.cleared('a');
  devices.compare(agent, retained(stateOf('a')));
  expect([[...devices.hidden], devices.hasAnnounced]).toEqual([[], false]);
});

test('each connection is compared anew', () => {
  const devices = announced('a');
  devices.compare(agent, retained(stateOf('a')));
  expect([...devices.hidden]).toEqual(['a']);
  devices.compare(agent, retained(configOf('a'), stateOf('a')));
  expect([...devices.hidden]).toEqual([]);
});
