import { join } from 'node:path';
import { listFolderSync, tryReadTextSync } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { BlockDevice } from '../block-devices.ts';
import type { StorageLayout } from '../storage-layout.ts';
import type { PoolActivity, PoolFacts, PoolMember } from './pool.ts';
import type { PoolMemory } from './pool-memory.ts';
import { zfsFindings } from './zfs-findings.ts';
import { type ZfsMembersAndRedundancy, zfsMembersAndRedundancyOf } from './zfs-members.ts';
import { type ZpoolAnswer, ZpoolQuestioner } from './zpool-questioner.ts';
import type { ZpoolScan } from './zpool-status.ts';

/** A pool as the kernel and udev know it. */
interface KernelPool {
  name: string;
  /** The kernel's word; undefined if it is not believed. */
  state: string | undefined;
  guid: string | undefined;
  /** The devices that bear its label. */
  devices: readonly BlockDevice[];
}

const activityOf = (scan: ZpoolScan | undefined): PoolActivity => {
  if (scan?.state === 'paused') return 'waiting';
  if (scan?.state !== 'running') return 'idle';
  return scan.function === 'scrub' ? 'check' : 'rebuild';
};

/** Each device with a label is active in an online pool; of another one the kernel does not say which. */
const labelledMembers = ({ devices, state }: KernelPool, layout: StorageLayout): PoolMember[] =>
  devices.map(({ name }) => ({
    ...layout.identifyMember(name),
    device: name,
    role: state === 'ONLINE' ? 'active' : 'unknown',
    state: 'present',
  }));

/** Counters of reads and writes of all drives of the pool; undefined if there are none. */
function activityBelow({ devices }: KernelPool, layout: StorageLayout, sys: string): string | undefined {
  const drives = new Set(devices.flatMap(({ name }) => layout.graph.leavesBelow(name)));
  if (drives.size === 0) return undefined;
  return [...drives].map((name) => tryReadTextSync(join(sys, 'block', name, 'stat')) ?? '').join('\n');
}

/** Reads pools: their states from the kernel's statistics, which never hang, whatever the pool's drives do; the rest
 * from `zpool`. */
export class ZfsPoolsReader {
  readonly #roots: HostRoots;
  readonly #questioner: ZpoolQuestioner;
  /** While the configuration is locked, the kernel says OFFLINE for a moment (openzfs#9004): it is believed the second
   * time. */
  #offline = new Set<string>();
  /** Ids by name: a pool that is found without its GUID, or loses all its drives, stays the same. */
  #ids: ReadonlyMap<string, string> = new Map();

  constructor(roots: HostRoots) {
    this.#roots = roots;
    this.#questioner = new ZpoolQuestioner(roots);
  }

  async read(layout: StorageLayout, recall: (id: string) => PoolMemory | undefined): Promise<PoolFacts[]> {
    const pools = this.#kernelPools(layout);
    const answers = await this.#questioner.read(
      pools.map((pool) => ({
        name: pool.name,
        state: pool.state,
        activity: () => activityBelow(pool, layout, this.#roots.sys()),
      })),
    );
    const ids = new Map(pools.map(({ name, guid }) => [name, this.#idOf(name, guid, answers.get(name), recall)]));
    this.#ids = ids;
    return pools.map((pool) => {
      const id = ids.get(pool.name) ?? '';
      return this.#facts(pool, id, answers.get(pool.name) ?? {}, layout, recall(id));
    });
  }

  #kernelPools(layout: StorageLayout): KernelPool[] {
    const states = new Map(
      listFolderSync(this.#roots.proc('spl/kstat/zfs')).flatMap((name) => {
        const state = tryReadTextSync(this.#roots.proc('spl/kstat/zfs', name, 'state'));
        return state === undefined ? [] : [[name, state] as const];
      }),
    );
    if (states.size === 0) return [];
    const before = this.#offline;
    this.#offline = new Set([...states].filter(([, state]) => state === 'OFFLINE').map(([name]) => name));
    const labelled = [...layout.devices.values()].filter(
      (device) => layout.udevOf(device).get('ID_FS_TYPE') === 'zfs_member',
    );
    return [...states].map(([name, state]) => {
      const devices = labelled.filter((device) => layout.udevOf(device).get('ID_FS_LABEL') === name);
      return {
        name,
        state: state === 'OFFLINE' && !before.has(name) ? undefined : state,
        // The kernel has the file since OpenZFS 2.4.
        guid:
          tryReadTextSync(this.#roots.proc('spl/kstat/zfs', name, 'guid')) ??
          (devices[0] && layout.udevOf(devices[0]).get('ID_FS_UUID')),
        devices,
      };
    });
  }

  /** A pool whose GUID is not known at first, since all its drives are gone, is known by its name from then on. */
  #idOf(
    name: string,
    guid: string | undefined,
    { status }: ZpoolAnswer = {},
    recall: (id: string) => PoolMemory | undefined,
  ): string {
    const nameId = `zfs ${name}`;
    return this.#ids.get(name) ?? (recall(nameId) === undefined ? (guid ?? status?.guid) : undefined) ?? nameId;
  }

  #facts(
    pool: KernelPool,
    id: string,
    { status, space, hint }: ZpoolAnswer,
    layout: StorageLayout,
    memory: PoolMemory | undefined,
  ): PoolFacts {
    const { name, state } = pool;
    const node = `zfs ${name}`;
    for (const { type, source, points } of layout.filesystems)
      if (type === 'zfs' && source.split('/')[0] === name)
        for (const point of points) layout.graph.addMount(node, point);
    const known: Partial<ZfsMembersAndRedundancy> = status
      ? zfsMembersAndRedundancyOf(status, this.#roots, layout, memory)
      : {};
    const members = known.members ?? labelledMembers(pool, layout);
    const { scan } = status ?? {};
    const isScrub = scan?.function === 'scrub' && scan.state === 'finished';
    return {
      kind: 'zfs',
      id,
      name,
      node,
      layout: known.layout,
      state,
      members,
      // An online pool has all that it should have; of another one the kernel does not say what is missing.
      expectedMembers: known.expectedMembers ?? (state === 'ONLINE' && members.length > 0 ? members.length : undefined),
      groups: known.groups,
      activity: status && activityOf(scan),
      progress: scan?.ratio,
      secondsLeft: scan?.secondsLeft,
      lastCheck: isScrub ? scan.finishedAt : undefined,
      lastCheckErrors: isScrub ? scan.errors : undefined,
      size: space?.size,
      usedRatio: space?.usedRatio,
      fragmentation: space?.fragmentation,
      counts: Object.fromEntries(
        members.flatMap(({ id: member, errors }) => (errors === undefined ? [] : [[`errors ${member}`, errors]])),
      ),
      ...(known.spares === undefined ? {} : { spares: known.spares }),
      judge: (judged, texts) => zfsFindings(state, status, judged, texts),
      ...(hint === undefined || state === 'SUSPENDED' ? {} : { hint }),
    };
  }
}
