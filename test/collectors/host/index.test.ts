import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { hostCollector } from '../../../src/collectors/host/index.ts';
import { hostSettingsSchema } from '../../../src/collectors/host/settings.ts';
import { SharedOrPerNameValues } from '../../../src/model/shared-or-per-name-values.ts';
import { stopClock } from '../../helpers/clock.ts';
import { memory } from '../../helpers/memory.ts';
import { agent } from '../../helpers/sample-collector.ts';
import { tree } from '../../helpers/tree.ts';

const counters = (ticks: number, bytes: number) => ({
  'proc/stat': `cpu ${ticks} 0 0 ${ticks} 0 0 0 0\ncpu0 ${ticks} 0 0 ${ticks} 0 0 0 0\n`,
  'proc/net/dev': `eth0: ${bytes} 1 0 0 0 0 0 0 ${2 * bytes} 1 0 0 0 0 0 0\n`,
});

/** The first reading of a machine that has these files besides. */
async function firstReading(files: Record<string, string>) {
  const { turn, waits } = stopClock();
  const roots = tree({ ...counters(1000, 0), 'proc/1/mountinfo': '', ...files });
  const env = {
    ...z.parse(hostSettingsSchema, {}),
    HOST_FILESYSTEM_LIMIT: new SharedOrPerNameValues<number>(undefined, new Map()),
  };
  const source = await hostCollector.open(env, { agent, hostRoots: roots, state: {} as never, memory: memory({}) });
  if ('inactiveReason' in source) throw new Error(source.inactiveReason);
  const first = source.read(new AbortController().signal);
  await waits(0.5);
  const later = counters(1025, 5000);
  writeFileSync(roots.proc('stat'), later['proc/stat']);
  writeFileSync(roots.proc('net/dev'), later['proc/net/dev']);
  turn(0.5);
  return first;
}

test.runIf(process.platform === 'linux')('the first reading has the processor’s use and rates', async () => {
  expect(await firstReading({ 'sys/class/net/eth0/device/vendor': '0x8086' })).toMatchObject([
    { table: 'host', reading: { cpu: { used: 0.5, user: 0.5 } } },
    { table: 'interface', reading: { receivedPerSecond: 10_000, sentPerSecond: 20_000 } },
  ]);
});

test.runIf(process.platform === 'linux').each<[string, Record<string, string>, object]>([
  [
    'a virtual machine that says no maker is its hypervisor’s',
    { 'sys/devices/system/clocksource/clocksource0/available_clocksource': 'kvm-clock tsc' },
    { manufacturer: 'KVM', model: 'Virtual machine (KVM)' },
  ],
  ['a maker that is said stays', { 'sys/class/dmi/id/sys_vendor': 'QEMU' }, { manufacturer: 'QEMU' }],
  ['a hypervisor without a name makes none', {}, { manufacturer: undefined, model: 'Virtual machine' }],
])('%s', async (_, files, expected) => {
  const [host] = await firstReading({ 'proc/cpuinfo': 'flags : fpu hypervisor', ...files });
  const device = host !== undefined && 'device' in host ? host.device : undefined;
  expect({ manufacturer: device?.manufacturer, model: device?.model }).toMatchObject(expected);
});
