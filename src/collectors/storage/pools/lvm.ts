import type { CollectorComplaint } from '../../../model/collector.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { type AnyTranslatableText, renderTranslatableText, type TranslatableText } from '../../../model/translation.ts';
import type { StorageLayout } from '../storage-layout.ts';
import { accessTexts } from '../texts.ts';
import {
  DeviceMapper,
  type DmRaidStatus,
  type DmStatus,
  type DmStatusesOrHint,
  parseDmCache,
  parseDmSnapshot,
  parseDmVdo,
} from './dm-status.ts';
import { lvmRaidFacts } from './lvm-raid.ts';
import { groupLvmVolumesByKind, type LvmVolume } from './lvm-sysfs.ts';
import { lvmThinFacts } from './lvm-thin.ts';
import type { PoolFacts } from './pool.ts';
import { type PoolTexts, poolTexts } from './texts.ts';

/** What is wrong with a volume of that name: `false` if nothing is, undefined if its status does not say. */
type VolumeProblemFinder = (status: DmStatus, name: string) => TranslatableText<PoolTexts> | false | undefined;

const snapshotProblem: VolumeProblemFinder = (status, name) => {
  const state = parseDmSnapshot(status);
  return state === 'usable' ? false : state && ((texts = poolTexts) => texts.lvmSnapshots[state](name));
};

const cacheProblem: VolumeProblemFinder = (status, name) => {
  const state = parseDmCache(status);
  return state === 'usable' ? false : state && ((texts = poolTexts) => texts.lvmCaches[state](name));
};

const vdoProblem: VolumeProblemFinder = (status, name) => {
  const state = parseDmVdo(status);
  return state === 'usable' ? false : state && ((texts = poolTexts) => texts.lvmVdoPools[state](name));
};

/** Reads RAID volumes, mirrors and thin pools of LVM: from /sys, and as far as the rights go from device mapper. LVM's
 * own commands would read every drive of the machine. */
export class LvmPoolsReader {
  readonly #deviceMapper: DeviceMapper;
  /** A volume is suspended for a moment while LVM changes it: it is believed the second time. */
  #suspended: ReadonlySet<string> = new Set();
  /** Where the synchronisation of a volume that is busy was when it was first seen, and where it was last. */
  readonly #starts = new Map<string, { action: string; at: number; done: number; latest: number }>();

  /** What was wrong with snapshots and caches when device mapper last said how they are, by the complaint's key. */
  #problems: ReadonlyMap<string, TranslatableText<PoolTexts>> = new Map();
  /** Why device mapper can't be asked how snapshots and caches are, where no pool of LVM tells. */
  #hint: AnyTranslatableText | undefined;

  constructor(roots: HostRoots) {
    this.#deviceMapper = new DeviceMapper(roots);
  }

  async read(layout: StorageLayout): Promise<{ pools: PoolFacts[]; complaints: CollectorComplaint[] }> {
    const { raids, thinPools, vdoPools, snapshots, cached } = groupLvmVolumesByKind(layout);
    const volumes = [...raids, ...thinPools];
    const isAnyThere = [...volumes, ...vdoPools, ...snapshots, ...cached].length > 0;
    const statuses = isAnyThere ? await this.#deviceMapper.read() : {};
    this.#hint = volumes.length === 0 ? statuses.hint : undefined;
    const before = this.#suspended;
    this.#suspended = new Set(volumes.filter(({ isSuspended }) => isSuspended).map(({ id }) => id));
    const believe = (volume: LvmVolume): LvmVolume => ({
      ...volume,
      isSuspended: volume.isSuspended && before.has(volume.id),
    });
    const ofRaids = raids.map((volume) =>
      lvmRaidFacts(believe(volume), statuses, layout, (id, status) => this.#secondsLeft(id, status)),
    );
    const busy = new Set(ofRaids.flatMap(({ id, progress }) => (progress === undefined ? [] : [id])));
    for (const id of this.#starts.keys()) if (!busy.has(id)) this.#starts.delete(id);
    const ofThinPools = thinPools.map((volume) => lvmThinFacts(believe(volume), statuses, layout));
    const judge = (kind: string, judged: readonly LvmVolume[], problemOf: VolumeProblemFinder) =>
      judged.flatMap((volume) => {
        const key = `${kind} ${volume.id}`;
        const problem = this.#problem(key, volume, statuses, problemOf);
        return problem === undefined ? [] : [[key, problem] as const];
      });
    this.#problems = new Map([
      ...judge('lvm_snapshot', snapshots, snapshotProblem),
      ...judge('lvm_cache', cached, cacheProblem),
      ...judge('lvm_vdo', vdoPools, vdoProblem),
    ]);
    return {
      pools: [...ofRaids, ...ofThinPools],
      complaints: [...this.#problems].map(([key, complaint]) => ({ key, complaint })),
    };
  }

  /** What is missing that no pool tells. */
  advice(): AnyTranslatableText[] {
    const hint = this.#hint;
    return hint === undefined
      ? []
      : [(texts = accessTexts) => texts.snapshotsUnknown(renderTranslatableText(hint, texts))];
  }

  /** By what was done since the beginning; undefined at first. */
  #secondsLeft(id: string, { action = '', synchronised, toSynchronise }: DmRaidStatus): number | undefined {
    if (synchronised === undefined || toSynchronise === undefined) return undefined;
    const start = this.#starts.get(id);
    const at = performance.now() / 1000;
    if (start === undefined || start.action !== action || synchronised < start.latest) {
      this.#starts.set(id, { action, at, done: synchronised, latest: synchronised });
      return undefined;
    }
    start.latest = synchronised;
    const done = synchronised - start.done;
    return done === 0 ? undefined : ((toSynchronise - synchronised) * (at - start.at)) / done;
  }

  /** What is wrong stays so while device mapper does not say how the volume is. */
  #problem(
    key: string,
    { name, device }: LvmVolume,
    { byName }: DmStatusesOrHint,
    problemOf: VolumeProblemFinder,
  ): TranslatableText<PoolTexts> | undefined {
    const status = byName?.get(device.mapping?.name ?? '');
    const problem = status && problemOf(status, name);
    return problem === undefined ? this.#problems.get(key) : problem || undefined;
  }
}
