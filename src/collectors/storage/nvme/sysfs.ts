import { readdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listFolderSync, tryReadNumberSync, tryReadTextSync } from '../../../lib/files.ts';
import { controllerStates } from './reading.ts';

/** A namespace with its block device. */
export interface NvmeNamespace {
  /** NSID. */
  id: number;
  /** `nvme0n1`: the name of the block device. */
  name: string;
  folder: string;
  /** Bytes. */
  capacity: number;
  blockSize: number;
  /** A worldwide id such as `eui.…` or `uuid.…`; if the drive has none, made up of vendor, serial number and model. */
  wwid?: string | undefined;
}

/** A controller of a drive; a drive with two ports has two. */
export interface NvmeController {
  /** `nvme0`: can change at the next boot. */
  name: string;
  folder: string;
  serial: string;
  model: string;
  firmware: string;
  /** NQN of the subsystem, which all controllers of a drive share. */
  subsystem: string;
  /** Bus address: `0000:01:00.0`. */
  address: string;
  /** One of `controllerStates`. */
  state: string | undefined;
  /** PCI vendor id: 0x144d. */
  vendor: number | undefined;
  namespaces: NvmeNamespace[];
}

const readAttribute = (folder: string, name: string) => (tryReadTextSync(join(folder, name)) ?? '').trim();

/** Maps the hidden path of a drive with several controllers (`nvme0c1n1`) to its visible block device (`nvme0n1`). */
const visibleNodeName = (name: string) => /^(nvme\d+)(?:c\d+)?(n\d+)$/.exec(name)?.slice(1).join('');

function readNamespace(sys: string, name: string): NvmeNamespace | undefined {
  const folder = join(sys, 'block', name);
  // In sectors of 512 bytes, whatever the block size of the drive.
  const sectors = tryReadNumberSync(join(folder, 'size'));
  const id = tryReadNumberSync(join(folder, 'nsid')) ?? Number(/n(\d+)$/.exec(name)?.[1]);
  return sectors === undefined
    ? undefined
    : {
        id,
        name,
        folder,
        capacity: sectors * 512,
        blockSize: tryReadNumberSync(join(folder, 'queue/logical_block_size')) ?? 512,
        wwid: readAttribute(folder, 'wwid') || undefined,
      };
}

/** The kernel also writes “deleting (no IO)”. */
const parseControllerState = (text: string) => controllerStates.find((state) => text.startsWith(state));

function readController(sys: string, name: string): NvmeController {
  const folder = join(sys, 'class/nvme', name);
  const nodes = listFolderSync(folder).flatMap((entry) => visibleNodeName(entry) ?? []);
  const vendor = Number.parseInt(readAttribute(folder, 'device/vendor'), 16);
  return {
    name,
    folder,
    serial: readAttribute(folder, 'serial'),
    model: readAttribute(folder, 'model'),
    firmware: readAttribute(folder, 'firmware_rev'),
    subsystem: readAttribute(folder, 'subsysnqn'),
    address: readAttribute(folder, 'address') || name,
    state: parseControllerState(readAttribute(folder, 'state')),
    vendor: Number.isNaN(vendor) ? undefined : vendor,
    namespaces: [...new Set(nodes)].flatMap((node) => readNamespace(sys, node) ?? []),
  };
}

/** Whether the controller is still that of the drive with this serial number: its name can be another one's since. */
export const controllerStillHasSameSerial = ({ folder, serial }: NvmeController): boolean =>
  readAttribute(folder, 'serial') === serial;

/** All present controllers of drives. The kernel serves everything here from memory, without access to the drive.
 * Undefined if the kernel has no NVMe driver or /sys is hidden. */
export function readNvmeControllers(sys: string): NvmeController[] | undefined {
  let names: string[];
  try {
    names = readdirSync(join(sys, 'class/nvme'));
  } catch {
    return undefined;
  }
  return names
    .filter((name) => /^nvme\d+$/.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .filter((name) => readAttribute(join(sys, 'class/nvme', name), 'cntrltype') !== 'discovery')
    .map((name) => readController(sys, name));
}

/** The device name for a path such as /dev/disk/by-id/nvme-…: `nvme0n1`. */
export function deviceNameOfPath(path: string): string {
  try {
    return basename(realpathSync(path));
  } catch {
    return basename(path);
  }
}
