import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { LinuxHostReader } from '../../../../src/collectors/host/linux/index.ts';
import { hostTables } from '../../../../src/collectors/host/metrics/index.ts';
import { hostSettingsSchema } from '../../../../src/collectors/host/settings.ts';
import { evaluateMetrics } from '../../../../src/loop/evaluate-metrics.ts';
import type { HostRoots } from '../../../../src/model/host-roots.ts';
import type { AnyMetricDeclaration } from '../../../../src/model/metric.ts';
import { possibleRangeOfUnit } from '../../../../src/model/unit.ts';
import { withoutLimits } from '../../../helpers/clock.ts';
import { memory } from '../../../helpers/memory.ts';
import { device } from '../../../helpers/sample-collector.ts';
import { tree } from '../../../helpers/tree.ts';

// A whole machine, each of whose files may say anything.

const files = {
  'proc/stat': 'cpu  100 0 50 900 5 0 1 2 0 0\ncpu0 100 0 50 900 5 0 1 2 0 0\nbtime 1767225600\n',
  'proc/meminfo':
    'MemTotal: 16000000 kB\nMemAvailable: 12000000 kB\nSwapTotal: 2000000 kB\nSwapFree: 1500000 kB\n'.replaceAll(
      ': ',
      ':  ',
    ),
  'proc/diskstats': '   8       0 sda 100 1 8000 1 100 1 9000 1 0 50 1\n',
  'proc/net/dev': 'h\nh\n  eth0: 5000 1 0 0 0 0 0 0 1000 1 0 0 0 0 0 0\n',
  'proc/net/route': 'Iface\tDestination\neth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\n',
  'proc/net/if_inet6': '20010db8000000000000000000000001 02 40 00 80     eth0\n',
  'proc/1/mountinfo':
    '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n23 22 8:2 / /data rw - xfs /dev/sdb1 rw\n',
  'proc/self/mountinfo': '22 1 8:1 / / rw - ext4 /dev/sda1 rw\n',
  'proc/loadavg': '0.52 1.31 12.00 2/345 9999\n',
  'proc/uptime': '3600.00 3500.00\n',
  'proc/pressure/cpu': 'some avg10=0.00 avg60=1.25 avg300=0.50 total=1\n',
  'sys/block/sda/size': '1953525168\n',
  'sys/block/sda/device/serial': 'S1\n',
  'sys/block/sda/diskseq': '3\n',
  'sys/class/net/eth0/speed': '1000\n',
  'sys/class/net/eth0/carrier': '1\n',
  'sys/class/net/eth0/device/vendor': '0x8086\n',
  'sys/class/hwmon/hwmon0/name': 'coretemp\n',
  'sys/class/hwmon/hwmon0/temp1_input': '45000\n',
  'sys/class/hwmon/hwmon0/fan1_input': '1200\n',
  'sys/class/hwmon/hwmon1/name': 'nct6798\n',
  'sys/class/hwmon/hwmon1/temp1_input': '34000\n',
  'sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq': '1800000\n',
  'sys/devices/platform/soc/soc:firmware/get_throttled': '50005\n',
};
type File = keyof typeof files;
const paths = Object.keys(files) as File[];

const oddNumbers = ['0', '-1', '1e400', 'nan', '', '4294967295', '18446744073709551615', '99999999999999999999999'];
const anyContent = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }).map((text) => () => text),
  fc
    .array(fc.option(fc.constantFrom(...oddNumbers), { freq: 2 }), { minLength: 1, maxLength: 8 })
    .map((numbers) => (content: string) => {
      let index = -1;
      return content.replaceAll(/\d+/g, (number) => {
        index += 1;
        return numbers[index % numbers.length] ?? number;
      });
    }),
  fc.nat(60).map((end) => (content: string) => content.slice(0, end)),
);
const changes = fc.array(fc.tuple(fc.constantFrom(...paths), anyContent), { maxLength: 4 });

/** The values of a table that are outside the ends of their gauges. */
function impossible(table: keyof typeof hostTables, reading: unknown): string[] {
  const metrics = hostTables[table].metrics as Record<string, AnyMetricDeclaration>;
  const { sample } = evaluateMetrics(metrics as never, reading as never);
  return Object.entries(sample).flatMap(([key, value]) => {
    if (typeof value !== 'number') return [];
    const metric = metrics[key];
    const unit = metric !== undefined && 'unit' in metric ? metric.unit : undefined;
    const { least, most } = possibleRangeOfUnit(unit);
    return value >= least && value <= most ? [] : [`${table} ${key}: ${value}`];
  });
}

const read = (reader: LinuxHostReader) =>
  reader.read(device, {}).then((observations) => observations.filter((observation) => 'table' in observation));
const readerOf = (roots: HostRoots) => new LinuxHostReader(roots, z.parse(hostSettingsSchema, {}), memory({}));

test('the machine as it is has something in each table', async () => {
  withoutLimits();
  const seen = await read(readerOf(tree({ 'root/data/': '', ...files })));
  expect(new Set(seen.map(({ table }) => table))).toEqual(new Set(Object.keys(hostTables)));
});

test('every reading succeeds, and no value is outside the ends of its gauge', async () => {
  withoutLimits();
  await fc.assert(
    fc.asyncProperty(changes, changes, async (first, second) => {
      const roots = tree({ 'root/data/': '', ...files });
      const reader = readerOf(roots);
      for (const changed of [first, second]) {
        for (const [path, change] of changed) {
          const place = join(roots.proc('..'), path);
          mkdirSync(dirname(place), { recursive: true });
          writeFileSync(place, change(files[path]));
        }
        const seen = await read(reader);
        expect(seen.map(({ table }) => table)).toContain('host');
        for (const { table, reading } of seen)
          if (reading !== undefined) expect(impossible(table as keyof typeof hostTables, reading)).toEqual([]);
      }
    }),
    { numRuns: 40 },
  );
});
