import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tryReadTextSync } from '../../../lib/files.ts';
import type { SlowSysfsFileReader } from '../../../lib/slow-sysfs-file-reader.ts';
import { NoAnswerError } from '../../../lib/with-timeout.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { sysfsFolderOfDisk } from './disks.ts';

/** What a disk is known by, wherever the kernel puts it; undefined where it has none. */
export interface DiskIdentity {
  serial?: string | undefined;
  /** World Wide Identifier: of the namespace or the SCSI device. */
  wwid?: string | undefined;
}

const maxLength = 100;

/** Undefined for a text without anything that tells disks apart, as `000000000000`. */
function parseIdentifier(text: string | undefined): string | undefined {
  const plain = (text ?? '')
    .replaceAll(/[^\x20-\x7e]/g, '')
    .trim()
    .replaceAll(/ +/g, ' ')
    .slice(0, maxLength);
  const distinct = new Set(plain.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
  return distinct.size > 1 ? plain : undefined;
}

/** The four bytes at the beginning of a page of vital product data. */
const vpdHeaderLength = 4;

/** The serial number of the USB device that a disk is, with the number of its slot. */
function usbSerial(roots: HostRoots, name: string): string | undefined {
  const folder = sysfsFolderOfDisk(roots, name, 'device');
  let path = existsSync(folder) ? realpathSync(folder) : '';
  const slot = path.split(':').at(-1);
  for (; path.includes('/usb'); path = dirname(path)) {
    const serial = parseIdentifier(tryReadTextSync(join(path, 'serial')));
    if (serial !== undefined) return slot === '0' ? serial : `${serial} ${slot}`;
  }
  return undefined;
}

/** Reads what disks are known by, once for each disk. */
export class DiskIdentityReader {
  readonly #roots: HostRoots;
  readonly #drivers: SlowSysfsFileReader;
  #known = new Map<string, DiskIdentity>();
  #latest = new Map<string, DiskIdentity>();

  constructor(roots: HostRoots, drivers: SlowSysfsFileReader) {
    this.#roots = roots;
    this.#drivers = drivers;
  }

  /** The identities by kernel name, without the disks that do not answer; the same object as before while they are the
   * same disks. `sequences`: what tells each disk from others under its name. */
  async read(sequences: ReadonlyMap<string, string | undefined>): Promise<ReadonlyMap<string, DiskIdentity>> {
    const keys = [...sequences].map(([name, sequence]): [string, string] => [name, `${name} ${sequence}`]);
    if (keys.length === this.#known.size && keys.every(([, key]) => this.#known.has(key))) return this.#latest;
    const known = new Map<string, DiskIdentity>();
    const byName = new Map<string, DiskIdentity>();
    for (const [name, key] of keys) {
      try {
        const identity = this.#known.get(key) ?? (await this.#ask(name));
        byName.set(name, identity);
        known.set(key, identity);
      } catch (error) {
        if (!(error instanceof NoAnswerError)) throw error;
      }
    }
    this.#known = known;
    this.#latest = byName;
    return byName;
  }

  async #ask(name: string): Promise<DiskIdentity> {
    const file = (...path: string[]) => tryReadTextSync(sysfsFolderOfDisk(this.#roots, name, ...path), 'latin1');
    const serial =
      // Virtio's driver asks the device.
      parseIdentifier(await this.#drivers.text(sysfsFolderOfDisk(this.#roots, name, 'serial'))) ??
      parseIdentifier(file('device/serial')) ??
      parseIdentifier(file('device/vpd_pg80')?.slice(vpdHeaderLength)) ??
      usbSerial(this.#roots, name);
    return { serial, wwid: parseIdentifier(file('wwid')) ?? parseIdentifier(file('device/wwid')) };
  }
}
