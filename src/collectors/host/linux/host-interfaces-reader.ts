import { CacheUntilBasisChanges } from '../../../lib/cache-until-basis-changes.ts';
import { closeFilesKeptOpenIn, tryReadTextKeepOpenSync, tryReadTextSync } from '../../../lib/files.ts';
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
  type InterfaceHardware,
  type InterfaceLinkAndSpeed,
  linkBasis,
  listWatchedAndExcludedInterfaces,
  parseNetDev,
  readInterfaceAddresses,
  readInterfaceHardware,
  readInterfaceLinkAndSpeed,
} from './interfaces.ts';
import { missingNameComplaints } from './missing-names.ts';

/** The moments of two readings are not exact. */
const maxSpeedFactor = 1.1;
/** Milliseconds that addresses are remembered: another one of the same network may have the same route. */
const addressAgeMs = 60_000;
/** No interface is faster than 400 Gbit/s. */
const maxBytesPerSecond = 50e9;

/** What is known of an interface until another one has its name. */
interface KnownInterface {
  index: string | undefined;
  hardware: InterfaceHardware;
  /** To ask a driver is a task for another thread. */
  linkAndSpeed: CacheUntilBasisChanges<DriverAnswer>;
  /** The latest known link speed, in bytes per second. */
  speed?: number;
}

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
  readonly #known = new Map<string, KnownInterface>();
  #counters: ReadonlyMap<string, InterfaceCounters> = new Map();

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
    for (const name of this.#known.keys()) if (!present.has(name)) this.#known.delete(name);
    const table = 'interface' as const;
    const observations = watched.map(async (name) => {
      const part = interfacePart(name);
      const counters = this.#counters.get(name);
      if (counters === undefined)
        return { table, device, part, error: missingInFileError(name, this.#roots.proc('net/dev')) };
      const known = this.#knownInterface(name);
      const link = await this.#readLinkAndSpeed(name, known);
      const reading = {
        ...counters,
        ...this.#ratesOf(name, counters, known),
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

  #knownInterface(name: string): KnownInterface {
    const folder = this.#roots.sys('class/net', name);
    // A file that is kept open goes with an interface that is renamed.
    const index = tryReadTextSync(`${folder}/ifindex`);
    const known = this.#known.get(name);
    if (known !== undefined && known.index === index) return known;
    closeFilesKeptOpenIn(folder);
    this.#drivers.closeFilesKeptOpenIn(folder);
    const hardware = readInterfaceHardware(this.#roots, name);
    const found = { index, hardware, linkAndSpeed: new CacheUntilBasisChanges<DriverAnswer>() };
    this.#known.set(name, found);
    return found;
  }

  async #readLinkAndSpeed(name: string, known: KnownInterface): Promise<InterfaceLinkAndSpeed> {
    const { hardware, linkAndSpeed } = known;
    const { answer, isComplete } = await linkAndSpeed.getAsync(linkBasis(this.#roots, name, hardware), () =>
      readInterfaceLinkAndSpeed(this.#roots, this.#drivers, name),
    );
    // Not known: the next reading asks again.
    if (!isComplete) linkAndSpeed.forget();
    if (answer.speedBytesPerSecond !== undefined) known.speed = answer.speedBytesPerSecond;
    return answer;
  }

  #ratesOf(
    name: string,
    { received, sent }: InterfaceCounters,
    { index, hardware, linkAndSpeed, speed }: KnownInterface,
  ): Pick<InterfaceReading, 'receivedPerSecond' | 'sentPerSecond'> {
    const address = tryReadTextKeepOpenSync(this.#roots.sys('class/net', name, 'address'));
    const limit = hardware.isLimitedByLinkSpeed ? speed : undefined;
    const identity = `${index} ${address} ${limit}`;
    const maxPerSecond = limit === undefined ? maxBytesPerSecond : limit * maxSpeedFactor;
    const rates = this.#rates.perSecond({ name: `interface ${name}`, identity, maxPerSecond }, { received, sent });
    // It may be beyond the speed that was: some adapters agree on another one without a sign.
    if (limit !== undefined && rates.received === undefined) linkAndSpeed.forget();
    return { receivedPerSecond: rates.received, sentPerSecond: rates.sent };
  }
}
