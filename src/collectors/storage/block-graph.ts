import { readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listFolderSync, tryReadNumberSync, tryReadTextSync } from '../../lib/files.ts';

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
}

/** Devices of which so many can be lost without loss of data. */
export interface MemberGroup {
  members: readonly string[];
  canLose: number;
}

/** What the loss of a drive does to something that lies on it. */
export type LossEffect = 'none' | 'degraded' | 'lost';

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
  return {
    name: basename(folder),
    folder,
    number,
    ...(partitionOf === undefined ? {} : { partitionOf }),
    ...(mapping === undefined ? {} : { mapping }),
    slaves:
      partitionOf === undefined
        ? [...new Set([...listFolderSync(join(folder, 'slaves')), ...arrayMembers(folder), ...bcacheCaches(folder)])]
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
export function blockDeviceSize({ folder }: BlockDevice): number | undefined {
  const sectors = tryReadNumberSync(join(folder, 'size'));
  return sectors === undefined ? undefined : sectors * sectorBytes;
}

/** What lies on what: drive → partition → (md | dm | bcache)* → pool or file system → mount points. */
export class BlockGraph {
  readonly devices: ReadonlyMap<string, BlockDevice>;
  readonly #groups = new Map<string, readonly MemberGroup[]>();
  readonly #mounts = new Map<string, string[]>();
  readonly #drives: (leaf: string) => string;
  /** Names of what lies directly on a device. */
  #above: Map<string, string[]> | undefined;

  /** `driveOf`: what identifies the drive that is this device; two paths to one drive have the same. */
  constructor(devices: ReadonlyMap<string, BlockDevice>, driveOf: (leaf: string) => string) {
    this.devices = devices;
    this.#drives = driveOf;
    for (const { name, partitionOf, slaves } of devices.values()) {
      const members = partitionOf === undefined ? slaves : [partitionOf];
      if (members.length > 0) this.#groups.set(name, [{ members, canLose: 0 }]);
    }
  }

  /** Sets what a device, a pool or a file system lies on. */
  setGroups(name: string, groups: readonly MemberGroup[]): void {
    this.#groups.set(name, groups);
    this.#above = undefined;
  }

  addMount(name: string, point: string): void {
    this.#mounts.set(name, [...(this.#mounts.get(name) ?? []), point]);
  }

  /** Names of the drives below, each once, however many ways lead there. Drives that are gone have no device any more. */
  leavesBelow(name: string): string[] {
    const leaves = new Set<string>();
    const seen = new Set<string>();
    const visit = (node: string) => {
      if (seen.has(node)) return;
      seen.add(node);
      const groups = this.#groups.get(node);
      if (groups === undefined) leaves.add(node);
      else for (const { members } of groups) members.forEach(visit);
    };
    visit(name);
    return [...leaves];
  }

  /** Everything that lies on a device, itself included. */
  reach(name: string): Set<string> {
    const above = this.#aboveByName();
    const reached = new Set([name]);
    for (const node of reached) for (const next of above.get(node) ?? []) reached.add(next);
    return reached;
  }

  /** Where the data on a device are mounted, sorted. */
  mountsOn(name: string): string[] {
    return [...new Set([...this.reach(name)].flatMap((node) => this.#mounts.get(node) ?? []))].sort();
  }

  /** The nodes that are mounted, with their mount points. */
  get mounts(): ReadonlyMap<string, readonly string[]> {
    return this.#mounts;
  }

  /** What happens to each node when this drive dies; ask for several nodes with one call. */
  effectsOfLosing(drive: string): (name: string) => LossEffect {
    const known = new Map<string, LossEffect>();
    const effectOn = (name: string): LossEffect => {
      const before = known.get(name);
      if (before !== undefined) return before;
      // So that a circle ends.
      known.set(name, 'none');
      const groups = this.#groups.get(name);
      const effect =
        groups === undefined
          ? this.#drives(name) === drive
            ? 'lost'
            : 'none'
          : worstOf(
              groups.map(({ members, canLose }) => {
                const effects = members.map(effectOn);
                const lost = effects.filter((one) => one === 'lost').length;
                return lost > canLose ? 'lost' : lost > 0 ? 'degraded' : worstOf(effects);
              }),
            );
      known.set(name, effect);
      return effect;
    };
    return effectOn;
  }

  #aboveByName(): ReadonlyMap<string, readonly string[]> {
    if (this.#above !== undefined) return this.#above;
    const above = new Map<string, string[]>();
    for (const [name, groups] of this.#groups)
      for (const member of groups.flatMap(({ members }) => members))
        above.get(member)?.push(name) ?? above.set(member, [name]);
    this.#above = above;
    return above;
  }
}

const worstOf = (effects: readonly LossEffect[]): LossEffect =>
  effects.includes('lost') ? 'lost' : effects.includes('degraded') ? 'degraded' : 'none';
