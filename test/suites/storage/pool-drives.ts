import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const bytes = 256 * 1024 * 1024;

/** Words for QEMU: four SATA drives `ATA-1` …, six SAS drives `SAS-1` …, and NVMe drives `NVME-1` …, each named by its
 * serial number. */
export function poolDrives(folder: string): string[] {
  mkdirSync(join(folder, 'drives'));
  const medium = (serial: string) => {
    const file = join(folder, 'drives', serial);
    writeFileSync(file, '');
    truncateSync(file, bytes);
    return ['-drive', `file=${file},if=none,id=${serial},format=raw,cache=unsafe`];
  };
  const numbered = (kind: string, count: number) => Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`);
  return [
    ...numbered('ATA', 4).flatMap((serial, index) => [
      ...medium(serial),
      '-device',
      `ide-hd,drive=${serial},bus=ide.${index},serial=${serial},model=LABDISK,wwn=0x50014ee20000000${index}`,
    ]),
    '-device',
    'virtio-scsi-pci,id=scsi',
    ...numbered('SAS', 6).flatMap((serial, index) => [
      ...medium(serial),
      '-device',
      `scsi-hd,drive=${serial},bus=scsi.0,scsi-id=${index},serial=${serial},vendor=LABCORP,product=SASDISK,wwn=0x5000c5000000000${index}`,
    ]),
    ...numbered('NVME', 3).flatMap((serial) => [...medium(serial), '-device', `nvme,drive=${serial},serial=${serial}`]),
  ];
}
