import { readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listFolderSync, tryReadNumberSync, tryReadTextSync } from '../../lib/files.ts';

/** What the loss of a drive does to something that lies on it. */
export type LossEffect = 'none' | 'degraded' | 'unknown' | 'lost';

/** A block device of the kernel. */
export interface BlockDevice {
  /** `sda1`, `md127`, `dm-3`. */
  name: string;
  folder: string;
  /** `<major>:<minor>`. */
  number: string;
  /** The device that it is a partition of. */
  partitionOf?: string;
  /** Name and UUID that device mapper has for it. */
  mapping?: { name: string; uuid: string };
  /** Names of the devices that it lies on, including those that are gone. */
  slaves: readonly string[];
  /** The slaves that are caches, and what the loss of one does. */
  caches?: { names: readonly string[]; effect: LossEffect };
}

const sectorBytes = 512;

/** Name of the file that a link leads to, also if that is gone. */
function linkTargetName(path: string): string | undefined {
  try {
    return basename(readlinkSync(path));
  } catch {
    return undefined;
  }
}

/** The cache devices of a bcache device: its own `slaves` has only the backing device. */
const bcacheCaches = (folder: string): string[] =>
  listFolderSync(join(folder, 'bcache/cache'))
    .filter((name) => /^cache\d+$/.test(name))
    .flatMap((name) => {
      try {
        // …/block/sdb/bcache
        return (
          readlinkSync(join(folder, 'bcache/cache', name))
            .split('/')
            .at(-2) ?? []
        );
      } catch {
        return [];
      }
    });

/** Without dirty data nothing but speed is lost with the cache (Linux, Documentation/admin-guide/bcache.rst). */
const bcacheEffects: Record<string, LossEffect> = { clean: 'none', 'no cache': 'none', dirty: 'lost' };

/** A bcache device has a link to the folder of its backing device, which has such a folder, too. */
function readCaches(folder: string): Pick<BlockDevice, 'caches'> {
  const names = linkTargetName(join(folder, 'bcache')) === undefined ? [] : bcacheCaches(folder);
  if (names.length === 0) return {};
  const state = tryReadTextSync(join(folder, 'bcache/state'));
  return { caches: { names, effect: bcacheEffects[state ?? ''] ?? 'unknown' } };
}

/** Faulty members of an array stay in its folder; what was pulled leaves a link that leads nowhere. */
const arrayMembers = (folder: string): string[] =>
  listFolderSync(join(folder, 'md'))
    .filter((name) => name.startsWith('dev-'))
    .map((name) => linkTargetName(join(folder, 'md', name, 'block')) ?? name.slice('dev-'.length));

function readMapping(folder: string): BlockDevice['mapping'] {
  const name = tryReadTextSync(join(folder, 'dm/name'));
  return name === undefined ? undefined : { name, uuid: tryReadTextSync(join(folder, 'dm/uuid')) ?? '' };
}

function readDevice(folder: string, partitionOf?: string): BlockDevice | undefined {
  const number = tryReadTextSync(join(folder, 'dev'));
  if (number === undefined) return undefined;
  const mapping = readMapping(folder);
  const { caches } = partitionOf === undefined ? readCaches(folder) : {};
  return {
    name: basename(folder),
    folder,
    number,
    ...(partitionOf === undefined ? {} : { partitionOf }),
    ...(mapping === undefined ? {} : { mapping }),
    ...(caches === undefined ? {} : { caches }),
    slaves:
      partitionOf === undefined
        ? [...new Set([...listFolderSync(join(folder, 'slaves')), ...arrayMembers(folder), ...(caches?.names ?? [])])]
        : [],
  };
}

/** All block devices by name. The kernel serves everything here from memory; no drive is woken. */
export function readBlockDevices(sys: string): Map<string, BlockDevice> {
  const devices = new Map<string, BlockDevice>();
  for (const name of listFolderSync(join(sys, 'block'))) {
    const folder = join(sys, 'block', name);
    const whole = readDevice(folder);
    if (whole === undefined) continue;
    devices.set(name, whole);
    const partitions = listFolderSync(folder).filter((entry) => entry.startsWith(name));
    for (const entry of partitions) {
      if (tryReadTextSync(join(folder, entry, 'partition')) === undefined) continue;
      const partition = readDevice(join(folder, entry), name);
      if (partition !== undefined) devices.set(entry, partition);
    }
  }
  return devices;
}

/** Bytes. */
export function readBlockDeviceSizeBytes({ folder }: BlockDevice): number | undefined {
  const sectors = tryReadNumberSync(join(folder, 'size'));
  return sectors === undefined ? undefined : sectors * sectorBytes;
}
