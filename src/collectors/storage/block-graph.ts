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
  /** The slaves that are caches, and what the loss of one does. */
  caches?: { names: readonly string[]; effect: LossEffect };
}

/** Devices of which so many can be lost without loss of data; fewer than none if too many are lost already. */
export interface RedundancyGroup {
  members: readonly string[];
  canLose: number;
}

/** What the loss of a drive does to something that lies on it. */
export type LossEffect = 'none' | 'degraded' | 'unknown' | 'lost';

/** Devices that something lies on, each of which has the same effect if it is lost. */
interface AlikeMembers {
  members: readonly string[];
  effect: LossEffect;
}

/** Legs of LVM's RAID and mirrors, and its caches: which level or mode they have only LVM knows (lvmraid(7), lvmcache(7)). */
const lvmPartPattern = /(_r(image|meta)_\d+|_mimage_\d+|_mlog|[_-]c(data|meta)|_cvol)$/;

const isLvmPart = (device: BlockDevice | undefined) =>
  device?.mapping?.uuid.startsWith('LVM-') === true && lvmPartPattern.test(device.mapping.name);

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

/** What lies on what: drive → partition → (md | dm | bcache)* → pool or file system → mount points. */
export class BlockGraph {
  readonly devices: ReadonlyMap<string, BlockDevice>;
  readonly #groups = new Map<string, readonly (RedundancyGroup | AlikeMembers)[]>();
  readonly #mounts = new Map<string, string[]>();
  readonly #drives: (leaf: string) => string;
  /** Names of what lies directly on a device. */
  #above: Map<string, string[]> | undefined;

  /** `driveOf`: what identifies the drive that is this device; two paths to one drive have the same. */
  constructor(devices: ReadonlyMap<string, BlockDevice>, driveOf: (leaf: string) => string) {
    this.devices = devices;
    this.#drives = driveOf;
    for (const device of devices.values()) {
      const groups = this.#groupsOf(device);
      if (groups.length > 0) this.#groups.set(device.name, groups);
    }
  }

  #groupsOf({ partitionOf, slaves, caches }: BlockDevice): (RedundancyGroup | AlikeMembers)[] {
    if (partitionOf !== undefined) return [{ members: [partitionOf], canLose: 0 }];
    const cacheNames = new Set(caches?.names);
    const lvmParts = new Set(slaves.filter((slave) => isLvmPart(this.devices.get(slave))));
    return [
      { members: slaves.filter((slave) => !cacheNames.has(slave) && !lvmParts.has(slave)), canLose: 0 },
      { members: [...lvmParts], effect: 'unknown' as const },
      { members: [...cacheNames], effect: caches?.effect ?? 'unknown' },
    ].filter(({ members }) => members.length > 0);
  }

  /** Sets what a device, a pool or a file system lies on. */
  setGroups(name: string, groups: readonly RedundancyGroup[]): void {
    this.#groups.set(name, groups);
    this.#above = undefined;
  }

  addMount(name: string, point: string): void {
    this.#mounts.set(name, [...(this.#mounts.get(name) ?? []), point]);
  }

  /** Names of the drives below, each once, however many ways lead there. Drives that are gone have no device any more. `ends`: nodes
   * below which it is not looked; they count as leaves. */
  leavesBelow(name: string, ends: ReadonlySet<string> = new Set()): string[] {
    const leaves = new Set<string>();
    const seen = new Set<string>();
    const visit = (node: string) => {
      if (seen.has(node)) return;
      seen.add(node);
      const groups = node !== name && ends.has(node) ? undefined : this.#groups.get(node);
      if (groups === undefined) leaves.add(node);
      else for (const { members } of groups) members.forEach(visit);
    };
    visit(name);
    return [...leaves];
  }

  /** Everything that lies on a device, itself included. `ends`: nodes that are left out, with what lies on them. */
  reach(name: string, ends: ReadonlySet<string> = new Set()): Set<string> {
    const above = this.#aboveByName();
    const reached = new Set([name]);
    for (const node of reached) for (const next of above.get(node) ?? []) if (!ends.has(next)) reached.add(next);
    return reached;
  }

  /** Where the data on a device are mounted, sorted. `ends`: nodes that are left out, with what lies on them. */
  mountsOn(name: string, ends?: ReadonlySet<string>): string[] {
    return [...new Set([...this.reach(name, ends)].flatMap((node) => this.#mounts.get(node) ?? []))].sort();
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
          : worstOf(groups.map((group) => effectOnGroup(group, group.members.map(effectOn))));
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
  (['lost', 'unknown', 'degraded'] as const).find((effect) => effects.includes(effect)) ?? 'none';

/** `effects`: on each member. */
function effectOnGroup(group: RedundancyGroup | AlikeMembers, effects: readonly LossEffect[]): LossEffect {
  const lost = effects.filter((one) => one === 'lost').length;
  const atWorst = lost + effects.filter((one) => one === 'unknown').length;
  if (atWorst === 0) return worstOf(effects);
  if ('effect' in group) return lost > 0 || group.effect === 'none' ? group.effect : 'unknown';
  return lost > group.canLose ? 'lost' : atWorst > group.canLose ? 'unknown' : 'degraded';
}
