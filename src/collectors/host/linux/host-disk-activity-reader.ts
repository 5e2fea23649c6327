import { isDeepStrictEqual } from 'node:util';
import { CacheUntilBasisChanges } from '../../../lib/cache-until-basis-changes.ts';
import { tryReadTextKeepOpenSync } from '../../../lib/files.ts';
import { createIncludeExcludeMatcher } from '../../../lib/include-exclude-matcher.ts';
import type { SlowSysfsFileReader } from '../../../lib/slow-sysfs-file-reader.ts';
import type { ObservationOrComplaint } from '../../../model/collector.ts';
import type { Device, DevicePart } from '../../../model/device.ts';
import type { DeviceMemories } from '../../../model/device-memories.ts';
import { resultOfStepsInTurns, type StepwiseWork } from '../../../model/event-loop-turns.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { HostReadingByTable } from '../reading.ts';
import type { HostSettings } from '../settings.ts';
import { missingInFileError } from '../texts.ts';
import type { DiskAndInterfaceRateCalculator } from './disk-and-interface-rate-calculator.ts';
import { type DiskIdentity, DiskIdentityReader } from './disk-identity.ts';
import {
  type DiskCounters,
  diskActivity,
  listWatchedAndExcludedDisks,
  parseDiskstats,
  readDiskseqOrInode,
} from './disks.ts';
import { assignStableDiskIds, knownDisksMemoryFormat } from './known-disks.ts';
import { missingNameComplaints } from './missing-names.ts';

const table = 'disk' as const;
/** How long disks are left out while no broker has answered: after a boot they can have each other's names. */
const brokerTimeoutMs = 5 * 60 * 1000;

/** Reads the machine's disks. */
export class HostDiskActivityReader {
  readonly #roots: HostRoots;
  readonly #rates: DiskAndInterfaceRateCalculator;
  readonly #memory: DeviceMemories;
  readonly #identities: DiskIdentityReader;
  readonly #include: readonly string[];
  readonly #verdict;
  readonly #startedAt = performance.now();
  readonly #selection = new CacheUntilBasisChanges<{ watched: string[]; excluded: string[]; names: string[] }>();
  #counters: ReadonlyMap<string, DiskCounters> = new Map();
  readonly #parts = new CacheUntilBasisChanges<Map<string, DevicePart>>();

  constructor(
    roots: HostRoots,
    { HOST_DISKS: include = [], HOST_DISKS_EXCLUDE: exclude = [] }: HostSettings,
    rates: DiskAndInterfaceRateCalculator,
    drivers: SlowSysfsFileReader,
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
    const { watched, excluded, names } = await resultOfStepsInTurns(
      this.#selection.getInSteps([...this.#counters.keys()], () =>
        listWatchedAndExcludedDisks(this.#roots, this.#verdict),
      ),
    );
    const selected = [...watched, ...excluded];
    const isKnown = this.#memory.hasAnswered || performance.now() - this.#startedAt >= brokerTimeoutMs;
    const sequences = await resultOfStepsInTurns(this.#readSequences(isKnown ? selected : []));
    const parts = await this.#identify(device, sequences);
    return [
      ...(await resultOfStepsInTurns(this.#observe(device, watched, parts, sequences))),
      ...excluded.flatMap((name) => {
        const part = parts.get(name);
        return part === undefined ? [] : [{ table, device, part, excluded: true as const }];
      }),
      ...missingNameComplaints('HOST_DISKS', 'missingDisk', this.#include, names, selected),
    ];
  }

  *#observe(
    device: Device,
    names: readonly string[],
    parts: ReadonlyMap<string, DevicePart>,
    sequences: ReadonlyMap<string, string | undefined>,
  ): StepwiseWork<ObservationOrComplaint<HostReadingByTable>[]> {
    const observations: ObservationOrComplaint<HostReadingByTable>[] = [];
    for (const name of names) {
      yield 1;
      const part = parts.get(name);
      const counters = this.#counters.get(name);
      if (part === undefined) continue;
      observations.push(
        counters === undefined
          ? { table, device, part, error: missingInFileError(name, this.#roots.proc('diskstats')) }
          : { table, device, part, reading: diskActivity(name, sequences.get(name), counters, this.#rates) },
      );
    }
    return observations;
  }

  *#readSequences(names: readonly string[]): StepwiseWork<Map<string, string | undefined>> {
    const sequences = new Map<string, string | undefined>();
    for (const name of names) {
      sequences.set(name, readDiskseqOrInode(this.#roots, name));
      yield 1;
    }
    return sequences;
  }

  /** The part of each disk by kernel name. A disk that does not tell its serial number now has none. */
  async #identify(
    device: Device,
    sequences: ReadonlyMap<string, string | undefined>,
  ): Promise<Map<string, DevicePart>> {
    if (sequences.size === 0) return new Map();
    const identities = await this.#identities.read(sequences);
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
