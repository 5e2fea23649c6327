import { expect, test } from 'vitest';
import { announcedDevicesWithRetainedState, partPathsWithRetainedState } from '../../src/mqtt/announced-devices.ts';
import { agent } from '../helpers/sample-collector.ts';

const config = (device: string, payload: unknown): [string, string] => [
  `homeassistant/device/infra-monitor_nas/${device}/config`,
  JSON.stringify(payload),
];
const announcing = (device: object) => ({ device, origin: {}, components: {} });
const state = (path: string): [string, string] => [`infra-monitor/${path}`, '{}'];

test('devices with an announcement and a state of this agent, without parts', () => {
  const retained = new Map([
    config('s4', announcing({ name: 'Samsung', serial_number: 'S4' })),
    state('nas/nvme/s4'),
    config('nas', announcing({ name: 'nas', suggested_area: 'Berlin' })),
    state('nas/host/nas'),
    state('nas/host/nas/filesystem_root'),
    // Removed by the user, by the agent, and of another agent.
    state('nas/nvme/s5'),
    config('s6', announcing({ name: 'Six' })),
    state('pi/nvme/s4'),
  ]);
  expect(announcedDevicesWithRetainedState(agent, retained)).toEqual([
    { path: 'nvme/s4', name: 'Samsung', serialNumber: 'S4' },
    { path: 'host/nas', name: 'nas', area: 'Berlin' },
  ]);
  expect(partPathsWithRetainedState(agent, retained)).toEqual(['host/nas/filesystem_root']);
});

test.each(['no json', '[]', '{"device":{"name":3}}'])('an announcement of %s does no harm', (payload) =>
  expect(
    announcedDevicesWithRetainedState(
      agent,
      new Map([state('nas/nvme/s4'), ['homeassistant/device/infra-monitor_nas/s4/config', payload]]),
    ),
  ).toEqual([]),
);

test('an odd field of an announced device costs that field', () =>
  expect(
    announcedDevicesWithRetainedState(
      agent,
      new Map([
        config('s4', announcing({ name: 'Samsung', serial_number: 4, suggested_area: ['Berlin'] })),
        state('nas/nvme/s4'),
      ]),
    ),
  ).toEqual([{ path: 'nvme/s4', name: 'Samsung' }]));
