import type { PoolFacts, PoolFindingsInput, PoolMember } from './pools/pool.ts';
import type { StorageLayout } from './storage-layout.ts';

/** The chain from drives over pools to mount points, in which partitions, encryption and volumes are no links of their
 * own. */
export class StorageChain {
  readonly layout: StorageLayout;
  /** Ids of pools by their nodes: above and below, each is a link of its own. */
  readonly #poolIds: ReadonlyMap<string, string>;
  readonly #poolNodes: ReadonlySet<string>;
  /** Kernel names by the id of the drive: one for each path to it. */
  readonly #driveNames = new Map<string, string[]>();

  constructor(layout: StorageLayout, pools: readonly PoolFacts[]) {
    this.layout = layout;
    this.#poolIds = new Map(pools.map(({ node, id }) => [node, id]));
    this.#poolNodes = new Set(this.#poolIds.keys());
    for (const { name, partitionOf } of layout.devices.values()) {
      const drive = partitionOf === undefined ? layout.driveOf(name)?.id : undefined;
      if (drive !== undefined) this.#driveNames.set(drive, [...(this.#driveNames.get(drive) ?? []), name]);
    }
  }

  /** Ids of the drives and pools that a pool is built of, including those that are gone. */
  devicesBelow({ node, members, gone }: PoolFindingsInput): string[] {
    return [
      ...new Set([
        ...this.#linksBelow(node),
        ...[...members, ...gone].flatMap((member) => this.#linksOfMember(member)),
      ]),
    ].sort();
  }

  /** Ids of the drives that a pool had and that are not in the machine now. */
  drivesGoneBelow({ members, gone }: PoolFindingsInput): string[] {
    const ids = [...members, ...gone].flatMap(({ role, drive }) => (role === 'missing' && drive ? [drive.id] : []));
    // A drive that was only taken out of the pool is there.
    return [...new Set(ids)].filter((id) => !this.isDriveThere(id)).sort();
  }

  isDriveThere(id: string): boolean {
    return this.#driveNames.has(id);
  }

  /** Mount points of what lies on a pool and on no other pool above it. */
  mountsOnPool({ node }: PoolFindingsInput): string[] {
    return this.layout.graph.mountsOn(node, this.#poolNodes);
  }

  /** Mount points of what lies on a drive and on no pool. */
  mountsOnDrive(drive: string): string[] {
    const names = this.#driveNames.get(drive) ?? [];
    return [...new Set(names.flatMap((name) => this.layout.graph.mountsOn(name, this.#poolNodes)))].sort();
  }

  #linksBelow(node: string): string[] {
    const leaves = this.layout.graph.leavesBelow(node, this.#poolNodes);
    return leaves.flatMap((leaf) =>
      leaf === node ? [] : (this.#poolIds.get(leaf) ?? this.layout.driveOf(leaf)?.id ?? []),
    );
  }

  #linksOfMember({ device, drive }: PoolMember): string[] {
    if (device === undefined || !this.layout.isThere(device)) return drive === undefined ? [] : [drive.id];
    const pool = this.#poolIds.get(device);
    if (pool !== undefined) return [pool];
    const below = this.#linksBelow(device);
    return below.length > 0 || drive === undefined ? below : [drive.id];
  }
}
