import type { BlockDevice, LossEffect } from './block-devices.ts';

/** Devices of which so many can be lost without loss of data; fewer than none if too many are lost already. */
export interface RedundancyGroup {
  members: readonly string[];
  canLose: number;
}

/** Devices that something lies on, each of which has the same effect if it is lost. */
interface AlikeMembers {
  members: readonly string[];
  effect: LossEffect;
}

/** Legs of LVM's RAID and mirrors, and its caches: which level or mode they have only LVM knows (lvmraid(7),
 * lvmcache(7)). */
const lvmPartPattern = /(_r(image|meta)_\d+|_mimage_\d+|_mlog|[_-]c(data|meta)|_cvol)$/;

const isLvmPart = (device: BlockDevice | undefined) =>
  device?.mapping?.uuid.startsWith('LVM-') === true && lvmPartPattern.test(device.mapping.name);

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

  /** Names of the drives below, each once, however many ways lead there. Drives that are gone have no device any more.
   * `ends`: nodes below which it is not looked; they count as leaves. */
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
