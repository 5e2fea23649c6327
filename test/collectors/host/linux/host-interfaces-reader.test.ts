import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { DiskAndInterfaceRateCalculator } from '../../../../src/collectors/host/linux/disk-and-interface-rate-calculator.ts';
import { HostInterfacesReader } from '../../../../src/collectors/host/linux/host-interfaces-reader.ts';
import type { InterfaceReading } from '../../../../src/collectors/host/reading.ts';
import { hostSettingsSchema } from '../../../../src/collectors/host/settings.ts';
import { SlowSysfsFileReader } from '../../../../src/lib/slow-sysfs-file-reader.ts';
import { stopClock, withoutLimits } from '../../../helpers/clock.ts';
import { device } from '../../../helpers/sample-collector.ts';
import { saying } from '../../../helpers/saying.ts';
import { silence } from '../../../helpers/silent-file.ts';
import { tree } from '../../../helpers/tree.ts';
import { until } from '../../../helpers/until.ts';

const netDev = (received: number, sent: number) => `eth0: ${received} 1 0 0 0 0 0 0 ${sent} 1 0 0 0 0 0 0\n`;
const megabyte = 1e6;

/** A machine with eth0, read every ten seconds. */
function machine(files: Record<string, string> = {}, settings: Record<string, string> = {}) {
  const roots = tree({
    'proc/net/dev': netDev(0, 0),
    'sys/class/net/eth0/device/vendor': '0x8086',
    'sys/class/net/eth0/ifindex': '2',
    'sys/class/net/eth0/address': '02:00:00:00:00:01',
    'sys/class/net/eth0/speed': '1000',
    ...files,
  });
  const [rates, drivers] = [new DiskAndInterfaceRateCalculator(), new SlowSysfsFileReader()];
  const reader = new HostInterfacesReader(roots, z.parse(hostSettingsSchema, settings), rates, drivers);
  let seconds = 0;
  const readFirst = async () => {
    drivers.begin();
    reader.begin();
    const [first] = await reader.read(device);
    return first !== undefined && 'reading' in first ? (first.reading as Partial<InterfaceReading>) : undefined;
  };
  return {
    roots,
    drivers,
    write: (path: string, content: string) => writeFileSync(roots.sys('class/net/eth0', path), content),
    observe: () => reader.read(device),
    readFirst,
    link: async () => (await readFirst())?.link,
    async read(received: number, sent: number) {
      writeFileSync(roots.proc('net/dev'), netDev(received * megabyte, sent * megabyte));
      seconds += 10;
      rates.begin({ wall: seconds * 1000, monotonic: seconds * 1000 });
      const reading = await readFirst();
      return [reading?.receivedPerSecond, reading?.sentPerSecond];
    },
  };
}
const unknown = [undefined, undefined];

test('rates in bytes per second', async () => {
  const { read } = machine();
  expect(await read(0, 0)).toEqual(unknown);
  expect(await read(1000, 100)).toEqual([100 * megabyte, 10 * megabyte]);
});
test.each([
  ['ifindex', '7'],
  ['address', '02:00:00:00:00:02'],
  ['speed', '2500'],
])('unknown once when the %s is another', async (file, content) => {
  const { read, write } = machine();
  await read(0, 0);
  write(file, content);
  expect(await read(10, 10)).toEqual(unknown);
  expect(await read(20, 20)).toEqual([megabyte, megabyte]);
});
test('a speed that is unknown for a while is the same link', async () => {
  const { read, write } = machine();
  await read(0, 0);
  write('speed', '-1');
  expect(await read(10, 10)).toEqual([megabyte, megabyte]);
});
test('a rate beyond the link’s speed is unknown, and the other direction with it', async () => {
  const { read } = machine();
  await read(0, 0);
  expect(await read(1250, 10)).toEqual([125 * megabyte, megabyte]);
  expect(await read(1250 + 1500, 20)).toEqual(unknown);
});
test('one counter that fell makes the other one doubtful', async () => {
  const { read } = machine();
  await read(100, 100);
  expect(await read(10, 150)).toEqual(unknown);
});
test('the speed of virtual interfaces is made up, but no interface has 400 Gbit/s', async () => {
  const { roots, read } = machine();
  symlinkSync('/sys/bus/virtio/drivers/virtio_net', roots.sys('class/net/eth0/device/driver'));
  await read(0, 0);
  expect(await read(5000, 0)).toEqual([500 * megabyte, 0]);
  expect(await read(505_001, 0)).toEqual(unknown);

  const veth = machine({ 'proc/net/route': 'Iface\tDestination\neth0\t00000000\n' });
  rmSync(dirname(veth.roots.sys('class/net/eth0/device/vendor')), { recursive: true });
  await veth.read(0, 0);
  expect(await veth.read(5000, 0)).toEqual([500 * megabyte, 0]);
});
test.each([
  ['carrier_changes', '3'],
  ['flags', '0x1002'],
  ['ifindex', '3'],
])(
  'the driver is asked for the link again when the kernel has another %s, and every five minutes',
  async (file, content) => {
    const { turn } = stopClock();
    const { link, write } = machine({
      'sys/class/net/eth0/carrier': '1',
      'sys/class/net/eth0/carrier_changes': '2',
      'sys/class/net/eth0/flags': '0x1003',
      // Without a speed no rate is beyond it.
      'sys/class/net/eth0/speed': '-1',
    });
    expect(await link()).toBe(true);
    write('carrier', '0');
    expect(await link()).toBe(true);
    write(file, content);
    expect(await link()).toBe(false);
    write('carrier', '1');
    turn(299);
    expect(await link()).toBe(false);
    turn(1);
    expect(await link()).toBe(true);
  },
);
test('the speed of a bond is that of its members: it is asked for every time', async () => {
  const { roots, link, write } = machine({
    'proc/net/route': 'Iface\tDestination\neth0\t00000000\n',
    'sys/class/net/eth0/carrier': '1',
    'sys/class/net/eth0/carrier_changes': '2',
  });
  rmSync(dirname(roots.sys('class/net/eth0/device/vendor')), { recursive: true });
  expect(await link()).toBe(true);
  write('carrier', '0');
  expect(await link()).toBe(false);
});
test('a rate beyond the speed that was has the driver asked again, though no change was counted', async () => {
  const { read, write } = machine({
    'sys/class/net/eth0/carrier': '1',
    'sys/class/net/eth0/carrier_changes': '2',
  });
  await read(0, 0);
  expect(await read(10, 10)).toEqual([megabyte, megabyte]);
  write('speed', '2500');
  expect(await read(2010, 20)).toEqual(unknown);
  expect(await read(4010, 30)).toEqual(unknown);
  expect(await read(6010, 40)).toEqual([200 * megabyte, megabyte]);
});
test('a speed that was not answered is asked for in the next reading', async () => {
  const { runOut } = withoutLimits();
  const { roots, drivers, readFirst } = machine({
    'sys/class/net/eth0/carrier': '1',
    'sys/class/net/eth0/carrier_changes': '2',
  });
  const speed = roots.sys('class/net/eth0/speed');
  const { answer } = silence(speed);
  const silent = readFirst();
  await until('the question', () => drivers.unanswered.includes(speed));
  runOut();
  await silent;
  await answer('2500\n');
  await until('the answer', () => drivers.unanswered.length === 0);
  rmSync(speed);
  writeFileSync(speed, '2500\n');
  expect(await readFirst()).toMatchObject({ link: true, speedBytesPerSecond: 312_500_000 });
});
test('a kernel that does not count the changes of the carrier: the driver is asked every time', async () => {
  const { link, write } = machine({ 'sys/class/net/eth0/carrier': '1' });
  expect(await link()).toBe(true);
  write('carrier', '0');
  expect(await link()).toBe(false);
});
test('a driver that did not answer is asked again in the next reading', async () => {
  const { runOut } = withoutLimits();
  const { roots, drivers, link } = machine({ 'sys/class/net/eth0/carrier_changes': '2' });
  const carrier = roots.sys('class/net/eth0/carrier');
  const { answer } = silence(carrier);
  const silent = link();
  await until('the question', () => drivers.unanswered.includes(carrier));
  runOut();
  expect(await silent).toBeUndefined();
  await answer('1\n');
  await until('the answer', () => drivers.unanswered.length === 0);
  rmSync(carrier);
  writeFileSync(carrier, '1\n');
  expect(await link()).toBe(true);
});
test('an interface without a line in net/dev fails alone', async () => {
  const { observe } = machine();
  expect(await observe()).toMatchObject([{ error: { message: expect.stringMatching(/^eth0: not in .*net\/dev$/) } }]);
});
test('an interface that the settings name and that is not there is told, with those that are', async () => {
  const { observe } = machine({}, { HOST_INTERFACES: 'eth0,eth7,wg*' });
  expect((await observe()).at(-1)).toEqual({
    key: 'HOST_INTERFACES eth7',
    complaint: saying('HOST_INTERFACES: there is no interface eth7; found: eth0'),
  });
});
