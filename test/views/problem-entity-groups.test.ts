import { expect, test } from 'vitest';
import { runStepsAtOnce } from '../../src/model/event-loop-turns.ts';
import type { DesiredDeviceAndComponents } from '../../src/views/discovery.ts';
import { addGroupsToProblemEntities } from '../../src/views/problem-entity-groups.ts';
import { agent } from '../helpers/sample-collector.ts';

const flag = (device: string, key: string, more: object = {}): [string, Record<string, unknown>] => [
  key,
  { platform: 'binary_sensor', device_class: 'problem', unique_id: `infra-monitor_nas_${device}_${key}`, ...more },
];
const announcement = (identifier: string, via: string | undefined, ...flags: [string, Record<string, unknown>][]) =>
  ({
    device: { identifiers: [identifier], ...(via === undefined ? {} : { via_device: via }) },
    components: Object.fromEntries(flags),
  }) as DesiredDeviceAndComponents;
const machine = 'infra-monitor_nas_nas';
const groupOf = (one: DesiredDeviceAndComponents, key: string) => one.components[key]?.group;

test('Problem stands for the other enabled problems of its device, and for Problem of the devices below it', () => {
  const nas = announcement(
    machine,
    undefined,
    flag('nas', 'problems-agent-problem'),
    flag('nas', 'host-host-throttled'),
    flag('nas', 'agent-collector_host-problem', { enabled_by_default: false }),
  );
  const drive = announcement(
    'infra-monitor_nas_s4',
    machine,
    flag('s4', 'nvme-drive-problem'),
    flag('s4', 'nvme-drive-spare_low'),
  );
  const router = announcement('infra-monitor_nas_home', machine, flag('home', 'router-radio_1-problem'));
  runStepsAtOnce(addGroupsToProblemEntities(agent, new Map(Object.entries({ nas, s4: drive, home: router }))));
  expect(groupOf(nas, 'problems-agent-problem')).toEqual([
    'infra-monitor_nas_nas_host-host-throttled',
    'infra-monitor_nas_s4_nvme-drive-problem',
  ]);
  expect(groupOf(drive, 'nvme-drive-problem')).toEqual(['infra-monitor_nas_s4_nvme-drive-spare_low']);
  // The problem of a part stands for nothing else, and so does one alone.
  expect(groupOf(router, 'router-radio_1-problem')).toBeUndefined();
});

test('Problem of a site stands for Problem of the machines of its agents', () => {
  const site = announcement('infra-monitor_sites_berlin', undefined, flag('berlin', 'sites-site-problem'));
  const pi = announcement('infra-monitor_pi_pi', 'infra-monitor_sites_berlin');
  const desired = new Map([
    ['berlin', site],
    ['agent_pi', pi],
  ]);
  runStepsAtOnce(addGroupsToProblemEntities({ ...agent, id: 'sites' }, desired));
  expect(groupOf(site, 'sites-site-problem')).toEqual(['infra-monitor_pi_pi_problems-agent-problem']);
});
