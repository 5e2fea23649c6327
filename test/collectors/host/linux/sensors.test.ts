import { mkdirSync, symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readHostSensors } from '../../../../src/collectors/host/linux/sensors.ts';
import { DriverFileReader } from '../../../../src/lib/driver-file-reader.ts';
import { tree } from '../../../helpers/tree.ts';

/** Chips with their files, in order: `[{ name: 'coretemp', temp1_input: '47000' }]`. */
const chips = (...all: Record<string, string>[]) =>
  Object.assign(
    {},
    ...all.map((files, index) =>
      Object.fromEntries(
        Object.entries(files).map(([file, content]) => [`sys/class/hwmon/hwmon${index}/${file}`, `${content}\n`]),
      ),
    ),
  );
const zone = (type: string, temp: string) => ({
  'sys/class/thermal/thermal_zone0/type': type,
  'sys/class/thermal/thermal_zone0/temp': temp,
});
const read = (...all: Record<string, string>[]) => readHostSensors(tree(chips(...all)), new DriverFileReader());

test.each([
  [
    'Intel',
    [
      { name: 'acpitz', temp1_input: '27800' },
      {
        name: 'coretemp',
        temp1_label: 'Package id 0',
        temp1_input: '47000',
        temp2_label: 'Core 0',
        temp2_input: '49000',
      },
    ],
    47,
  ],
  [
    'Intel without a package sensor: the hottest core',
    [{ name: 'coretemp', temp2_label: 'Core 0', temp2_input: '41000', temp3_label: 'Core 1', temp3_input: '44000' }],
    44,
  ],
  [
    'two processors: the hotter one',
    [
      { name: 'coretemp', temp1_label: 'Package id 0', temp1_input: '40000' },
      { name: 'coretemp', temp1_label: 'Package id 1', temp1_input: '55000' },
    ],
    55,
  ],
  [
    'AMD with an offset',
    [{ name: 'k10temp', temp1_label: 'Tctl', temp1_input: '77000', temp2_label: 'Tdie', temp2_input: '50000' }],
    50,
  ],
  [
    'AMD',
    [{ name: 'k10temp', temp1_label: 'Tctl', temp1_input: '61250', temp3_label: 'Tccd1', temp3_input: '70000' }],
    61.25,
  ],
  ['old AMD without labels', [{ name: 'k10temp', temp1_input: '33000' }], 33],
  [
    'Raspberry Pi',
    [
      { name: 'cpu_thermal', temp1_input: '55017' },
      { name: 'rp1_adc', temp1_input: '60000' },
    ],
    55.017,
  ],
  [
    'Rockchip: the hottest cluster',
    [
      { name: 'gpu_thermal', temp1_input: '70000' },
      { name: 'soc_thermal', temp1_input: '41000' },
      { name: 'bigcore0_thermal', temp1_input: '43000' },
    ],
    43,
  ],
  [
    'ACPI only',
    [
      { name: 'acpitz', temp1_input: '38000' },
      { name: 'nvme', temp1_input: '60000' },
    ],
    38,
  ],
  ['none', [{ name: 'nct6775', temp1_label: 'SYSTIN', temp1_input: '33000' }], undefined],
])('the processor’s sensor: %s', async (_, all, celsius) =>
  expect((await read(...(all as Record<string, string>[]))).cpu).toBe(celsius),
);

test('a board whose processor is only a thermal zone', async () => {
  const cpu = async (type: string, temp: string) =>
    (await readHostSensors(tree(zone(type, temp)), new DriverFileReader())).cpu;
  expect(await cpu('cpu-thermal', '45123\n')).toBe(45.123);
  expect(await cpu('CPU-therm', '45000\n')).toBe(45);
  expect(await cpu('cpu-thermal', '-273200\n')).toBeUndefined();
});

test('unconnected, faulty or unreadable inputs are no sensors; a fan that stands still is one', async () => {
  const { temperatures, fans } = await read({
    name: 'nct6775',
    temp1_input: '33000',
    temp2_input: '-62000',
    temp3_input: '127500',
    temp4_input: '25000',
    temp4_fault: '1',
    temp5_input: '',
    fan1_input: '812',
    fan2_input: '0',
  });
  expect(temperatures.map(({ id, value }) => [id, value])).toEqual([['nct6775 temp1', 33]]);
  expect(fans.map(({ id, value }) => [id, value])).toEqual([
    ['nct6775 fan1', 812],
    ['nct6775 fan2', 0],
  ]);
});

test('sensors of drives are not read, because some drives wake up', async () =>
  expect(
    (
      await read(
        { name: 'drivetemp', temp1_input: '30000' },
        { name: 'nvme', temp1_label: 'Composite', temp1_input: '38850' },
      )
    ).temperatures,
  ).toEqual([]));

test('sensor ids are unique: equal chips get their address, equal labels their number', async () => {
  const roots = tree(
    chips(
      { name: 'amdgpu', temp1_label: 'edge', temp1_input: '40000' },
      { name: 'amdgpu', temp1_label: 'edge', temp1_input: '41000' },
      {
        name: 'dell_smm',
        temp1_label: 'Ambient',
        temp1_input: '30000',
        temp2_label: 'Other',
        temp2_input: '31000',
        temp3_label: 'Other',
        temp3_input: '32000',
      },
    ),
  );
  for (const [index, place] of ['0000:03:00.0', '0000:0b:00.0'].entries()) {
    mkdirSync(roots.sys('devices', place), { recursive: true });
    symlinkSync(roots.sys('devices', place), roots.sys(`class/hwmon/hwmon${index}/device`));
  }
  expect((await readHostSensors(roots, new DriverFileReader())).temperatures.map(({ id }) => id)).toEqual([
    'amdgpu 0000:03:00.0 edge',
    'amdgpu 0000:0b:00.0 edge',
    'dell_smm Ambient',
    'dell_smm Other temp2',
    'dell_smm Other temp3',
  ]);
});
