import { readdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { list, readNumber, readText } from '../../lib/files.ts';
import { controllerStates } from './reading.ts';

/** A namespace as the block layer shows it. */
export interface Namespace {
  /** NSID. */
  id: number;
  /** `nvme0n1`: the node that file systems lie on. */
  name: string;
  folder: string;
  /** Bytes. */
  capacity: number;
  blockSize: number;
  /** Unique in the world where the drive has such a number: `eui.…`, `uuid.…`; else made of maker, serial number and model. */
  wwid?: string | undefined;
}

/** One way to a drive; a drive with two ports has two. */
export interface Controller {
  /** `nvme0`: may be another at the next boot. */
  name: string;
  folder: string;
  serial: string;
  model: string;
  firmware: string;
  /** Of controllers of one drive the same. */
  subsystem: string;
  /** On its bus: `0000:01:00.0`. */
  address: string;
  /** Of `controllerStates`. */
  state: string | undefined;
  /** PCI's number of the maker: 0x144d. */
  vendor: number | undefined;
  namespaces: Namespace[];
}

const text = (folder: string, name: string) => (readText(join(folder, name)) ?? '').trim();

/** Hidden paths of a drive with several controllers (`nvme0c1n1`) lead to the node that can be used (`nvme0n1`). */
const visible = (name: string) => /^(nvme\d+)(?:c\d+)?(n\d+)$/.exec(name)?.slice(1).join('');

function namespaceOf(sys: string, name: string): Namespace | undefined {
  const folder = join(sys, 'block', name);
  const sectors = readNumber(join(folder, 'size'));
  const id = readNumber(join(folder, 'nsid')) ?? Number(/n(\d+)$/.exec(name)?.[1]);
  // In sectors of 512 bytes, whatever the size of the drive's blocks.
  return sectors === undefined
    ? undefined
    : { id, name, folder, capacity: sectors * 512, blockSize: readNumber(join(folder, 'queue/logical_block_size')) ?? 512, wwid: text(folder, 'wwid') || undefined };
}

/** “deleting (no IO)” is deleting. */
const stateOf = (text: string) => controllerStates.find((state) => text.startsWith(state));

function controller(sys: string, name: string): Controller {
  const folder = join(sys, 'class/nvme', name);
  const nodes = list(folder).flatMap((entry) => visible(entry) ?? []);
  const vendor = Number.parseInt(text(folder, 'device/vendor'), 16);
  return {
    name,
    folder,
    serial: text(folder, 'serial'),
    model: text(folder, 'model'),
    firmware: text(folder, 'firmware_rev'),
    subsystem: text(folder, 'subsysnqn'),
    address: text(folder, 'address') || name,
    state: stateOf(text(folder, 'state')),
    vendor: Number.isNaN(vendor) ? undefined : vendor,
    namespaces: [...new Set(nodes)].flatMap((node) => namespaceOf(sys, node) ?? []),
  };
}

/** All controllers that are there now and hold, or could hold, data. Everything here is answered from memory: no drive is asked.
 * Undefined where the kernel has no NVMe driver or hides /sys. */
export function controllers(sys: string): Controller[] | undefined {
  let names: string[];
  try {
    names = readdirSync(join(sys, 'class/nvme'));
  } catch {
    return undefined;
  }
  return names
    .filter((name) => /^nvme\d+$/.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .filter((name) => text(join(sys, 'class/nvme', name), 'cntrltype') !== 'discovery')
    .map((name) => controller(sys, name));
}

/** The node behind a path such as /dev/disk/by-id/nvme-…: `nvme0n1`. */
export function nodeOf(path: string): string {
  try {
    return basename(realpathSync(path));
  } catch {
    return basename(path);
  }
}
