import { listFolderSync, tryReadTextSync } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { type Finding, findingIf } from '../../../model/problem.ts';
import type { StorageLayout } from '../storage-layout.ts';
import type { PoolFacts, PoolFindingsInput, PoolMember } from './pool.ts';
import { blamedDrivesOf, degradedPoolFinding, describeLostMounts, failedPoolFinding } from './pool-findings.ts';

/** Words of the kernel's module, each with what it means (zfs(4), `spa_state_to_name` in module/zfs/spa_misc.c). */
const failedStates = new Set(['FAULTED', 'UNAVAIL', 'REMOVED']);
const knownStates = new Set([...failedStates, 'ONLINE', 'DEGRADED', 'OFFLINE', 'SUSPENDED']);

/** Members by udev, which knows the pool's name and GUID from their labels; `zpool` is not asked, for it can hang. Each of them
 * is active in an online pool; of another one the kernel does not say which. */
function membersOf(
  pool: string,
  state: string | undefined,
  layout: StorageLayout,
): { guid: string | undefined; members: PoolMember[] } {
  const devices = [...layout.devices.values()].filter((device) => {
    const udev = layout.udevOf(device);
    return udev.get('ID_FS_TYPE') === 'zfs_member' && udev.get('ID_FS_LABEL') === pool;
  });
  const [first] = devices;
  return {
    guid: first && layout.udevOf(first).get('ID_FS_UUID'),
    members: devices.map(({ name }) => ({
      ...layout.identifyMember(name),
      device: name,
      role: state === 'ONLINE' ? 'active' : 'unknown',
      state: 'present',
    })),
  };
}

function judgeZfs(state: string | undefined, pool: PoolFindingsInput): Finding[] {
  const isKnown = state !== undefined && knownStates.has(state);
  return [
    ...findingIf('failed', isKnown ? failedStates.has(state) : undefined, () => {
      const { key: _, ...finding } = failedPoolFinding(pool, `ZFS says ${state}`);
      return finding;
    }),
    ...findingIf('suspended', isKnown ? state === 'SUSPENDED' : undefined, () => ({
      severity: 'data_at_risk',
      text: `suspended: too many drives do not answer, and what uses the pool hangs${describeLostMounts(pool, 'not usable')}`,
      clearsAt: 'when the pool goes on',
      remedy: 'bring the drives back, then run zpool clear; do not wait for commands that hang',
      ...blamedDrivesOf(pool.gone),
    })),
    ...findingIf('degraded', isKnown ? state === 'DEGRADED' : undefined, () => {
      const { key: _, ...finding } = degradedPoolFinding(
        pool,
        'zpool status says which drive; replace it: docs/storage.md',
      );
      return finding;
    }),
    ...findingIf('offline', isKnown ? state === 'OFFLINE' : undefined, () => ({
      severity: 'outage',
      text: `offline${describeLostMounts(pool, 'not usable')}`,
      clearsAt: 'when it is online',
      remedy: 'look at zpool status',
    })),
  ];
}

/** Reads pools from the kernel's statistics, which never hang, whatever the pool's drives do. */
export class ZfsPoolStatesReader {
  readonly #roots: HostRoots;
  /** While the configuration is locked, the kernel says OFFLINE for a moment (openzfs#9004): it is believed the second time. */
  #offline = new Set<string>();
  /** GUIDs by name: a pool that has lost all its drives is still the same. */
  #guids: ReadonlyMap<string, string> = new Map();

  constructor(roots: HostRoots) {
    this.#roots = roots;
  }

  read(layout: StorageLayout): PoolFacts[] {
    const states = new Map(
      listFolderSync(this.#roots.proc('spl/kstat/zfs')).flatMap((name) => {
        const state = tryReadTextSync(this.#roots.proc('spl/kstat/zfs', name, 'state'));
        return state === undefined ? [] : [[name, state] as const];
      }),
    );
    const before = this.#offline;
    this.#offline = new Set([...states].filter(([, state]) => state === 'OFFLINE').map(([name]) => name));
    const guids = new Map<string, string>();
    const pools = [...states].map(([name, state]) => {
      const believed = state === 'OFFLINE' && !before.has(name) ? undefined : state;
      const { guid: labelled, members } = membersOf(name, believed, layout);
      // The kernel has the file since OpenZFS 2.4.
      const guid =
        tryReadTextSync(this.#roots.proc('spl/kstat/zfs', name, 'guid')) ?? labelled ?? this.#guids.get(name);
      if (guid !== undefined) guids.set(name, guid);
      return this.#facts({ name, state: believed, guid, members }, layout);
    });
    this.#guids = guids;
    return pools;
  }

  #facts(
    {
      name,
      state,
      guid,
      members,
    }: { name: string; state: string | undefined; guid: string | undefined; members: readonly PoolMember[] },
    layout: StorageLayout,
  ): PoolFacts {
    const node = `zfs ${name}`;
    for (const { type, source, points } of layout.filesystems)
      if (type === 'zfs' && source.split('/')[0] === name)
        for (const point of points) layout.graph.addMount(node, point);
    return {
      kind: 'zfs',
      id: guid ?? `zfs ${name}`,
      name,
      node,
      state,
      members,
      // An online pool has all that it should have; of another one the kernel does not say what is missing.
      expectedMembers: state === 'ONLINE' && members.length > 0 ? members.length : undefined,
      counts: {},
      judge: (pool) => judgeZfs(state, pool),
    };
  }
}
