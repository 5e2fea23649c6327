import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { isPlaceholderSerial, readDriveIdentity } from '../../../../src/collectors/storage/drives/drive-identity.ts';
import { tree } from '../../../helpers/tree.ts';

test('a SATA drive: its whole model and its slot by udev, its serial number by its own page', () => {
  const roots = tree({
    'sys/block/sdb/dev': '8:16\n',
    'sys/block/sdb/device/vendor': 'ATA     \n',
    'sys/block/sdb/device/model': 'WDC WD40EFRX-68N\n',
    'sys/block/sdb/device/vpd_pg80': '\0\x80\0\x14     WD-WCC7K0AAAAAA',
    'sys/block/sdb/device/wwid': 'naa.50014ee2b0000001\n',
    'root/run/udev/data/b8:16': [
      'S:disk/by-id/ata-WDC_WD40EFRX-68N32N0_WD-WCC7K0AAAAAA',
      'E:ID_MODEL_ENC=WDC\\x20WD40EFRX-68N32N0\\x20\\x20\\x20',
      'E:ID_SERIAL_SHORT=WD-WCC7K0AAAAAA',
      'E:ID_REVISION=82.00A82',
      'E:ID_PATH=pci-0000:00:1f.2-ata-2',
    ].join('\n'),
  });
  expect(readDriveIdentity(roots, 'sdb')).toEqual({
    name: 'sdb',
    bus: 'ata',
    model: 'WDC WD40EFRX-68N32N0',
    serial: 'WD-WCC7K0AAAAAA',
    wwid: 'naa.50014ee2b0000001',
    firmware: '82.00A82',
    slot: 'pci-0000:00:1f.2-ata-2',
  });
});

test('without udev, as in a container or with mdev', () => {
  const roots = tree({
    'sys/block/sdb/dev': '8:16\n',
    'sys/block/sdb/device/vendor': 'ATA     \n',
    'sys/block/sdb/device/model': 'WDC WD40EFRX-68N\n',
    'sys/block/sdb/device/rev': '0A82\n',
    'sys/block/sdb/device/vpd_pg80': '\0\x80\0\x14     WD-WCC7K0AAAAAA',
  });
  expect(readDriveIdentity(roots, 'sdb')).toEqual({
    name: 'sdb',
    bus: 'ata',
    model: 'WDC WD40EFRX-68N',
    serial: 'WD-WCC7K0AAAAAA',
    firmware: '0A82',
  });
});

test('a SAS drive: the number printed on it, not its worldwide name; the slot that the enclosure names', () => {
  const roots = tree({
    'sys/block/sda/dev': '8:0\n',
    'sys/block/sda/device/vendor': 'SEAGATE \n',
    'sys/block/sda/device/model': 'ST2000NX0273    \n',
    'sys/block/sda/device/enclosure_device:Slot 03/': '',
    'root/run/udev/data/b8:0': [
      'E:ID_SERIAL_SHORT=5000c50000000011',
      'E:ID_SCSI_SERIAL=W4600011',
      'E:ID_WWN_WITH_EXTENSION=0x5000c50000000011',
      'E:ID_PATH=pci-0000:00:03.0-scsi-0:0:1:0',
    ].join('\n'),
  });
  expect(readDriveIdentity(roots, 'sda')).toEqual({
    name: 'sda',
    bus: 'scsi',
    model: 'ST2000NX0273',
    serial: 'W4600011',
    wwid: 'naa.5000c50000000011',
    slot: 'Slot 03',
  });
});

test('a drive behind a USB bridge, also one that speaks ATA', () => {
  const roots = tree({
    'sys/devices/pci0000:00/usb2/2-1/2-1:1.0/host7/block/sdm/dev': '8:192\n',
    'sys/devices/pci0000:00/usb2/2-1/2-1:1.0/host7/block/sdm/device/vendor': 'ATA\n',
    'root/run/udev/data/b8:192': 'E:ID_SERIAL_SHORT=000000000001\nE:ID_MODEL_ENC=Elements\\x2025A2',
  });
  mkdirSync(roots.sys('block'));
  symlinkSync('../devices/pci0000:00/usb2/2-1/2-1:1.0/host7/block/sdm', roots.sys('block/sdm'));
  expect(readDriveIdentity(roots, 'sdm')).toMatchObject({
    bus: 'usb',
    model: 'Elements 25A2',
    serial: '000000000001',
  });
});

test('an NVMe drive', () => {
  const roots = tree({
    'sys/block/nvme0n1/dev': '259:0\n',
    'sys/block/nvme0n1/wwid': 'eui.0025385b11111111\n',
    'sys/block/nvme0n1/device/serial': 'S4EWNX0N111111      \n',
    'sys/block/nvme0n1/device/model': 'Samsung SSD 970 EVO Plus 1TB            \n',
    'sys/block/nvme0n1/device/firmware_rev': '2B2QEXM7\n',
  });
  expect(readDriveIdentity(roots, 'nvme0n1')).toEqual({
    name: 'nvme0n1',
    bus: 'nvme',
    model: 'Samsung SSD 970 EVO Plus 1TB',
    serial: 'S4EWNX0N111111',
    wwid: 'eui.0025385b11111111',
    firmware: '2B2QEXM7',
  });
});

test('a drive that is gone has a name, and nothing else', () => {
  const roots = tree({ 'sys/block/sdz/dev': '8:400\n' });
  renameSync(roots.sys('block/sdz'), `${dirname(roots.sys('block'))}/gone`);
  expect(readDriveIdentity(roots, 'sdz')).toEqual({ name: 'sdz', bus: 'scsi', model: '' });
});

test.each(['', '0000000', 'Unknown', '0123456789ABCDEF'])('“%s” is no serial number', (serial) =>
  expect(isPlaceholderSerial(serial)).toBe(true),
);
