import { createIncludeExcludeMatcher } from '../../../lib/include-exclude-matcher.ts';
import type { ObservationOrComplaint } from '../../../model/collector.ts';
import type { Device } from '../../../model/device.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { HostReadingByTable } from '../reading.ts';
import type { HostSettings } from '../settings.ts';
import type { FilesystemUsage } from './filesystem-usage.ts';
import { FilesystemUsageReader } from './filesystem-usage-reader.ts';
import type { HostMounts, Mount } from './host-mounts.ts';
import { missingNameComplaints } from './missing-names.ts';
import { listWatchedAndExcludedMounts, type WatchedAndExcludedMounts } from './mounts.ts';
import { areDatasetsOfContainer, correctDatasetUsages, ZpoolListReader } from './zfs-pools.ts';

const filesystemPart = ({ id, point }: Mount) => ({
  id: id === '/' ? 'root' : id,
  name: `File system ${point}`,
  mountPoint: point,
});

type Outcome = { usage: FilesystemUsage; error?: never } | { usage?: never; error: unknown };

/** Reads the machine's file systems. */
export class HostFilesystemsReader {
  readonly #roots: HostRoots;
  readonly #include: readonly string[];
  readonly #verdict;
  readonly #usages = new FilesystemUsageReader();
  readonly #pools: ZpoolListReader;
  #mounts: HostMounts | undefined;
  #selection: WatchedAndExcludedMounts = { watched: [], excluded: [], points: [], defaultPoints: [] };

  constructor(
    roots: HostRoots,
    { HOST_FILESYSTEMS: include = [], HOST_FILESYSTEMS_EXCLUDE: exclude = [] }: HostSettings,
  ) {
    this.#roots = roots;
    this.#include = include;
    this.#pools = new ZpoolListReader(roots);
    this.#verdict = createIncludeExcludeMatcher({ include, exclude });
  }

  async read(device: Device, mounts: HostMounts): Promise<ObservationOrComplaint<HostReadingByTable>[]> {
    if (mounts !== this.#mounts) {
      this.#mounts = mounts;
      this.#selection = listWatchedAndExcludedMounts(this.#roots, mounts, this.#verdict);
    }
    const { watched, excluded, points, defaultPoints } = this.#selection;
    const outcomes = await this.#readUsages(watched);
    const table = 'filesystem' as const;
    return [
      ...watched.map((mount) => {
        const part = filesystemPart(mount);
        const { usage, error } = outcomes.get(mount) ?? {};
        return usage === undefined
          ? { table, device, part, error }
          : { table, device, part, reading: { ...usage, readOnly: mount.readOnly } };
      }),
      ...excluded.map((mount) => ({ table, device, part: filesystemPart(mount), excluded: true as const })),
      ...missingNameComplaints('HOST_FILESYSTEMS', 'missingFilesystem', this.#include, points, defaultPoints),
    ];
  }

  async #readUsages(mounts: readonly Mount[]): Promise<Map<Mount, Outcome>> {
    this.#usages.begin(mounts);
    const isZfs = ({ type }: Mount) => type === 'zfs';
    const pools = mounts.some(isZfs) ? this.#pools.read() : new Map();
    const outcomes = new Map<Mount, Outcome>(
      await Promise.all(
        mounts.map(async (mount): Promise<[Mount, Outcome]> => {
          try {
            return [mount, { usage: await this.#usages.read(mount) }];
          } catch (error) {
            return [mount, { error }];
          }
        }),
      ),
    );
    const datasets = mounts.filter(isZfs).flatMap((mount) => {
      const usage = outcomes.get(mount)?.usage;
      return usage === undefined ? [] : [{ mount, dataset: mount.source, usage }];
    });
    if (datasets.length === 0) return outcomes;
    const usages = correctDatasetUsages(datasets, await pools, areDatasetsOfContainer(this.#roots));
    for (const [index, { mount }] of datasets.entries()) outcomes.set(mount, { usage: usages[index] ?? {} });
    return outcomes;
  }
}
