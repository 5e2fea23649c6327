import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMachineInventory } from '../../../../src/collectors/host/inventory.ts';
import { CpuUsageReader, readLoadAverage } from '../../../../src/collectors/host/linux/cpu.ts';
import { HostMountsReader } from '../../../../src/collectors/host/linux/host-mounts.ts';
import { readCpuMemoryIoPressure, readMemoryUsage } from '../../../../src/collectors/host/linux/memory-and-pressure.ts';
import { readRebootNeed } from '../../../../src/collectors/host/linux/reboot.ts';
import { readHostTemperaturesAndFans } from '../../../../src/collectors/host/linux/sensors.ts';
import { parseBootTime, readThrottlingAndUnderVoltage } from '../../../../src/collectors/host/linux/system.ts';
import { hostTables } from '../../../../src/collectors/host/metrics/index.ts';
import { parseDistributionName } from '../../../../src/collectors/host/os-release.ts';
import type { HostReading } from '../../../../src/collectors/host/reading.ts';
import { SlowSysfsFileReader } from '../../../../src/lib/slow-sysfs-file-reader.ts';
import { evaluateMetrics } from '../../../../src/loop/evaluate-metrics.ts';
import { tree } from '../../../helpers/tree.ts';

// Whatever a file says, it is read, and nothing is published that can't be.

const oddNumbers = [
  ...['0', '-0', '-1', '1e400', 'nan', '0x10', '1.5', '', ' ', '+7', '٣', '65535', '4294967295', '2147483648'],
  ...['9223372036854775807', '18446744073709551615', '340282366920938463463374607431768211455'],
];

/** Any text, and a real one in which some numbers are others, or that ends early. */
const textLike = (real: string) =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .tuple(fc.array(fc.option(fc.constantFrom(...oddNumbers), { freq: 2 }), { minLength: 1 }), fc.nat(real.length))
      .map(([numbers, end]) => {
        let place = -1;
        return real.slice(0, end === 0 ? undefined : end).replaceAll(/\d+/g, (number) => {
          place += 1;
          return numbers[place % numbers.length] ?? number;
        });
      }),
  );

const limits: Record<string, [least: number, most: number]> = {
  cpu_temperature: [-40, 125],
  cpu_frequency: [0, 20_000],
  boot_time: [0, Number.MAX_VALUE],
};

/** Every value that would be published of the machine is in its range. */
function expectPossible(reading: HostReading): void {
  for (const [key, value] of Object.entries(evaluateMetrics(hostTables.host.metrics, reading).sample)) {
    if (typeof value !== 'number') continue;
    const metric = hostTables.host.metrics[key as keyof typeof hostTables.host.metrics];
    const isShare = 'unit' in metric && metric.unit === '%';
    const [least, most] = limits[key] ?? [0, isShare ? 100 : Number.MAX_VALUE];
    expect(value, key).toBeGreaterThanOrEqual(least);
    expect(value, key).toBeLessThanOrEqual(most);
  }
}

const statText = 'cpu  100 0 50 900 5 0 1 2 0 0\ncpu0 100 0 50 900 5 0 1 2 0 0\nintr 1\nbtime 1767225600\n';
const meminfoText =
  'MemTotal:       16000000 kB\nMemFree:         1000 kB\nMemAvailable:   12000000 kB\nSwapTotal:      2000000 kB\nSwapFree:       1500000 kB\n';
const arcText =
  '13 1 0x01\nname type data\nsize                            4    3000000000\nc_min                           4    1000000000\n';

test('/proc/stat, /proc/uptime, /proc/loadavg', () => {
  const roots = tree({ 'proc/loadavg': '' });
  fc.assert(
    fc.property(
      textLike(statText),
      textLike(statText),
      textLike('3600.00 3500.00\n'),
      textLike('0.52 1.31 12.00 2/345 9999\n'),
      (first, second, uptime, load) => {
        const usage = new CpuUsageReader();
        usage.read(first, 0);
        const cpu = usage.read(second, 1000);
        for (const share of Object.values(cpu ?? {})) expect(share >= 0 && share <= 1, JSON.stringify(cpu)).toBe(true);
        const booted = parseBootTime(second, uptime, Date.UTC(2026, 5, 1));
        expect(Number.isNaN(booted?.getTime() ?? 0)).toBe(false);
        writeFileSync(roots.proc('loadavg'), load);
        expectPossible({ cpu, bootTime: booted, load: readLoadAverage(roots) });
      },
    ),
  );
});

test('/proc/meminfo, /proc/pressure and ZFS’s statistics', () => {
  const roots = tree({ 'proc/spl/kstat/zfs/arcstats': '', 'proc/pressure/memory': '' });
  fc.assert(
    fc.property(
      textLike(meminfoText),
      textLike(arcText),
      textLike('some avg10=0.00 avg60=1.25 avg300=0.50 total=1\n'),
      (meminfo, arc, pressure) => {
        writeFileSync(roots.proc('meminfo'), meminfo);
        writeFileSync(roots.proc('spl/kstat/zfs/arcstats'), arc);
        writeFileSync(roots.proc('pressure/memory'), pressure);
        expectPossible({ memory: readMemoryUsage(roots), pressure: readCpuMemoryIoPressure(roots) });
      },
    ),
  );
});

const chipNames = ['coretemp', 'k10temp', 'nct6798', 'amdgpu', 'w1_slave_temp', 'applesmc', 'cpu_thermal', ''];
const sensorFiles = [
  'temp1_input',
  'temp1_label',
  'temp1_fault',
  'temp1_crit',
  'fan1_input',
  'fan1_label',
  'temp12_input',
];
const sensorText = fc.oneof(
  fc.integer({ min: -300_000, max: 300_000 }).map(String),
  fc.constantFrom(...oddNumbers),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const chip = fc.record({
  folder: fc.constantFrom('', 'device/'),
  name: fc.oneof(fc.constantFrom(...chipNames), fc.string({ unit: 'binary', maxLength: 10 })),
  files: fc.dictionary(fc.constantFrom(...sensorFiles), sensorText),
  runtimeStatus: fc.option(fc.constantFrom('active', 'suspended', 'unsupported', 'x')),
});

test('trees of hwmon and thermal zones', async () => {
  const roots = tree({ 'sys/class/hwmon/': '', 'sys/class/thermal/': '' });
  await fc.assert(
    fc.asyncProperty(fc.array(chip, { maxLength: 3 }), fc.array(sensorText, { maxLength: 2 }), async (chips, zones) => {
      for (const folder of ['hwmon', 'thermal']) rmSync(roots.sys('class', folder), { recursive: true, force: true });
      const put = (path: string, content: string) => {
        mkdirSync(dirname(roots.sys('class', path)), { recursive: true });
        writeFileSync(roots.sys('class', path), content);
      };
      put('thermal/x', '');
      for (const [index, { folder, name, files, runtimeStatus }] of chips.entries()) {
        const place = `hwmon/hwmon${index}`;
        put(`${place}/${folder}name`, `${name}\n`);
        for (const [file, content] of Object.entries(files)) put(`${place}/${folder}${file}`, content);
        if (runtimeStatus !== null) put(`${place}/device/power/runtime_status`, runtimeStatus);
      }
      for (const [index, content] of zones.entries()) {
        put(`thermal/thermal_zone${index}/type`, index === 0 ? 'x86_pkg_temp' : content);
        put(`thermal/thermal_zone${index}/temp`, content);
      }
      const { cpu, cpuCritical, temperatures, fans } = await readHostTemperaturesAndFans(
        roots,
        new SlowSysfsFileReader(),
      );
      for (const celsius of [cpu, ...temperatures.map(({ value }) => value)])
        expect(celsius === undefined || (celsius > -40 && celsius < 125), String(celsius)).toBe(true);
      expect(cpuCritical === undefined || (cpuCritical >= 60 && cpuCritical < 125)).toBe(true);
      for (const { value } of fans) expect(value === undefined || (value >= 0 && value <= 30_000)).toBe(true);
      const ids = [...temperatures, ...fans].map(({ id }) => id);
      expect(ids.every((id) => id !== '')).toBe(true);
      expectPossible({ cpuTemperature: cpu });
    }),
    { numRuns: 60 },
  );
});

test('throttling flags', async () => {
  const roots = tree({ 'sys/devices/platform/soc/soc:firmware/get_throttled': '' });
  await fc.assert(
    fc.asyncProperty(sensorText, async (text) => {
      writeFileSync(roots.sys('devices/platform/soc/soc:firmware/get_throttled'), text);
      expectPossible(await readThrottlingAndUnderVoltage(roots, new SlowSysfsFileReader()));
    }),
  );
});

const releaseText =
  'NAME="Debian GNU/Linux"\nPRETTY_NAME=\'It\\\'s "12"\'\nVERSION_ID=12 # x\nHOME_URL="https://a.example/"\n';

test('os-release: a name is a line of text', () => {
  fc.assert(
    fc.property(textLike(releaseText), (text) => {
      const name = parseDistributionName(text);
      expect(name === undefined || (name === name.trim() && name !== '' && !name.includes('\n'))).toBe(true);
    }),
  );
});

test('bytes in DMI, the device tree and os-release are text or nothing', async () => {
  const roots = tree({ 'sys/class/dmi/id/x': '', 'proc/device-tree/x': '', 'root/etc/x': '' });
  const places = [
    ...['sys_vendor', 'product_name', 'product_version', 'board_name'].map((name) => roots.sys('class/dmi/id', name)),
    roots.proc('device-tree/model'),
    roots.host('etc/os-release'),
    roots.proc('cpuinfo'),
    roots.proc('sys-kernel-osrelease'),
  ];
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(...places), async (bytes, place) => {
      writeFileSync(place, bytes);
      const { machine } = await readMachineInventory(roots);
      for (const text of [machine.manufacturer, machine.model, machine.processor])
        expect(text ?? 'none').not.toMatch(/^$|\p{Cc}|\ufffd/u);
    }),
  );
});

test('names of kernels', () => {
  const roots = tree({ 'proc/sys/kernel/osrelease': '', 'root/boot/x': '' });
  const release = fc.oneof(textLike('6.12.48+deb13-cloud-amd64'), fc.string({ maxLength: 40 }));
  fc.assert(
    fc.property(release, fc.array(release, { maxLength: 3 }), (running, installed) => {
      writeFileSync(roots.proc('sys/kernel/osrelease'), running);
      rmSync(roots.host('boot'), { recursive: true });
      for (const name of installed) {
        const file = name.replaceAll(/[/\0]/g, '_').slice(0, 60);
        mkdirSync(roots.host('boot'), { recursive: true });
        writeFileSync(roots.host('boot', `vmlinuz-${file}`), '');
      }
      mkdirSync(roots.host('boot'), { recursive: true });
      expect([true, false, undefined]).toContain(readRebootNeed(roots, new HostMountsReader(roots).read()).required);
    }),
  );
});
