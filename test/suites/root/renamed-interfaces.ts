// In a network namespace of its own, with its /sys mounted: prints link and rates of net0 and net1 beside what the
// kernel says, before and after they have changed names, and after another one is called net0.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import { DiskAndInterfaceRateCalculator } from '../../../src/collectors/host/linux/disk-and-interface-rate-calculator.ts';
import { HostInterfacesReader } from '../../../src/collectors/host/linux/host-interfaces-reader.ts';
import { hostSettingsSchema } from '../../../src/collectors/host/settings.ts';
import { readClocks } from '../../../src/lib/clocks.ts';
import { SlowSysfsFileReader } from '../../../src/lib/slow-sysfs-file-reader.ts';
import { HostRoots } from '../../../src/model/host-roots.ts';

const ip = (command: string) => execFileSync('ip', command.split(' '));
const rates = new DiskAndInterfaceRateCalculator();
const drivers = new SlowSysfsFileReader();
const settings = z.parse(hostSettingsSchema, { HOST_INTERFACES: 'net0,net1' });
const roots = new HostRoots({ HOST_PROC: '/proc', HOST_SYS: '/sys', HOST_ROOT: '/' });
const reader = new HostInterfacesReader(roots, settings, rates, drivers);

async function observe() {
  rates.begin(readClocks());
  reader.begin();
  drivers.begin();
  const observations = await reader.read({ id: 'machine', name: 'machine' });
  return observations.flatMap((one) =>
    'table' in one && one.table === 'interface' && one.reading !== undefined
      ? {
          name: one.part?.id,
          link: one.reading.link,
          carrier: readFileSync(`/sys/class/net/${one.part?.id}/carrier`, 'utf8') === '1\n',
          hasRate: one.reading.receivedPerSecond !== undefined,
        }
      : [],
  );
}

const seen = [await observe()];
const observeLater = async () => {
  await pause(100);
  seen.push(await observe());
};
await observeLater();
ip('link set net0 name other');
ip('link set net1 name net0');
ip('link set other name net1');
await observeLater();
await observeLater();
ip('link set net0 name other');
await observeLater();
ip('tuntap add net0 mode tap');
ip('link set net0 up');
await observeLater();
console.log(JSON.stringify(seen));
