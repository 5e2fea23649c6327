import { existsSync } from 'node:fs';
import { readCommandOutput } from '../../../lib/command.ts';
import { listFolderSync, tryReadTextSync } from '../../../lib/files.ts';
import { withTimeout } from '../../../lib/with-timeout.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { FilesystemUsage } from './filesystem-usage.ts';

/** Bytes, including those of parity. */
interface ZfsPool {
  size: number;
  allocated: number;
}

/** How long a reading waits for the pools, and when the command is killed. A pool without its drives blocks it. */
const answerTimeoutMs = 2000;
const processTimeoutSeconds = 10;

export const poolOfDataset = (dataset: string): string => dataset.split(/[/@]/)[0] ?? dataset;

/** Parses the output of `zpool list -Hp -o name,size,alloc,free,cap`. */
export function parseZpoolList(output: string): Map<string, ZfsPool> {
  const rows = output.split('\n').map((line) => line.split('\t'));
  return new Map(
    rows.flatMap(([name, ...numbers]) => {
      const [size = Number.NaN, allocated = Number.NaN] = numbers.map((text) =>
        /^\d+$/.test(text) ? Number(text) : Number.NaN,
      );
      return name && size > 0 && allocated >= 0 && allocated <= size ? [[name, { size, allocated }]] : [];
    }),
  );
}

/** Names of the pools that answer, or none for all of them; undefined if no pool does. A command on a suspended pool
 * may hang for ever (openzfs#1857); the kernel's file with its state, which OpenZFS has since 0.8, never does. */
function namesToList(roots: HostRoots): readonly string[] | undefined {
  const names = listFolderSync(roots.proc('spl/kstat/zfs'));
  const states = new Map(names.map((name) => [name, tryReadTextSync(roots.proc('spl/kstat/zfs', name, 'state'))]));
  if (![...states.values()].includes('SUSPENDED')) return [];
  const others = names.filter((name) => ![undefined, 'SUSPENDED'].includes(states.get(name)));
  return others.length === 0 ? undefined : others;
}

/** Asks for the pools of this machine, with at most one command at a time. */
export class ZpoolListReader {
  readonly #roots: HostRoots;
  #pending: Promise<Map<string, ZfsPool>> | undefined;

  constructor(roots: HostRoots) {
    this.#roots = roots;
  }

  /** Empty if the pools can't be asked for, as in most containers. Only the first reading waits for a pool that
   * hangs. */
  async read(): Promise<ReadonlyMap<string, ZfsPool>> {
    if (this.#pending !== undefined) return new Map();
    const names = namesToList(this.#roots);
    if (names === undefined) return new Map();
    this.#pending = readCommandOutput('zpool', ['list', '-Hp', '-o', 'name,size,alloc,free,cap', ...names], {
      seconds: processTimeoutSeconds,
    })
      .then(parseZpoolList)
      .finally(() => {
        this.#pending = undefined;
      });
    try {
      return await withTimeout(answerTimeoutMs, this.#pending, 'zpool list');
    } catch {
      return new Map();
    }
  }
}

/** A machine with ZFS has its node; a container on ZFS, such as one of LXC, has not. */
export const areDatasetsOfContainer = (roots: HostRoots): boolean => !existsSync(roots.host('dev/zfs'));

export interface DatasetUsage {
  /** As in mountinfo: `tank/media`. */
  dataset: string;
  usage: FilesystemUsage;
}

/** Datasets are asked one after the other; meanwhile something is written. */
const simultaneousRatio = 0.99;
/** What a pool reserves for itself (spa_slop_shift in module/zfs/spa_misc.c). */
const reservedRatio = 1 / 32;
/** The least that is usable of what a pool has free: RAID-Z3 over four drives, less rounding. */
const leastUsableRatio = 0.2;

const leastAvailableOf = ({ size, allocated }: ZfsPool) => (size * (1 - reservedRatio) - allocated) * leastUsableRatio;

/** What is left in each pool: what its root dataset has left, or the most of the others. */
function availableByPool(datasets: readonly DatasetUsage[]): Map<string, { available: number; hasRoot: boolean }> {
  const byPool = new Map<string, { available: number; hasRoot: boolean }>();
  for (const { dataset, usage } of datasets) {
    const name = poolOfDataset(dataset);
    const before = byPool.get(name);
    const available = usage.available ?? 0;
    if (dataset === name) byPool.set(name, { available, hasRoot: true });
    else if (before === undefined || (!before.hasRoot && available > before.available))
      byPool.set(name, { available, hasRoot: false });
  }
  return byPool;
}

/** For statfs, a dataset's size is what it uses itself and what is left in the pool, so a dataset of a full pool seems
 * empty if the data are in other datasets or in volumes. That is right only for a dataset with a quota, which has less
 * left than the pool. Any other dataset is as full as its pool, or unknown if the pool is. `isContainer`: the pool
 * can't be seen, and quotas limit the container's own datasets. */
export function correctDatasetUsages(
  datasets: readonly DatasetUsage[],
  pools: ReadonlyMap<string, ZfsPool>,
  isContainer: boolean,
): FilesystemUsage[] {
  const byPool = availableByPool(datasets);
  return datasets.map(({ dataset, usage }) => {
    const name = poolOfDataset(dataset);
    const pool = pools.get(name);
    const { available = 0, hasRoot = false } = byPool.get(name) ?? {};
    if (pool === undefined && !hasRoot && isContainer) return usage;
    const leastAvailable = pool === undefined ? 0 : leastAvailableOf(pool);
    const hasQuota =
      usage.available !== undefined && usage.available < Math.max(available * simultaneousRatio, leastAvailable);
    if (dataset !== name && hasQuota) return usage;
    return { ...usage, total: pool?.size, usedRatio: pool && pool.allocated / pool.size };
  });
}
