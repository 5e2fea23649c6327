import { rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { DiskAndInterfaceRateCalculator } from '../../../../src/collectors/host/linux/disk-and-interface-rate-calculator.ts';
import { HostDiskActivityReader } from '../../../../src/collectors/host/linux/host-disk-activity-reader.ts';
import { hostSettingsSchema } from '../../../../src/collectors/host/settings.ts';
import { SlowSysfsFileReader } from '../../../../src/lib/slow-sysfs-file-reader.ts';
import { partsPerTurn } from '../../../../src/model/event-loop-turns.ts';
import { renderTranslatableText } from '../../../../src/model/translation.ts';
import { stopClock } from '../../../helpers/clock.ts';
import { memory } from '../../../helpers/memory.ts';
import { device } from '../../../helpers/sample-collector.ts';
import { silence } from '../../../helpers/silent-file.ts';
import { tree } from '../../../helpers/tree.ts';
import { turnsUntil } from '../../../helpers/turns.ts';
import { until } from '../../../helpers/until.ts';

const disk = (name: string, files: Record<string, string> = {}) =>
  Object.fromEntries(
    Object.entries({ size: '1000', 'device/model': 'X', ...files }).map(([file, content]) => [
      `sys/block/${name}/${file}`,
      content,
    ]),
  );
const diskstats = ['sda', 'sdb', 'vda', 'nvme0n1'].map((name) => `8 0 ${name} 1 0 8 1 1 0 8 1 0 1 1`).join('\n');

/** A machine's disks as they are now; `remembered` is what the broker keeps. */
function disks(
  files: Record<string, string>,
  remembered: ReturnType<typeof memory> = memory({}),
  settings: Record<string, string> = {},
) {
  const roots = tree({ 'proc/diskstats': diskstats, ...files });
  const drivers = new SlowSysfsFileReader();
  const reader = new HostDiskActivityReader(
    roots,
    z.parse(hostSettingsSchema, settings),
    new DiskAndInterfaceRateCalculator(),
    drivers,
    remembered,
  );
  return {
    roots,
    async read() {
      drivers.begin();
      reader.begin();
      const found = await reader.read(device);
      return found.map((one) => ('table' in one ? (one.part ?? '') : renderTranslatableText(one.complaint)));
    },
  };
}

test('disks are known by what their drivers and buses tell', async () => {
  const page = `\0\x80\0\x08WD-A1   `;
  const { roots, read } = disks(
    {
      ...disk('sda', { 'device/wwid': 'naa.5a\n' }),
      ...disk('sdb', { 'device/wwid': 't10.ATA     Maker  S9' }),
      ...disk('nvme0n1', { wwid: 'eui.01', 'device/serial': 'S5GX   \n' }),
      ...disk('vda', { serial: 'disk-7' }),
    },
    memory({ thing_1: { disks: [] } }),
  );
  writeFileSync(roots.sys('block/sda/device/vpd_pg80'), Buffer.from(page, 'latin1'));
  expect(await read()).toEqual([
    { id: 'S5GX', name: 'Disk nvme0n1', label: 'nvme0n1' },
    { id: 'WD-A1', name: 'Disk sda', label: 'sda' },
    { id: 't10.ATA Maker S9', name: 'Disk sdb', label: 'sdb' },
    { id: 'disk-7', name: 'Disk vda', label: 'vda' },
  ]);
});

test('a number of nothing but zeros, or none, leaves the kernel name', async () => {
  const { read } = disks(
    { ...disk('sda', { 'device/serial': '000000000000' }), ...disk('sdb') },
    memory({ thing_1: { disks: [] } }),
  );
  expect(await read()).toEqual([
    { id: 'sda', name: 'Disk sda' },
    { id: 'sdb', name: 'Disk sdb' },
  ]);
});

test('a disk keeps its id when the kernel names it otherwise', async () => {
  const kept = memory({});
  const first = disks(
    { ...disk('sda', { 'device/wwid': 'naa.5a' }), ...disk('sdb', { 'device/wwid': 'naa.5b' }) },
    kept,
  );
  await first.read();
  expect(kept.contents.get('thing_1')).toEqual({
    disks: [
      { id: 'sda', wwid: 'naa.5a' },
      { id: 'sdb', wwid: 'naa.5b' },
    ],
  });
  const swapped = disks(
    { ...disk('sda', { 'device/wwid': 'naa.5b' }), ...disk('sdb', { 'device/wwid': 'naa.5a' }) },
    kept,
  );
  expect(await swapped.read()).toEqual([
    { id: 'sdb', name: 'Disk sda', label: 'sda' },
    { id: 'sda', name: 'Disk sdb', label: 'sdb' },
  ]);
});

test('another disk under the same name while the agent runs', async () => {
  const { roots, read } = disks({ ...disk('sda', { 'device/wwid': 'naa.5a', diskseq: '3' }) });
  expect(await read()).toEqual([{ id: 'sda', name: 'Disk sda' }]);
  writeFileSync(roots.sys('block/sda/device/wwid'), 'naa.5b');
  writeFileSync(roots.sys('block/sda/diskseq'), '9');
  expect(await read()).toEqual([{ id: 'naa.5b', name: 'Disk sda', label: 'sda' }]);
});

test('before a broker has told the known disks there are none, for five minutes', async () => {
  const { turn } = stopClock();
  const kept = memory();
  const { read } = disks(disk('sda', { 'device/wwid': 'naa.5a' }), kept);
  expect(await read()).toEqual([]);
  kept.load({ thing_1: { disks: [{ id: 'sdb', wwid: 'naa.5a' }] } });
  expect(await read()).toEqual([{ id: 'sdb', name: 'Disk sda', label: 'sda' }]);

  const without = disks(disk('sda', { 'device/wwid': 'naa.5a' }), memory());
  expect(await without.read()).toEqual([]);
  turn(300);
  expect(await without.read()).toEqual([{ id: 'sda', name: 'Disk sda' }]);
});

test('a disk that does not tell its serial number is left out, not mistaken', async () => {
  const { roots, read } = disks({ ...disk('vda', { serial: '' }), ...disk('sdb') });
  const { answer } = silence(roots.sys('block/vda/serial'));
  expect(await read()).toEqual([{ id: 'sdb', name: 'Disk sdb' }]);
  await answer('disk-7');
  rmSync(roots.sys('block/vda/serial'));
  writeFileSync(roots.sys('block/vda/serial'), 'disk-7');
});

test('a disk that the settings name and that is not there is told, with those that are', async () => {
  const { read } = disks(disk('sda'), memory({}), { HOST_DISKS: 'sda,sdq,nvme*' });
  expect(await read()).toEqual([{ id: 'sda', name: 'Disk sda' }, 'HOST_DISKS: there is no disk sdq; found: sda']);
});

test('the event loop does other work while many disks are read', async () => {
  const names = Array.from({ length: 500 }, (_, index) => `sd${index}`);
  const { read } = disks(
    {
      'proc/diskstats': names.map((name) => `8 0 ${name} 1 0 8 1 1 0 8 1 0 1 1`).join('\n'),
      ...Object.assign({}, ...names.map((name) => disk(name, { diskseq: '1', wwid: `naa.${name}` }))),
    },
    memory({ thing_1: { disks: [] } }),
  );
  // What disks are known by is read within a time, and on a busy machine in several readings.
  await until('all are known', async () => {
    const found = await read();
    return found.length === 500 && found.every((part) => typeof part === 'object');
  });
  // No more than the counters and the sequence numbers are read.
  expect(await turnsUntil(read())).toBeGreaterThanOrEqual((2 * 500) / partsPerTurn - 2);
});
