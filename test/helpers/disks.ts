import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A SATA disk unless said otherwise. */
export interface StandInDisk {
  name?: string;
  serial?: string;
  model?: string;
  vendor?: string;
  wwid?: string;
  isRotational?: boolean;
  state?: string;
}

/** Adds a disk to a made-up /sys. */
export function plugDisk(sys: string, disk: StandInDisk = {}): void {
  const { name = 'sda', serial = 'WD-1', model = 'WDC WD40EFRX', vendor = 'ATA', wwid, isRotational = true } = disk;
  const files = {
    size: '7814037168',
    stat: '1 0 8 1 0 0 0 0',
    'queue/rotational': isRotational ? '1' : '0',
    'device/type': '0',
    'device/vendor': vendor.padEnd(8),
    'device/model': model.padEnd(16),
    'device/state': disk.state ?? 'running',
    ...(serial === '' ? {} : { 'device/vpd_pg80': `\0\x80\0\x14${serial.padStart(20)}` }),
    ...(wwid === undefined ? {} : { 'device/wwid': wwid }),
  };
  for (const [file, content] of Object.entries(files)) {
    const path = join(sys, 'block', name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${content}\n`);
  }
}

export const unplugDisk = (sys: string, name = 'sda'): void => rmSync(join(sys, 'block', name), { recursive: true });

interface AtaAnswer {
  /** Raw values by attribute id. */
  raw?: Record<number, number | string>;
  /** Normalised values by attribute id; 100 unless said. */
  normalised?: Record<number, number>;
  /** Names by attribute id. */
  names?: Record<number, string>;
  failingNow?: number[];
  passed?: boolean | null;
  exitStatus?: number;
  messages?: string[];
  more?: object;
}

const usualNames: Record<number, string> = {
  5: 'Reallocated_Sector_Ct',
  10: 'Spin_Retry_Count',
  184: 'End-to-End_Error',
  187: 'Reported_Uncorrect',
  197: 'Current_Pending_Sector',
  198: 'Offline_Uncorrectable',
  199: 'UDMA_CRC_Error_Count',
};

const message = (string: string) => ({ string, severity: 'information' });

/** What smartctl 7.4 says of an ATA drive that is well, but for what is given. */
export function ataAnswer({
  raw = {},
  normalised = {},
  names = {},
  failingNow = [],
  passed = true,
  exitStatus = 0,
  messages = [],
  more = {},
}: AtaAnswer = {}): string {
  const attributes: Record<number, number | string> = {
    5: 0,
    9: 1000,
    194: '31 (Min/Max 18/40)',
    197: 0,
    198: 0,
    199: 0,
    ...raw,
  };
  return JSON.stringify({
    smartctl: { version: [7, 4], exit_status: exitStatus, messages: messages.map(message) },
    device: { name: '/dev/sda', type: 'sat', protocol: 'ATA' },
    model_name: 'WDC WD40EFRX-68N32N0',
    serial_number: 'WD-1',
    firmware_version: '82.00A82',
    logical_block_size: 512,
    smart_support: { available: true, enabled: true },
    ...(passed === null ? {} : { smart_status: { passed } }),
    ata_smart_attributes: {
      table: Object.entries(attributes).map(([id, value]) => ({
        id: Number(id),
        name: names[Number(id)] ?? usualNames[Number(id)] ?? `Attribute_${id}`,
        value: normalised[Number(id)] ?? 100,
        thresh: 10,
        when_failed: failingNow.includes(Number(id)) ? 'now' : '',
        flags: { prefailure: true },
        raw: { value: Number.parseInt(String(value), 10), string: String(value) },
      })),
    },
    power_on_time: { hours: 1000 },
    temperature: { current: 31 },
    ...more,
  });
}

/** What smartctl says of a drive in this power mode, about which it asks nothing more. */
export const powerModeAnswer = (mode: string): string =>
  JSON.stringify({
    smartctl: { version: [7, 4], exit_status: 3, messages: [message(`Device is in ${mode} mode, exit(3)`)] },
    device: { name: '/dev/sda', type: 'sat', protocol: 'ATA' },
  });
