import { readCommandOutput } from '../../../lib/command.ts';
import { withTimeout } from '../../../lib/with-timeout.ts';
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

/** Asks for the pools of this machine, with at most one command at a time. */
export class ZpoolListReader {
  #pending: Promise<Map<string, ZfsPool>> | undefined;

  /** Empty if the pools can't be asked for, as in most containers. Only the first reading waits for a pool that hangs. */
  async read(): Promise<ReadonlyMap<string, ZfsPool>> {
    if (this.#pending !== undefined) return new Map();
    this.#pending = readCommandOutput('zpool', ['list', '-Hp', '-o', 'name,size,alloc,free,cap'], {
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
 * left than the pool. Any other dataset is as full as its pool, or unknown if the pool is. `isContainer`: the pool can't
 * be seen, and quotas limit the container's own datasets. */
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
