import { expect, test } from 'vitest';
import {
  type NvmeDrive,
  nvmeDriveDevice,
  nvmeDrivesOfControllers,
} from '../../../../src/collectors/storage/nvme/drives.ts';
import { selectWatchedAndExcludedDrives } from '../../../../src/collectors/storage/nvme/select-drives.ts';
import { readNvmeControllers } from '../../../../src/collectors/storage/nvme/sysfs.ts';
import { renderTranslatableText } from '../../../../src/model/translation.ts';
import { agent } from '../../../helpers/sample-collector.ts';
import { tree } from '../../../helpers/tree.ts';

interface Told {
  serial?: string;
  model?: string;
  state?: string;
  subsysnqn?: string;
  address?: string;
  cntrltype?: string;
  /** Names in the controller's folder: `nvme0n1`, or `nvme0c1n1` with several controllers. */
  namespaces?: string[];
}

const controller = (name: string, { namespaces = [], ...told }: Told): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries({
      serial: `SN-${name}`,
      model: 'Maker X 1TB',
      firmware_rev: '1.0',
      state: 'live',
      transport: 'pcie',
      subsysnqn: `nqn:${name}`,
      address: `0000:0${name.at(-1)}:00.0`,
      ...told,
    }).map(([key, value]) => [`sys/class/nvme/${name}/${key}`, `${value.padEnd(20)}\n`]),
  ),
  ...Object.fromEntries(namespaces.map((namespace) => [`sys/class/nvme/${name}/${namespace}/`, ''])),
});

const block = (name: string, size = 2_097_152, wwid = 'nvme.1b36-51-51-00000001') => ({
  [`sys/block/${name}/size`]: `${size}\n`,
  [`sys/block/${name}/nsid`]: `${name.split('n').at(-1)}\n`,
  [`sys/block/${name}/wwid`]: `${wwid}\n`,
  [`sys/block/${name}/queue/logical_block_size`]: '512\n',
});

const found = (files: Record<string, string>): NvmeDrive[] =>
  nvmeDrivesOfControllers(readNvmeControllers(tree(files).sys()) ?? []);

const told = (drives: readonly NvmeDrive[]) =>
  drives.map(
    ({ id, controllers, namespaces }) =>
      `${id}: ${controllers.map(({ name }) => name).join(' ')}; ${namespaces.map(({ name }) => name).join(' ')}`,
  );

test('a drive is identified by its serial number, whatever its number on this boot', () => {
  const drives = found({
    ...controller('nvme0', { serial: 'A', namespaces: ['nvme0n1'] }),
    ...block('nvme0n1'),
    ...controller('nvme10', { serial: 'C' }),
    ...controller('nvme2', { serial: 'B' }),
  });
  expect(told(drives)).toEqual(['A: nvme0; nvme0n1', 'B: nvme2; ', 'C: nvme10; ']);
  expect(drives[0]?.namespaces[0]).toMatchObject({ id: 1, capacity: 1_073_741_824, blockSize: 512 });
});

test('two controllers of one drive are one drive, with the visible namespace of both', () => {
  const shared = { serial: 'C', subsysnqn: 'nqn:c' };
  const drives = found({
    ...controller('nvme2', { ...shared, namespaces: ['nvme2c2n1'] }),
    ...controller('nvme4', { ...shared, namespaces: ['nvme2c4n1'] }),
    ...block('nvme2n1'),
    ...block('nvme2c2n1'),
  });
  expect(told(drives)).toEqual(['C: nvme2 nvme4; nvme2n1']);
});

test('the numbers of a controller and of its namespace can differ', () => {
  expect(
    told(found({ ...controller('nvme4', { serial: 'A', namespaces: ['nvme2c4n1'] }), ...block('nvme2n1') })),
  ).toEqual(['A: nvme4; nvme2n1']);
});

test('empty and placeholder serial numbers are replaced by a stable substitute', () => {
  const drives = found({
    ...controller('nvme0', { serial: '', namespaces: ['nvme0n1'] }),
    ...block('nvme0n1', 8, 'eui.0025385b21b1f3a4'),
    ...controller('nvme1', { serial: '0000000000', namespaces: ['nvme1n1'] }),
    ...block('nvme1n1'),
  });
  expect(drives.map(({ id }) => id)).toEqual(['Maker X 1TB eui.0025385b21b1f3a4', 'Maker X 1TB 0000:01:00.0']);
});

test('two drives with the same serial number are two drives', () => {
  const drives = found({
    ...controller('nvme0', { serial: 'DUP', subsysnqn: 'nqn:same', address: '0000:01:00.0' }),
    ...controller('nvme1', { serial: 'DUP', subsysnqn: 'nqn:other', address: '0000:02:00.0' }),
    ...controller('nvme2', { serial: 'ONE', subsysnqn: 'nqn:same', address: '0000:03:00.0' }),
  });
  expect(drives.map(({ id }) => id)).toEqual(['Maker X 1TB 0000:01:00.0', 'Maker X 1TB 0000:02:00.0', 'ONE']);
});

test('discovery controllers are no drives', () => {
  expect(found(controller('nvme0', { cntrltype: 'discovery' }))).toEqual([]);
});

test('without an NVMe driver there are no controllers', () =>
  expect(readNvmeControllers(tree({}).sys())).toBeUndefined());

test('the device has its model; drives of one model get the end of their serial number', () => {
  const drives = found({
    ...controller('nvme0', { serial: 'S4EWNX0N123456', model: 'Samsung SSD 980', namespaces: ['nvme0n1'] }),
    'sys/class/nvme/nvme0/device/vendor': '0x144d\n',
    ...controller('nvme1', { serial: 'T1', model: 'Twin' }),
    ...controller('nvme2', { serial: 'T-000002', model: 'Twin' }),
  });
  expect(drives.map((drive) => nvmeDriveDevice(agent, drive, drives))).toEqual([
    {
      id: 'S4EWNX0N123456',
      name: 'nas Samsung SSD 980',
      manufacturer: 'Samsung',
      model: 'Samsung SSD 980',
      serialNumber: 'S4EWNX0N123456',
      softwareVersion: '1.0',
      via: 'nas',
    },
    { id: 'T1', name: 'nas Twin T1', model: 'Twin', serialNumber: 'T1', softwareVersion: '1.0', via: 'nas' },
    {
      id: 'T-000002',
      name: 'nas Twin 000002',
      model: 'Twin',
      serialNumber: 'T-000002',
      softwareVersion: '1.0',
      via: 'nas',
    },
  ]);
});

test('a drive that does not tell its model is named for what it is', () => {
  const drives = found(controller('nvme0', { serial: 'S1', model: '' }));
  expect(drives.map((drive) => nvmeDriveDevice(agent, drive, drives))).toEqual([
    { id: 'S1', name: 'nas NVMe drive', serialNumber: 'S1', softwareVersion: '1.0', via: 'nas' },
  ]);
});

test('NVME_DEVICES accepts controllers, namespaces and serial numbers, and missing drives are complaints', () => {
  const drives = found({
    ...controller('nvme90', { serial: 'A', namespaces: ['nvme90n1'] }),
    ...block('nvme90n1'),
    ...controller('nvme91', { serial: 'B', namespaces: ['nvme91n1'] }),
    ...block('nvme91n1'),
    ...controller('nvme92', { serial: 'C' }),
    ...controller('nvme93', { serial: 'D' }),
  });
  const { watched, excluded, complaints } = selectWatchedAndExcludedDrives(drives, [
    '/dev/nvme90',
    '/dev/nvme91n1',
    'C',
    '/dev/nvme97',
    'Z',
  ]);
  expect(watched.map(({ id }) => id)).toEqual(['A', 'B', 'C']);
  expect(excluded.map(({ id }) => id)).toEqual(['D']);
  const drivesFound = 'drives found: /dev/nvme90 (A); /dev/nvme91 (B); /dev/nvme92 (C); /dev/nvme93 (D)';
  expect(complaints.map(({ complaint }) => renderTranslatableText(complaint))).toEqual([
    `NVME_DEVICES: there is no drive /dev/nvme97; ${drivesFound}`,
    `NVME_DEVICES: there is no drive Z; ${drivesFound}`,
  ]);
});

// As https://pci-ids.ucw.cz writes them.
test.each([
  [0x025e, 'Solidigm'],
  [0x106b, 'Apple'],
  [0x1179, 'Toshiba'],
  [0x1344, 'Micron'],
  [0x1414, 'Microsoft'],
  [0x144d, 'Samsung'],
  [0x15b7, 'Western Digital'],
  [0x1ae0, 'Google'],
  [0x1b1c, 'Corsair'],
  [0x1b36, 'QEMU'],
  [0x1b96, 'Western Digital'],
  [0x1bb1, 'Seagate'],
  [0x1c58, 'HGST'],
  [0x1c5c, 'SK hynix'],
  [0x1cc1, 'ADATA'],
  [0x1d0f, 'Amazon'],
  [0x1d97, 'Lexar'],
  [0x1e0f, 'KIOXIA'],
  [0x1e49, 'YMTC'],
  [0x2646, 'Kingston'],
  [0x8086, 'Intel'],
  [0xc0a9, 'Crucial'],
  [0xffff, undefined],
])('PCI vendor id %i is %s', (vendor, manufacturer) => {
  const [drive] = found({
    ...controller('nvme0', {}),
    'sys/class/nvme/nvme0/device/vendor': `0x${vendor.toString(16)}\n`,
  });
  expect(drive && nvmeDriveDevice(agent, drive, [drive]).manufacturer).toBe(manufacturer);
});
