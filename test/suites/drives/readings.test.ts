import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { CollectorReadings } from '../../../src/views/status.ts';
import { program } from '../../helpers/agent.ts';
import { Rack, type Racked } from './rack.ts';

const most = (1n << 128n) - 1n;

const drives: Racked[] = [
  { serial: 'NORMAL' },
  {
    serial: 'WORN',
    health: {
      criticalWarning: 0b101,
      kelvin: 331,
      availableSpare: 4,
      percentageUsed: 137,
      dataUnitsWritten: 3_456_789_012n,
      mediaErrors: 183n,
      errorLogEntries: 90_210n,
      warningTime: 1543,
      criticalTime: 12,
      throttling: [17, 3, 8412, 120],
    },
  },
  {
    serial: 'HOT',
    health: { criticalWarning: 0b10, kelvin: 358, warningTime: 77, criticalTime: 6, sensors: [358, 0, 370] },
  },
  { serial: 'FAILING', health: { criticalWarning: 0b111101, availableSpare: 0, percentageUsed: 255 } },
  {
    serial: 'HUGE',
    health: {
      dataUnitsRead: (1n << 53n) + 1n,
      dataUnitsWritten: (1n << 64n) + 1n,
      hostReads: most,
      hostWrites: most - 1n,
      powerOnHours: 9_007_199_254_740_993n,
      busyTime: most,
    },
  },
  { serial: 'COLD', health: { kelvin: 258, sensors: [258, 261, 0, 0, 0, 0, 0, 270] } },
  { serial: 'MUTE', health: { kelvin: 0, sensors: [], dataUnitsRead: 0n, dataUnitsWritten: 0n } },
];

/** What is known of each drive, a line each. */
function shown(rack: Rack, statuses: CollectorReadings[]): string {
  const devices = statuses.find(({ collector }) => collector === 'nvme')?.devices ?? [];
  const lines = devices.flatMap((device) => [
    `# ${device.name}: ${[device.model, device.serialNumber, device.softwareVersion].join(', ')}`,
    ...(device.error === undefined ? [] : [`error ${device.error}`]),
    ...[device, ...device.parts].flatMap(({ name, values }) =>
      Object.values(values).flatMap((measured) =>
        measured.value === null
          ? []
          : [[...(name === device.name ? [] : [name]), measured.name, measured.value, measured.unit].join(' ').trim()],
      ),
    ),
    '',
  ]);
  return rack.plain(lines.join('\n'));
}

async function once(rack: Rack): Promise<CollectorReadings[]> {
  const { stdout } = await execa(process.execPath, [program, 'once', '--json'], {
    env: { PATH: `${rack.bin}:${process.env.PATH}`, HOST_SYS: rack.sys, AGENT_NAME: 'testling' },
    extendEnv: false,
    cwd: rack.folder,
    reject: false,
  });
  return JSON.parse(stdout) as CollectorReadings[];
}

test('nvme-cli: normal, worn, hot, failing, with counters of 128 bits, cold and without a sensor', async () => {
  const rack = await Rack.build(drives);
  await expect(shown(rack, await once(rack))).toMatchFileSnapshot('readings.nvme-cli.txt');
  expect(rack.calls().filter((call) => call.startsWith('smartctl'))).toEqual([]);
});

test('smartctl, where nvme-cli refuses: the same drives', async () => {
  const rack = await Rack.build(drives);
  rack.script('nvme', 'echo "ERROR: this build asks nobody" >&2; exit 1');
  await expect(shown(rack, await once(rack))).toMatchFileSnapshot('readings.smartctl.txt');
});

test('what can’t be read says why, beside drives that can', async () => {
  const rack = await Rack.build([
    { serial: 'GOOD' },
    { serial: 'REFUSING', status: 0x40_02 },
    { serial: 'ZEROS' },
    { serial: 'BROKEN', errno: 5 },
    { serial: 'HANGING', hangs: true },
  ]);
  // Nothing but zeros, as some virtual drives say.
  rack.answer(2, 'health', Buffer.alloc(512));
  const [good, refusing, zeros, broken, hanging] =
    (await once(rack)).find(({ collector }) => collector === 'nvme')?.devices ?? [];
  expect(good?.values.source?.value).toBe('nvme_cli');
  expect(refusing?.hint).toContain('Invalid Field in Command');
  expect(refusing?.values).toMatchObject({
    source: { value: 'sysfs' },
    temperature: { value: 41 },
    problem: { value: null },
  });
  expect(zeros?.hint).toContain('the drive’s health log is all zeros');
  expect(zeros?.values).toMatchObject({
    source: { value: 'sysfs' },
    temperature: { value: 41 },
    percentage_used: { value: null },
  });
  expect(rack.plain(broken?.error ?? '')).toMatch(/^nvme smart-log drive 3 -o json: .*Input\/output error/);
  // The question may have been ended already.
  expect(rack.plain(hanging?.error ?? '')).toMatch(/^drive 4: no answer in \d+ s$|^nvme .* timed out after 10 s$/);
  expect(rack.running()).toEqual(new Map());
});
