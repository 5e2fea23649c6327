import { mkdirSync, symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readHostTemperaturesAndFans } from '../../../../src/collectors/host/linux/sensors.ts';
import { SlowSysfsFileReader } from '../../../../src/lib/slow-sysfs-file-reader.ts';
import { silence } from '../../../helpers/silent-file.ts';
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
const read = (...all: Record<string, string>[]) =>
  readHostTemperaturesAndFans(tree(chips(...all)), new SlowSysfsFileReader());

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
  [
    'Marvell',
    [
      { name: 'ap_ic', temp1_input: '61000' },
      { name: 'ap_cpu0', temp1_input: '67000' },
      { name: 'ap_cpu1', temp1_input: '66000' },
    ],
    67,
  ],
  [
    'Layerscape',
    [
      { name: 'ddr_controller', temp1_input: '61000' },
      { name: 'core_cluster', temp1_input: '55000' },
    ],
    55,
  ],
  [
    'Layerscape with several clusters',
    [
      { name: 'cluster6_7', temp1_input: '50000' },
      { name: 'core_cluster1', temp1_input: '58000' },
      { name: 'hsio1', temp1_input: '66000' },
    ],
    58,
  ],
  [
    'older POWER',
    [
      {
        name: 'ibmpowernv',
        temp1_label: 'Core 32-39',
        temp1_input: '47000',
        temp2_label: 'Centaur 1',
        temp2_input: '60000',
      },
    ],
    47,
  ],
  ['Loongson', [{ name: 'cputemp', temp1_label: 'CPU 0 Temperature', temp1_input: '52000' }], 52],
  [
    'a laptop’s controller',
    [
      {
        name: 'cros_ec',
        temp1_label: 'cpu_f75303@4d',
        temp1_input: '52000',
        temp2_label: 'ddr_f75303@4d',
        temp2_input: '55000',
      },
    ],
    52,
  ],
  ['StarFive', [{ name: 'sfctemp', temp1_input: '48000' }], 48],
  [
    'Ampere',
    [{ name: 'smpro_hwmon', temp1_label: 'SoC', temp1_input: '51000', temp2_label: 'SoC VRD', temp2_input: '59000' }],
    51,
  ],
  ['X-Gene', [{ name: 'apm_xgene', temp1_label: 'SoC Temperature', temp1_input: '50000' }], 50],
  [
    'Apple',
    [
      {
        name: 'macsmc_hwmon',
        temp1_label: 'CPU P-Core 1 Temp',
        temp1_input: '41000',
        temp2_label: 'Battery Hotspot',
        temp2_input: '52000',
      },
    ],
    41,
  ],
  [
    'POWER',
    [
      {
        name: 'ibmpowernv',
        temp1_label: 'Chip 0 DIMM 0',
        temp1_input: '58000',
        temp2_label: 'Chip 0 Core 8',
        temp2_input: '43000',
      },
    ],
    43,
  ],
  [
    'a package that says 0: its cores',
    [{ name: 'coretemp', temp1_label: 'Package id 0', temp1_input: '0', temp2_label: 'Core 0', temp2_input: '44000' }],
    44,
  ],
  [
    'a board’s chip that is connected to it',
    [
      { name: 'acpitz', temp1_input: '28000' },
      { name: 'thinkpad', temp1_label: 'CPU', temp1_input: '51000', temp2_label: 'GPU', temp2_input: '80000' },
    ],
    51,
  ],
  [
    'not what is beside it',
    [
      { name: 'nct6798', temp1_label: 'PCH_CPU_TEMP', temp1_input: '60000' },
      { name: 'asusec', temp1_label: 'CPU VRM', temp1_input: '70000', temp2_label: 'CPU Socket', temp2_input: '71000' },
      { name: 'sfc', temp1_label: 'Controller die temp', temp1_input: '72000' },
      { name: 'corsairpsu', temp1_label: 'vrm temp', temp1_input: '50000' },
      { name: 'mlx5', temp1_label: 'asic', temp1_input: '70000' },
    ],
    undefined,
  ],
  ['none', [{ name: 'nct6775', temp1_label: 'SYSTIN', temp1_input: '33000' }], undefined],
])('the processor’s sensor: %s', async (_, all, celsius) =>
  expect((await read(...(all as Record<string, string>[]))).cpu).toBe(celsius),
);

test('a board whose processor is only a thermal zone', async () => {
  const cpu = async (type: string, temp: string) =>
    (await readHostTemperaturesAndFans(tree(zone(type, temp)), new SlowSysfsFileReader())).cpu;
  expect(await cpu('cpu-thermal', '45123\n')).toBe(45.123);
  expect(await cpu('CPU-therm', '45000\n')).toBe(45);
  expect(await cpu('cpu-thermal', '-273200\n')).toBeUndefined();
});

test('the temperature at which the processor protects itself: the lowest, if it is one', async () => {
  const critical = async (...values: string[]) =>
    (
      await read(
        ...values.map((value) => ({
          name: 'coretemp',
          temp1_label: 'Package id 0',
          temp1_input: '47000',
          temp1_crit: value,
        })),
        { name: 'nct6775', temp1_input: '30000', temp1_crit: '70000' },
      )
    ).cpuCritical;
  expect(await critical('100000', '95000')).toBe(95);
  expect(await critical('0')).toBeUndefined();
  expect(await critical('127000', 'x')).toBeUndefined();
});

test('a board’s chip that asks the processor comes before its own sensor, and that before the firmware', async () => {
  const chip = { name: 'nct6775', temp1_label: 'CPUTIN', temp1_input: '51000' };
  const firmware = { name: 'acpitz', temp1_input: '27800' };
  expect((await read(chip, firmware)).cpu).toBe(51);
  expect((await read({ ...chip, temp2_label: 'PECI Agent 0', temp2_input: '63000' }, firmware)).cpu).toBe(63);
  expect((await read({ ...chip, temp2_label: 'TSI0_TEMP', temp2_input: '64000' }, firmware)).cpu).toBe(64);
});

test('a board whose zone is known only by what it cools', async () => {
  const { cpu } = await readHostTemperaturesAndFans(
    tree({
      ...zone('imx_thermal_zone', '48000\n'),
      'sys/class/thermal/thermal_zone0/cdev0/type': 'cpufreq-cpu0\n',
      'sys/class/thermal/thermal_zone1/type': 'board\n',
      'sys/class/thermal/thermal_zone1/temp': '70000\n',
      'sys/class/thermal/thermal_zone1/cdev0/type': 'pwm-fan\n',
    }),
    new SlowSysfsFileReader(),
  );
  expect(cpu).toBe(48);
});

test('a zone that can’t be read gives way to the next source', async () => {
  const files = {
    ...zone('x86_pkg_temp', ''),
    'sys/class/thermal/thermal_zone1/type': 'acpitz\n',
    'sys/class/thermal/thermal_zone1/temp': '40000\n',
  };
  expect((await readHostTemperaturesAndFans(tree(files), new SlowSysfsFileReader())).cpu).toBe(40);
});

test('numbers that stand for none: exact 0, −1 and all ones; of a sensor outdoors 0 is a temperature', async () => {
  const { temperatures, fans } = await read(
    {
      name: 'it8628',
      ...{
        temp1_input: '0',
        temp2_input: '-1',
        temp3_input: '-1000',
        temp4_input: '65535000',
        temp5_input: '4294967295',
      },
      ...{ temp6_input: '-5000', temp7_input: '500' },
      ...{
        fan1_input: '1350000',
        fan2_input: '675000',
        fan3_input: '-1',
        fan4_input: '65535',
        fan5_input: '0',
        fan6_input: '21000',
      },
    },
    { name: 'w1_slave_temp', temp1_input: '0' },
  );
  expect(temperatures.map(({ id, value }) => [id, value])).toEqual([
    ['it8628 temp6', -5],
    ['it8628 temp7', 0.5],
    ['w1_slave_temp temp1', 0],
  ]);
  expect(fans.map(({ value }) => value)).toEqual([undefined, undefined, undefined, undefined, 0, 21_000]);
});

test('drivers with the old registration have their files in the device', async () => {
  const { cpu, temperatures, fans } = await readHostTemperaturesAndFans(
    tree({
      'sys/class/hwmon/hwmon0/device/name': 'applesmc\n',
      'sys/class/hwmon/hwmon0/device/temp1_label': 'TC0P\n',
      'sys/class/hwmon/hwmon0/device/temp1_input': '47250\n',
      'sys/class/hwmon/hwmon0/device/temp2_label': 'TH0A\n',
      'sys/class/hwmon/hwmon0/device/temp2_input': '-127000\n',
      'sys/class/hwmon/hwmon0/device/fan1_label': 'Main \n',
      'sys/class/hwmon/hwmon0/device/fan1_input': '1201\n',
      'sys/class/hwmon/hwmon1/name': 'f71882fg\n',
      'sys/class/hwmon/hwmon1/device/temp1_input': '38000\n',
      'sys/class/hwmon/hwmon2/device/power/runtime_status': 'suspended\n',
      'sys/class/hwmon/hwmon2/device/name': 'radeon\n',
      'sys/class/hwmon/hwmon2/device/temp1_input': '60000\n',
    }),
    new SlowSysfsFileReader(),
  );
  expect(cpu).toBe(47.25);
  expect(temperatures.map(({ id, value }) => [id, value])).toEqual([
    ['f71882fg temp1', 38],
    ['radeon temp1', undefined],
  ]);
  expect(fans.map(({ id, value }) => [id, value])).toEqual([['applesmc Main', 1201]]);
});

/** A chip whose device is linked as in sysfs, below these devices, the outermost first. */
function deviceTree(files: Record<string, string>, path: string) {
  const roots = tree(files);
  symlinkSync(roots.sys('devices', path), roots.sys('class/hwmon/hwmon0/device'));
  return roots;
}

test.each([
  ['a graphics card', 'amdgpu', 'pci0/0000:03:00.0', { 'pci0/0000:03:00.0/power/runtime_status': 'suspended' }],
  [
    'a graphics card on its way',
    'nouveau',
    'pci0/0000:03:00.0',
    { 'pci0/0000:03:00.0/power/runtime_status': 'suspending' },
  ],
  [
    'a Wi-Fi card, by its parent',
    'mt7921_phy0',
    'pci0/0000:04:00.0/ieee80211/phy0',
    {
      'pci0/0000:04:00.0/power/runtime_status': 'suspended',
      'pci0/0000:04:00.0/ieee80211/power/control': 'auto',
      'pci0/0000:04:00.0/ieee80211/phy0/power/runtime_status': 'unsupported',
    },
  ],
  [
    'a USB fan hub, by its USB device',
    'corsaircpro',
    'usb1/1-2/1-2:1.0/0003:1B1C:0C10.0001',
    {
      'usb1/1-2/idVendor': '1b1c',
      'usb1/1-2/power/runtime_status': 'suspended',
      'usb1/1-2/1-2:1.0/power/runtime_status': 'suspended',
      'usb1/1-2/1-2:1.0/0003:1B1C:0C10.0001/power/runtime_status': 'unsupported',
    },
  ],
])('a device that is powered down sleeps on: %s', async (_, name, path, devices) => {
  const roots = deviceTree(
    {
      ...Object.fromEntries(Object.entries(devices).map(([file, text]) => [`sys/devices/${file}`, `${text}\n`])),
      'sys/class/hwmon/hwmon0/name': `${name}\n`,
      'sys/class/hwmon/hwmon0/temp1_label': 'edge\n',
      'sys/class/hwmon/hwmon0/temp1_input': '',
      'sys/class/hwmon/hwmon0/fan1_input': '',
    },
    path,
  );
  // Whoever opens one of these waits.
  for (const file of ['temp1_input', 'fan1_input']) silence(roots.sys('class/hwmon/hwmon0', file));
  const { temperatures, fans } = await readHostTemperaturesAndFans(roots, new SlowSysfsFileReader());
  expect(temperatures.map(({ id, value, error }) => [id, value, error])).toEqual([
    [`${name} edge`, undefined, undefined],
  ]);
  expect(fans.map(({ id, value, error }) => [id, value, error])).toEqual([[`${name} fan1`, undefined, undefined]]);
});

test.each([
  ['it runs', 'pci0/0000:03:00.0', { 'pci0/0000:03:00.0/power/runtime_status': 'active' }],
  ['it has no power management', 'pci0/0000:03:00.0', { 'pci0/0000:03:00.0/power/runtime_status': 'unsupported' }],
  ['its device is unknown', 'nowhere', {}],
])('a device is asked where %s', async (_, path, devices) => {
  const roots = deviceTree(
    {
      ...Object.fromEntries(Object.entries(devices).map(([file, text]) => [`sys/devices/${file}`, `${text}\n`])),
      'sys/class/hwmon/hwmon0/name': 'amdgpu\n',
      'sys/class/hwmon/hwmon0/temp1_input': '41000\n',
    },
    path,
  );
  expect(
    (await readHostTemperaturesAndFans(roots, new SlowSysfsFileReader())).temperatures.map(({ value }) => value),
  ).toEqual([41]);
});

test('a memory sensor is read although its bus controller sleeps between questions, but not one on a graphics card', async () => {
  const on = async (pciClass: string) => {
    const controller = 'pci0/0000:00:1f.4';
    const roots = deviceTree(
      {
        [`sys/devices/${controller}/power/runtime_status`]: 'suspended\n',
        [`sys/devices/${controller}/class`]: `${pciClass}\n`,
        [`sys/devices/${controller}/i2c-0/power/runtime_status`]: 'unsupported\n',
        [`sys/devices/${controller}/i2c-0/0-0018/power/runtime_status`]: 'unsupported\n',
        'sys/bus/pci/x': '',
        'sys/bus/i2c/x': '',
        'sys/class/hwmon/hwmon0/name': 'jc42\n',
        'sys/class/hwmon/hwmon0/temp1_input': '33000\n',
      },
      `${controller}/i2c-0/0-0018`,
    );
    symlinkSync(roots.sys('bus/pci'), roots.sys('devices', controller, 'subsystem'));
    symlinkSync(roots.sys('bus/i2c'), roots.sys('devices', controller, 'i2c-0/0-0018/subsystem'));
    return (await readHostTemperaturesAndFans(roots, new SlowSysfsFileReader())).temperatures[0]?.value;
  };
  expect(await on('0x0c0500')).toBe(33);
  expect(await on('0x030000')).toBeUndefined();
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
  expect(
    (await readHostTemperaturesAndFans(roots, new SlowSysfsFileReader())).temperatures.map(({ id }) => id),
  ).toEqual([
    'amdgpu 0000:03:00.0 edge',
    'amdgpu 0000:0b:00.0 edge',
    'dell_smm Ambient',
    'dell_smm Other temp2',
    'dell_smm Other temp3',
  ]);
});
