import { isDeepStrictEqual } from 'node:util';
import { CacheUntilBasisChanges } from '../../../lib/cache-until-basis-changes.ts';
import type { DriverFileReader } from '../../../lib/driver-file-reader.ts';
import { listFolderSync, tryReadTextKeepOpenSync } from '../../../lib/files.ts';
import { createIncludeExcludeMatcher } from '../../../lib/include-exclude-matcher.ts';
import type { ObservationOrComplaint } from '../../../model/collector.ts';
import type { Device, DevicePart } from '../../../model/device.ts';
import type { DeviceMemories } from '../../../model/device-memories.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { HostReadingByTable } from '../reading.ts';
import type { HostSettings } from '../settings.ts';
import type { DeviceCounterRates } from './device-counter-rates.ts';
import { type DiskIdentity, DiskIdentityReader } from './disk-identity.ts';
import { type DiskCounters, listWatchedAndExcludedDisks, parseDiskstats, readDiskActivity } from './disks.ts';
import { assignStableDiskIds, knownDisksMemoryFormat } from './known-disks.ts';
import { missingNameComplaints } from './missing-names.ts';

/** How long disks are left out while no broker has answered: after a boot they can have each other's names. */
const brokerTimeoutMs = 5 * 60 * 1000;

/** Reads the machine's disks. */
export class HostDisksReader {
  readonly #roots: HostRoots;
  readonly #rates: DeviceCounterRates;
  readonly #memory: DeviceMemories;
  readonly #identities: DiskIdentityReader;
  readonly #include: readonly string[];
  readonly #verdict;
  readonly #startedAt = performance.now();
  readonly #selection = new CacheUntilBasisChanges<ReturnType<typeof listWatchedAndExcludedDisks>>();
  #counters: ReadonlyMap<string, DiskCounters> = new Map();
  readonly #parts = new CacheUntilBasisChanges<Map<string, DevicePart>>();

  constructor(
    roots: HostRoots,
    { HOST_DISKS: include = [], HOST_DISKS_EXCLUDE: exclude = [] }: HostSettings,
    rates: DeviceCounterRates,
    drivers: DriverFileReader,
    memory: DeviceMemories,
  ) {
    this.#roots = roots;
    this.#rates = rates;
    this.#memory = memory;
    this.#identities = new DiskIdentityReader(roots, drivers);
    this.#include = include;
    this.#verdict = createIncludeExcludeMatcher({ include, exclude });
  }

  /** Reads the counters of this moment. */
  begin(): void {
    this.#counters = parseDiskstats(tryReadTextKeepOpenSync(this.#roots.proc('diskstats')) ?? '');
  }

  async read(device: Device): Promise<ObservationOrComplaint<HostReadingByTable>[]> {
    const folders = listFolderSync(this.#roots.sys('block'));
    const { watched, excluded, names } = this.#selection.get(folders, () =>
      listWatchedAndExcludedDisks(this.#roots, this.#verdict),
    );
    const parts = await this.#identify(device, [...watched, ...excluded]);
    const table = 'disk' as const;
    const read = (name: string, part: DevicePart): ObservationOrComplaint<HostReadingByTable> => {
      const counters = this.#counters.get(name);
      return counters === undefined
        ? { table, device, part, error: new Error(`${name}: not in ${this.#roots.proc('diskstats')}`) }
        : { table, device, part, reading: readDiskActivity(this.#roots, name, counters, this.#rates) };
    };
    return [
      ...watched.flatMap((name) => {
        const part = parts.get(name);
        return part === undefined ? [] : [read(name, part)];
      }),
      ...excluded.flatMap((name) => {
        const part = parts.get(name);
        return part === undefined ? [] : [{ table, device, part, excluded: true as const }];
      }),
      ...missingNameComplaints('HOST_DISKS', 'disk', this.#include, names, [...watched, ...excluded]),
    ];
  }

  /** The part of each disk by kernel name. A disk that does not tell its serial number now has none. */
  async #identify(device: Device, names: readonly string[]): Promise<Map<string, DevicePart>> {
    if (names.length === 0) return new Map();
    if (!this.#memory.hasAnswered && performance.now() - this.#startedAt < brokerTimeoutMs) return new Map();
    const identities = await this.#identities.read(names);
    const basis = [identities, this.#memory.recall(device.id), this.#memory.isLoaded(device.id)] as const;
    return this.#parts.get(basis, () => this.#identifyAgain(device, ...basis));
  }

  #identifyAgain(
    device: Device,
    identities: ReadonlyMap<string, DiskIdentity>,
    content: unknown,
    isLoaded: boolean,
  ): Map<string, DevicePart> {
    const before = content === undefined ? undefined : knownDisksMemoryFormat.parse(content);
    const { ids, known } = assignStableDiskIds(identities, before);
    if (isLoaded && !isDeepStrictEqual(known, before)) this.#memory.keep(device.id, known);
    return new Map(
      [...ids].map(([name, id]) => [name, { id, name: `Disk ${name}`, ...(id === name ? {} : { label: name }) }]),
    );
  }
}
