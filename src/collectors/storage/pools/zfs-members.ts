import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { RedundancyGroup } from '../block-graph.ts';
import type { StorageLayout } from '../storage-layout.ts';
import type { MemberRole, PoolMember } from './pool.ts';
import type { PoolMemory } from './pool-memory.ts';
import { dataVdevClasses, isResilverRunningOrPaused, type Vdev, type ZpoolStatus } from './zpool-status.ts';

/** The place of one device in a mirror or raidz; while a spare or a new device takes its place, there are several in
 * it. */
interface Slot {
  leaves: readonly Vdev[];
  /** Those that have all its data. */
  holders: readonly Vdev[];
}

/** A vdev that loses data if more than `tolerance` of its slots are lost. */
interface TopVdev {
  slots: readonly Slot[];
  tolerance: number;
}

export interface ZfsMembersAndRedundancy {
  members: readonly PoolMember[];
  expectedMembers: number;
  /** Undefined while a resilver does not tell yet which device it is for. */
  groups: readonly RedundancyGroup[] | undefined;
  /** `raidz1, mirror`. */
  layout: string;
  spares: number;
}

/** Names of groups in which one device takes the place of another one. */
const isReplacement = ({ name }: Vdev) => /^(spare|replacing)-\d+$/.test(name);

/** Names of those that keep several copies, or parity (zpoolconcepts(7)); any other vdev is a device. */
function kindOf({ name, children }: Vdev): string {
  if (children.length === 0) return 'single';
  return /^(mirror|raidz\d?|draid\d?)/.exec(name)?.[1] ?? 'unknown';
}

const isAlive = ({ state }: Vdev) => state === 'ONLINE' || state === 'DEGRADED';

const leavesOf = (vdev: Vdev): readonly Vdev[] => (isReplacement(vdev) ? vdev.children.flatMap(leavesOf) : [vdev]);

/** What takes another device's place has its data when the resilver is done. */
function holdersOf(vdev: Vdev, isResilvering: boolean): readonly Vdev[] {
  if (!isReplacement(vdev)) return isAlive(vdev) && !vdev.isBehind ? [vdev] : [];
  const [old, ...others] = vdev.children;
  return [old, ...(isResilvering ? [] : others)].flatMap((child) => (child ? holdersOf(child, isResilvering) : []));
}

function topVdevOf(vdev: Vdev, isResilvering: boolean): TopVdev {
  const kind = kindOf(vdev);
  const isGroup = vdev.children.length > 0 && !isReplacement(vdev);
  const slots = (isGroup ? vdev.children : [vdev]).map((child) => ({
    leaves: leavesOf(child),
    holders: holdersOf(child, isResilvering),
  }));
  const parity = Number(/^d?raidz?(\d)/.exec(kind)?.[1] ?? (kind === 'raidz' ? 1 : 0));
  return { slots, tolerance: kind === 'mirror' ? slots.length - 1 : parity };
}

const missingStates = new Set(['REMOVED', 'UNAVAIL']);
const roleOf = (leaf: Vdev, role: MemberRole): MemberRole => {
  if (isAlive(leaf) || leaf.state === 'AVAIL' || leaf.state === 'INUSE') return role;
  return missingStates.has(leaf.state) ? 'missing' : 'failed';
};

/** Names the devices of one pool: by the links of /dev while they are there, and as they are remembered when they are
 * gone. */
class LeafNamer {
  readonly #roots: HostRoots;
  readonly #layout: StorageLayout;
  readonly #known: PoolMemory['pool_members'];
  readonly #unresolved: number;

  constructor(roots: HostRoots, layout: StorageLayout, memory: PoolMemory | undefined, leaves: readonly Vdev[]) {
    this.#roots = roots;
    this.#layout = layout;
    const present = new Set(leaves.flatMap((leaf) => this.#presentId(leaf) ?? []));
    this.#known = (memory?.pool_members ?? []).filter(({ id }) => !present.has(id));
    this.#unresolved = leaves.filter((leaf) => this.deviceOf(leaf) === undefined).length;
  }

  /** Kernel name; undefined if it is gone. */
  deviceOf({ path }: Vdev): string | undefined {
    if (path === undefined) return undefined;
    let name = basename(path);
    try {
      name = basename(readlinkSync(this.#roots.host(path)));
    } catch {
      // No link: the path is the device's own, or it is gone.
    }
    return this.#layout.isThere(name) ? name : undefined;
  }

  #presentId(leaf: Vdev): string | undefined {
    const device = this.deviceOf(leaf);
    return device === undefined ? undefined : this.#layout.identifyMember(device).id;
  }

  nameLeaf(leaf: Vdev): Pick<PoolMember, 'id' | 'drive' | 'device'> {
    const device = this.deviceOf(leaf);
    if (device !== undefined) return { ...this.#layout.identifyMember(device), device };
    const path = leaf.path ?? leaf.name;
    const before =
      this.#known.find(({ drive }) => drive?.serial !== undefined && path.includes(drive.serial)) ??
      this.#known.find(({ drive }) => drive?.slot !== undefined && `${leaf.slot}.`.startsWith(`${drive.slot}.`)) ??
      (this.#known.length === 1 && this.#unresolved === 1 ? this.#known[0] : undefined);
    return before ?? { id: basename(path), device: basename(path) };
  }
}

/** The devices of a pool, what they are for, and what may still fail. */
export function zfsMembersAndRedundancyOf(
  { vdevs, scan }: ZpoolStatus,
  roots: HostRoots,
  layout: StorageLayout,
  memory: PoolMemory | undefined,
): ZfsMembersAndRedundancy {
  const isResilvering = isResilverRunningOrPaused(scan);
  const tops = dataVdevClasses.flatMap((key) =>
    vdevs[key].map((vdev) => ({ vdev, ...topVdevOf(vdev, isResilvering) })),
  );
  const flat = (vdev: Vdev): readonly Vdev[] => (vdev.children.length === 0 ? [vdev] : vdev.children.flatMap(flat));
  const logs = vdevs.logs.flatMap(flat);
  const caches = vdevs.l2cache.flatMap(flat);
  const slots = tops.flatMap((top) => top.slots);
  const inUse = new Set(slots.flatMap(({ leaves }) => leaves.map(({ name }) => name)));
  // A spare that is in use stands in its slot, too.
  const spares = vdevs.spares.filter(({ name }) => !inUse.has(name));
  const namer = new LeafNamer(roots, layout, memory, [
    ...slots.flatMap(({ leaves }) => leaves),
    ...logs,
    ...caches,
    ...spares,
  ]);
  const memberOf = (leaf: Vdev, role: MemberRole): PoolMember => ({
    ...namer.nameLeaf(leaf),
    role: roleOf(leaf, role),
    state: leaf.state,
    errors: leaf.errors,
  });
  // At its beginning nothing has been resilvered yet.
  const isTargetKnown =
    !isResilvering ||
    logs.some((leaf) => leaf.isBehind) ||
    slots.some(({ leaves, holders }) => leaves.some((leaf) => isAlive(leaf) && !holders.includes(leaf)));
  const slotMembers = ({ leaves, holders }: Slot) =>
    leaves.map((leaf) => memberOf(leaf, !isTargetKnown ? 'unknown' : holders.includes(leaf) ? 'active' : 'rebuilding'));
  const members = [
    ...slots.flatMap(slotMembers),
    ...logs.map((leaf) => memberOf(leaf, 'log')),
    ...caches.map((leaf) => memberOf(leaf, 'cache')),
    ...spares.map((leaf) => memberOf(leaf, 'spare')),
  ];
  return {
    members: [...new Map(members.map((member) => [member.id, member])).values()],
    expectedMembers: slots.length,
    groups: isTargetKnown
      ? tops.map(({ slots: ofTop, tolerance }) => {
          const held = ofTop.filter(({ holders }) => holders.length > 0);
          return {
            members: held.flatMap(({ holders }) => holders.flatMap((leaf) => namer.deviceOf(leaf) ?? []).slice(0, 1)),
            canLose: tolerance - (ofTop.length - held.length),
          };
        })
      : undefined,
    layout: [...new Set(tops.map(({ vdev }) => kindOf(vdev)))].join(', '),
    spares: spares.filter(({ state }) => state === 'AVAIL').length,
  };
}
