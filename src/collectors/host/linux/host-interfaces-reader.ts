import { CacheUntilBasisChanges } from '../../../lib/cache-until-basis-changes.ts';
import { tryReadTextKeepOpenSync } from '../../../lib/files.ts';
import { createIncludeExcludeMatcher } from '../../../lib/include-exclude-matcher.ts';
import type { SlowSysfsFileReader } from '../../../lib/slow-sysfs-file-reader.ts';
import type { ObservationOrComplaint } from '../../../model/collector.ts';
import type { Device } from '../../../model/device.ts';
import { resultOfStepsInTurns } from '../../../model/event-loop-turns.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { HostReadingByTable, InterfaceReading } from '../reading.ts';
import type { HostSettings } from '../settings.ts';
import { missingInFileError } from '../texts.ts';
import type { DiskAndInterfaceRateCalculator } from './disk-and-interface-rate-calculator.ts';
import {
  type DriverAnswer,
  type InterfaceCounters,
  type InterfaceLinkAndSpeed,
  isLimitedByLinkSpeed,
  linkBasis,
  listWatchedAndExcludedInterfaces,
  parseNetDev,
  readInterfaceAddresses,
  readInterfaceLinkAndSpeed,
} from './interfaces.ts';
import { missingNameComplaints } from './missing-names.ts';

/** The moments of two readings are not exact. */
const maxSpeedFactor = 1.1;
/** Milliseconds that addresses are remembered: another one of the same network may have the same route. */
const addressAgeMs = 60_000;
/** No interface is faster than 400 Gbit/s. */
const maxBytesPerSecond = 50e9;

const interfacePart = (name: string) => ({ id: name, name });

/** Reads the machine's network interfaces. */
export class HostInterfacesReader {
  readonly #roots: HostRoots;
  readonly #rates: DiskAndInterfaceRateCalculator;
  readonly #drivers: SlowSysfsFileReader;
  readonly #include: readonly string[];
  readonly #verdict;
  readonly #selection = new CacheUntilBasisChanges<{ watched: string[]; excluded: string[]; names: string[] }>();
  readonly #addresses = new CacheUntilBasisChanges<ReturnType<typeof readInterfaceAddresses>>(addressAgeMs);
  /** Link and speed by name: to ask a driver is a task for another thread. */
  readonly #links = new Map<string, CacheUntilBasisChanges<DriverAnswer>>();
  #counters: ReadonlyMap<string, InterfaceCounters> = new Map();
  /** The latest known link speed by name, in bytes per second. */
  readonly #speeds = new Map<string, number>();

  constructor(
    roots: HostRoots,
    { HOST_INTERFACES: include = [], HOST_INTERFACES_EXCLUDE: exclude = [] }: HostSettings,
    rates: DiskAndInterfaceRateCalculator,
    drivers: SlowSysfsFileReader,
  ) {
    this.#roots = roots;
    this.#rates = rates;
    this.#drivers = drivers;
    this.#include = include;
    this.#verdict = createIncludeExcludeMatcher({ include, exclude });
  }

  /** Reads the counters of this moment. */
  begin(): void {
    this.#counters = parseNetDev(tryReadTextKeepOpenSync(this.#roots.proc('net/dev')) ?? '');
  }

  async read(device: Device): Promise<ObservationOrComplaint<HostReadingByTable>[]> {
    const routes = ['route', 'ipv6_route'].map((file) => tryReadTextKeepOpenSync(this.#roots.proc('net', file)));
    const { watched, excluded, names } = await resultOfStepsInTurns(
      this.#selection.getInSteps([...routes, ...this.#counters.keys()], () =>
        listWatchedAndExcludedInterfaces(this.#roots, this.#verdict),
      ),
    );
    const ipv6Addresses = tryReadTextKeepOpenSync(this.#roots.proc('net/if_inet6'));
    const addressesOf = this.#addresses.get([...routes, ipv6Addresses], () => readInterfaceAddresses(this.#roots));
    const present = new Set(names);
    for (const known of [this.#speeds, this.#links])
      for (const name of known.keys()) if (!present.has(name)) known.delete(name);
    const table = 'interface' as const;
    const observations = watched.map(async (name) => {
      const part = interfacePart(name);
      const counters = this.#counters.get(name);
      if (counters === undefined)
        return { table, device, part, error: missingInFileError(name, this.#roots.proc('net/dev')) };
      const link = await this.#readLinkAndSpeed(name);
      const reading = {
        ...counters,
        ...this.#ratesOf(name, counters, link.speedBytesPerSecond),
        ...link,
        ...addressesOf(name),
      };
      return { table, device, part, reading };
    });
    return [
      ...(await Promise.all(observations)),
      ...excluded.map((name) => ({ table, device, part: interfacePart(name), excluded: true as const })),
      ...missingNameComplaints('HOST_INTERFACES', 'missingInterface', this.#include, names, names),
    ];
  }

  async #readLinkAndSpeed(name: string): Promise<InterfaceLinkAndSpeed> {
    const cache = this.#links.get(name) ?? new CacheUntilBasisChanges<DriverAnswer>();
    this.#links.set(name, cache);
    const { answer, isComplete } = await cache.getAsync(linkBasis(this.#roots, name), () =>
      readInterfaceLinkAndSpeed(this.#roots, this.#drivers, name),
    );
    // Not known: the next reading asks again.
    if (!isComplete) this.#links.delete(name);
    return answer;
  }

  #ratesOf(
    name: string,
    { received, sent }: InterfaceCounters,
    speed = this.#speeds.get(name),
  ): Pick<InterfaceReading, 'receivedPerSecond' | 'sentPerSecond'> {
    if (speed !== undefined) this.#speeds.set(name, speed);
    const file = (path: string) => tryReadTextKeepOpenSync(this.#roots.sys('class/net', name, path)) ?? '';
    const limit = speed !== undefined && isLimitedByLinkSpeed(this.#roots, name) ? speed : undefined;
    const identity = [file('ifindex'), file('address'), limit ?? ''].join(' ');
    const maxPerSecond = limit === undefined ? maxBytesPerSecond : limit * maxSpeedFactor;
    const rates = this.#rates.perSecond({ name: `interface ${name}`, identity, maxPerSecond }, { received, sent });
    // It may be beyond the speed that was: some adapters agree on another one without a sign.
    if (limit !== undefined && rates.received === undefined) this.#links.delete(name);
    return { receivedPerSecond: rates.received, sentPerSecond: rates.sent };
  }
}
