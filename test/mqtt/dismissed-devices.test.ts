import { expect, test } from 'vitest';
import { DismissedDevices } from '../../src/mqtt/dismissed-devices.ts';
import { stopClock } from '../helpers/clock.ts';
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
  expect(devices.takeAbsent()).toEqual({ devices: ['b'], byUser: true });
  expect([devices.takeAbsent().devices, [...devices.hidden]]).toEqual([[], []]);
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
  devices.withdrawn('a');
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

test('a device whose announcement is cleared is hidden at once; one at a time is the user, several are not', () => {
  const devices = announced('a', 'b', 'c');
  expect(devices.cleared('a')).toBe(true);
  expect([...devices.hidden]).toEqual(['a']);
  expect(devices.takeCleared()).toEqual({ devices: ['a'], byUser: true });
  expect([devices.cleared('b'), devices.cleared('c'), devices.cleared('b')]).toEqual([true, false, false]);
  expect(devices.takeCleared()).toEqual({ devices: ['b', 'c'], byUser: false });
  expect([...devices.hidden]).toEqual([]);
});

test('several devices that were removed while the agent was disconnected: it depends on how long that was', () => {
  const clock = stopClock();
  const devices = announced('a', 'b');
  const away = (seconds: number) => {
    devices.disconnected();
    clock.turn(seconds);
    devices.compare(agent, retained(stateOf('a'), stateOf('b')));
    return devices.takeAbsent();
  };
  expect(away(9)).toEqual({ devices: ['a', 'b'], byUser: false });
  expect(away(10)).toEqual({ devices: ['a', 'b'], byUser: true });
});

test('what was cleared just before the connection ended counts as removed meanwhile', () => {
  const devices = announced('a');
  devices.cleared('a');
  devices.compare(agent, retained(stateOf('a')));
  expect(devices.takeAbsent()).toEqual({ devices: ['a'], byUser: true });
});
