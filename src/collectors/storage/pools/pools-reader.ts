import type { ObservationOrComplaint } from '../../../model/collector.ts';
import { type Device, namePrefixedDeviceBelowAgent } from '../../../model/device.ts';
import type { DeviceMemories } from '../../../model/device-memories.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { slug } from '../../../model/naming.ts';
import { type ActiveFinding, type Finding, isFaultSeverity } from '../../../model/problem.ts';
import type { AgentIdentity } from '../../../model/state.ts';
import type { AnyTranslatableText, TranslatableText } from '../../../model/translation.ts';
import { HostMountsReader } from '../../host/linux/host-mounts.ts';
import { describeDependentsOfDrive } from '../dependents.ts';
import { StorageChain } from '../storage-chain.ts';
import { StorageLayout } from '../storage-layout.ts';
import type { CommonDriveTexts } from '../texts.ts';
import { readBcachePools } from './bcache.ts';
import { readBtrfsPools } from './btrfs.ts';
import { BtrfsScrubReader } from './btrfs-scrub.ts';
import { LvmPoolsReader } from './lvm.ts';
import { readMdPools } from './md.ts';
import {
  type MemberReading,
  noLongerMember,
  type PoolActivity,
  type PoolFacts,
  type PoolFindingsInput,
  type PoolKind,
  type PoolMember,
  type PoolReading,
} from './pool.ts';
import { activeFindingsUnknownAsBefore, type JudgedPool, nameOtherPoolsInFindings } from './pool-findings.ts';
import {
  acknowledgePool,
  countsSinceAcknowledged,
  goneMembers,
  nameMissingMembersFromMemory,
  type PoolMemory,
  poolMemoryAfterReading,
  poolMemoryFormat,
} from './pool-memory.ts';
import { poolTexts } from './texts.ts';
import { ZfsPoolsReader } from './zfs.ts';

// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type PoolReadingByTable = { pool: PoolReading; member: MemberReading };

/** A pool's maker is who makes its driver. */
const kindNames: Record<PoolKind, { name: string; model: string; maker: string }> = {
  md: { name: 'RAID', model: 'Linux RAID (md)', maker: 'Linux' },
  btrfs: { name: 'Btrfs', model: 'Btrfs file system', maker: 'Linux' },
  zfs: { name: 'ZFS', model: 'ZFS pool', maker: 'OpenZFS' },
  lvm_raid: { name: 'LVM', model: 'LVM RAID volume', maker: 'Linux' },
  lvm_thin: { name: 'LVM', model: 'LVM thin pool', maker: 'Linux' },
  bcache: { name: 'bcache', model: 'bcache device', maker: 'Linux' },
};

/** Undefined as soon as it is unknown whether a fault lasts. */
const hasProblem = (findings: readonly Finding[]): boolean | undefined => {
  if (findings.some((finding) => !('isUnknown' in finding) && isFaultSeverity(finding.severity))) return true;
  return findings.some((finding) => 'isUnknown' in finding && finding.isNotice !== true) ? undefined : false;
};

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

const readers = new WeakMap<HostRoots, PoolsReader>();

/** The machine's reader, for collectors of drives; undefined if pools are not read. */
export const existingPoolsReader = (roots: HostRoots): PoolsReader | undefined => readers.get(roots);

/** Reads everything that is built of the drives of this machine. */
export class PoolsReader {
  readonly #agent: AgentIdentity;
  readonly #memory: DeviceMemories;
  readonly #roots: HostRoots;
  readonly #mounts: HostMountsReader;
  readonly #scrubs: BtrfsScrubReader;
  readonly #lvm: LvmPoolsReader;
  readonly #zfs: ZfsPoolsReader;
  readonly #pools = new Map<string, PoolFindingsInput>();
  readonly #activities = new Map<string, PoolActivity>();
  readonly #findings = new Map<string, ReadonlyMap<string, ActiveFinding>>();
  #chain: StorageChain | undefined;

  constructor(agent: AgentIdentity, memory: DeviceMemories, roots: HostRoots) {
    this.#agent = agent;
    this.#memory = memory;
    this.#roots = roots;
    this.#mounts = new HostMountsReader(roots);
    this.#scrubs = new BtrfsScrubReader(roots);
    this.#lvm = new LvmPoolsReader(roots);
    this.#zfs = new ZfsPoolsReader(roots);
    readers.set(roots, this);
  }

  async read(): Promise<ObservationOrComplaint<PoolReadingByTable>[]> {
    const layout = new StorageLayout(this.#roots, this.#mounts.read(), (id) => this.#memory.recall(id) !== undefined);
    const [ofBtrfs, ofLvm, ofZfs] = await Promise.all([
      readBtrfsPools(layout, this.#roots, this.#scrubs, (id) => this.#recall(id)),
      this.#lvm.read(layout),
      this.#zfs.read(layout, (id) => this.#recall(id)),
    ]);
    const found = [
      ...readMdPools(layout, this.#roots),
      ...ofBtrfs,
      ...readBcachePools(layout),
      ...ofLvm.pools,
      ...ofZfs,
    ];
    for (const { node, groups } of found) if (groups !== undefined) layout.graph.setGroups(node, groups);
    const chain = new StorageChain(layout, found);
    this.#chain = chain;
    this.#pools.clear();
    const judged = found.map((facts) => this.#judge(facts, layout, chain));
    return [
      ...nameOtherPoolsInFindings(judged).flatMap((one) => this.#observe(one, layout, chain)),
      ...ofLvm.complaints,
    ];
  }

  /** Acknowledges what is only worth knowing: errors up to now, spares and slots that are gone. */
  acknowledge(device: string): boolean {
    const pool = this.#pools.get(device);
    if (pool === undefined) return false;
    const memory = this.#recall(pool.id);
    if (memory === undefined) throw new Error('the memory of this pool is not loaded yet; try again in a minute');
    this.#memory.keep(pool.id, acknowledgePool(pool, memory));
    return true;
  }

  /** What could not be read, where no pool tells it. */
  advice(): readonly AnyTranslatableText[] {
    return this.#lvm.advice();
  }

  /** What hangs on the drive with this id, according to the last reading. */
  dependentsOf(drive: string): TranslatableText<CommonDriveTexts> | undefined {
    return this.#chain && describeDependentsOfDrive(this.#chain.layout, [...this.#pools.values()], drive);
  }

  /** The device of a drive, with where what lies on it, and on no pool, is mounted. */
  deviceWithMounts(drive: Device): Device {
    return this.#chain === undefined ? drive : { ...drive, mounts: this.#chain.mountsOnDrive(drive.id) };
  }

  /** Drives can be read before the pools are: whoever asks what hangs on them waits for the first reading. */
  async waitForFirstReading(): Promise<void> {
    if (this.#chain === undefined) await this.read();
  }

  #recall(id: string): PoolMemory | undefined {
    return poolMemoryFormat.parse(this.#memory.recall(id));
  }

  #judge(found: PoolFacts, layout: StorageLayout, chain: StorageChain): JudgedPool {
    const memory = this.#recall(found.id);
    const isLoaded = this.#memory.isLoaded(found.id);
    const asTheyAre = (members: readonly PoolMember[]) =>
      members.map((member) =>
        member.role === 'missing' && member.drive !== undefined && chain.isDriveThere(member.drive.id)
          ? { ...member, state: noLongerMember }
          : member,
      );
    const named = nameMissingMembersFromMemory(found, memory);
    const facts = { ...named, members: asTheyAre(named.members) };
    const kept = isLoaded ? this.#withLastCheck(facts, poolMemoryAfterReading(facts, memory)) : undefined;
    const pool: PoolFindingsInput = {
      ...facts,
      lastCheck: facts.lastCheck ?? (kept?.last_check && new Date(kept.last_check.at)),
      lastCheckErrors: facts.lastCheck === undefined ? kept?.last_check?.errors : facts.lastCheckErrors,
      mounts: layout.graph.mountsOn(facts.node),
      redundancyLeft: facts.groups && layout.redundancyOf(facts.node, facts.groups),
      gone: asTheyAre(goneMembers(facts, memory)),
      before: this.#findings.get(facts.id) ?? new Map(),
      newCounts: kept && countsSinceAcknowledged(facts, kept),
      sparesBefore: kept?.spares ?? 0,
      knownEmptySlots: kept?.empty_slots ?? 0,
    };
    if (kept !== undefined && !isSame(kept, memory)) this.#memory.keep(facts.id, kept);
    this.#pools.set(slug(facts.id), pool);
    const inEnglish = facts.judge(pool, poolTexts);
    this.#findings.set(facts.id, activeFindingsUnknownAsBefore(inEnglish, pool.before));
    return { pool, findings: (texts) => (texts === undefined ? inEnglish : facts.judge(pool, texts)) };
  }

  #observe(
    { pool, findings }: JudgedPool,
    layout: StorageLayout,
    chain: StorageChain,
  ): ObservationOrComplaint<PoolReadingByTable>[] {
    const device = this.#device(pool, layout, chain);
    return [
      {
        table: 'pool',
        device,
        reading: { ...pool, findings, problem: hasProblem(findings()) },
        ...(pool.hint === undefined ? {} : { hint: pool.hint }),
      },
      ...[...pool.members, ...pool.gone].map(
        (member): ObservationOrComplaint<PoolReadingByTable> => ({
          table: 'member',
          device,
          part: { id: member.id, name: member.drive?.serial ?? member.device ?? member.id },
          reading: { member },
        }),
      ),
    ];
  }

  /** The kernel does not know when an array or a RAID volume was last checked: it is seen here when a check ends. */
  #withLastCheck(facts: PoolFacts, memory: PoolMemory): PoolMemory {
    const before = this.#activities.get(facts.id);
    if (facts.activity !== undefined) this.#activities.set(facts.id, facts.activity);
    // zpool tells when the last scrub ended, until a resilver.
    if (facts.lastCheck !== undefined)
      return { ...memory, last_check: { at: facts.lastCheck.toISOString(), errors: facts.lastCheckErrors } };
    const isWatched = facts.kind === 'md' || facts.kind === 'lvm_raid';
    if (!isWatched || before !== 'check' || facts.activity !== 'idle' || facts.lastCheckErrors === undefined)
      return memory;
    return { ...memory, last_check: { at: new Date().toISOString(), errors: facts.lastCheckErrors } };
  }

  /** A pool that has only ever been on one drive is reached through it: what is wrong with it because the drive is gone
   * is no problem of its own. */
  #device(pool: PoolFindingsInput, layout: StorageLayout, chain: StorageChain): Device {
    const { id, name, kind, node, members, gone } = pool;
    const drives = new Set([
      ...layout.graph.leavesBelow(node).flatMap((leaf) => layout.driveOf(leaf)?.id ?? []),
      ...[...members, ...gone].flatMap(({ drive: ofMember }) => ofMember?.id ?? []),
    ]);
    const [drive] = drives.size === 1 ? drives : [];
    return namePrefixedDeviceBelowAgent(this.#agent, {
      id,
      name: `${kindNames[kind].name} ${name}`,
      manufacturer: kindNames[kind].maker,
      model: kindNames[kind].model,
      liesOn: chain.devicesBelow(pool),
      goneBelow: chain.drivesGoneBelow(pool),
      mounts: chain.mountsOnPool(pool),
      ...(drive === undefined ? {} : { reachedThrough: drive }),
    });
  }
}
