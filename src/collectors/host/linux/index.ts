import { setTimeout as pause } from 'node:timers/promises';
import { readClocks } from '../../../lib/clocks.ts';
import { CounterRateCalculator } from '../../../lib/counter-rate-calculator.ts';
import { DriverFileReader } from '../../../lib/driver-file-reader.ts';
import { tryReadTextSync } from '../../../lib/files.ts';
import { createGlobClassifier } from '../../../lib/glob-classifier.ts';
import type { Observation } from '../../../model/collector.ts';
import type { Device } from '../../../model/device.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { MachineInventory } from '../inventory.ts';
import type { HostReading, HostReadingByTable } from '../reading.ts';
import type { HostSettings } from '../settings.ts';
import { CpuUsageReader, readCpuFrequencyHz, readLoadAverage } from './cpu.ts';
import { readDiskActivity, selectWatchedAndExcludedDisks } from './disks.ts';
import { readFailedUnits } from './failed-units.ts';
import { FilesystemReader } from './filesystem-reader.ts';
import type { HwmonSensor } from './hwmon-sensor.ts';
import {
  readInterfaceTrafficAndAddresses,
  readLinkAndSpeed,
  selectWatchedAndExcludedInterfaces,
} from './interfaces.ts';
import { readMemoryUsage, readPressureStallShares } from './memory.ts';
import { createHiddenPathCheck, type Mount, selectWatchedAndExcludedMounts } from './mounts.ts';
import { findPackageManager } from './package-managers.ts';
import { PendingUpdatesReader } from './pending-updates-reader.ts';
import { readRebootNeed } from './reboot.ts';
import { readHostSensors } from './sensors.ts';
import { bootTime, countProcesses, isClockSynchronized, readThrottling } from './system.ts';

/** How long a reading waits for the package manager; a later answer is used in the next reading. */
const updatesTimeoutMs = 2000;

type HostObservation = Observation<HostReadingByTable>;

/** The reading, or the error: the failure of one part does not affect the others. */
function readingOrError<T>(read: () => T): { reading: T } | { error: unknown } {
  try {
    return { reading: read() };
  } catch (error) {
    return { error };
  }
}

const filesystemPart = ({ point }: Mount) => ({ id: point === '/' ? 'root' : point, name: `File system ${point}` });
const interfacePart = (name: string) => ({ id: name, name });
const diskPart = (name: string) => ({ id: name, name: `Disk ${name}` });
const sensorPart = ({ id }: HwmonSensor) => ({ id, name: id });
const readingOfSensor = <T>({ error }: HwmonSensor, reading: T) => (error === undefined ? { reading } : { error });

/** Reads a Linux host from /proc, /sys and statfs. */
export class LinuxHostReader {
  readonly #roots: HostRoots;
  readonly #cpuUsage = new CpuUsageReader();
  readonly #rates = new CounterRateCalculator();
  readonly #drivers = new DriverFileReader();
  readonly #updates: PendingUpdatesReader;
  readonly #filesystems: FilesystemReader;
  readonly #globs;

  constructor(roots: HostRoots, settings: HostSettings) {
    this.#roots = roots;
    // A package manager describes the system that it runs on.
    this.#updates = new PendingUpdatesReader(roots.isHostRoot ? findPackageManager() : undefined);
    this.#filesystems = new FilesystemReader(roots);
    this.#globs = {
      filesystem: createGlobClassifier({
        include: settings.HOST_FILESYSTEMS ?? [],
        exclude: settings.HOST_FILESYSTEMS_EXCLUDE ?? [],
      }),
      interface: createGlobClassifier({
        include: settings.HOST_INTERFACES ?? [],
        exclude: settings.HOST_INTERFACES_EXCLUDE ?? [],
      }),
      disk: createGlobClassifier({ include: settings.HOST_DISKS ?? [], exclude: settings.HOST_DISKS_EXCLUDE ?? [] }),
    };
  }

  async read(device: Device, { processor, virtualization }: MachineInventory): Promise<HostObservation[]> {
    // Counters are read right after the clocks, before any wait.
    const clocks = readClocks();
    this.#rates.begin(clocks);
    const counterObservations = [...this.#readInterfaces(device), ...this.#readDisks(device)];
    const stat = tryReadTextSync(this.#roots.proc('stat'));
    const cpu = this.#cpuUsage.read(stat, clocks.monotonic);
    const [fromDrivers, host, filesystems] = await Promise.all([
      this.#readDrivers(counterObservations),
      this.#readHost(stat),
      this.#readFilesystems(device),
    ]);
    return [
      {
        table: 'host',
        device,
        reading: { ...host.reading, ...fromDrivers.host, cpu, processor, virtualization },
        hint: [fromDrivers.hint, host.hint].filter((hint) => hint !== undefined).join('; ') || undefined,
      },
      ...filesystems,
      ...fromDrivers.counterObservations,
      ...fromDrivers.temperatures.map(
        (sensor): HostObservation => ({
          table: 'temperature',
          device,
          part: sensorPart(sensor),
          ...readingOfSensor(sensor, { celsius: sensor.value }),
        }),
      ),
      ...fromDrivers.fans.map(
        (sensor): HostObservation => ({
          table: 'fan',
          device,
          part: sensorPart(sensor),
          ...readingOfSensor(sensor, { rpm: sensor.value }),
        }),
      ),
    ];
  }

  /** Reads files whose drivers query their devices. The most important come first, because the total time is limited.
   * */
  async #readDrivers(counterObservations: HostObservation[]) {
    const [roots, drivers] = [this.#roots, this.#drivers];
    drivers.begin();
    const { cpu, cpuCritical, temperatures, fans } = await readHostSensors(roots, drivers);
    const withLinks = await Promise.all(
      counterObservations.map(async (observation): Promise<HostObservation> => {
        if (observation.table !== 'interface' || observation.reading === undefined) return observation;
        const link = await readLinkAndSpeed(roots, drivers, observation.part?.id ?? '');
        return { ...observation, reading: { ...observation.reading, ...link } };
      }),
    );
    const host = {
      cpuTemperature: cpu,
      cpuCriticalTemperature: cpuCritical,
      ...(await readThrottling(roots, drivers)),
      cpuFrequencyHz: await readCpuFrequencyHz(roots, drivers),
    };
    const reported = [...temperatures, ...fans].flatMap(({ error }) => error?.message ?? []);
    const unreported = drivers.unanswered.filter((path) => !reported.some((message) => message.startsWith(path)));
    return {
      host,
      temperatures,
      fans,
      counterObservations: withLinks,
      hint: unreported.length === 0 ? undefined : `${unreported.join(' and ')}: no answer`,
    };
  }

  async #readHost(stat: string | undefined): Promise<{ reading: HostReading; hint: string | undefined }> {
    const roots = this.#roots;
    const now = readClocks();
    const [failedUnits] = await Promise.all([
      readFailedUnits(roots),
      Promise.race([this.#updates.refresh(now.monotonic), pause(updatesTimeoutMs, undefined, { ref: false })]),
    ]);
    return {
      reading: {
        load: readLoadAverage(roots),
        memory: readMemoryUsage(roots),
        pressure: readPressureStallShares(roots),
        bootTime: bootTime(stat, tryReadTextSync(roots.proc('uptime')), now.wall),
        processes: countProcesses(roots),
        reboot: readRebootNeed(roots),
        failedUnits: failedUnits.names,
        updates: this.#updates.latest,
        clockSynchronized: isClockSynchronized(roots),
      },
      hint: failedUnits.hint,
    };
  }

  async #readFilesystems(device: Device): Promise<HostObservation[]> {
    const { watched, excluded } = selectWatchedAndExcludedMounts(this.#roots, this.#globs.filesystem);
    const isHidden = createHiddenPathCheck(this.#roots);
    const read = async (mount: Mount): Promise<HostObservation> => {
      const part = filesystemPart(mount);
      try {
        if (isHidden(mount.point))
          throw new Error(
            `${mount.point}: the container has a different file system there: mount the host’s / with rslave and without a tmpfs over it`,
          );
        return { table: 'filesystem', device, part, reading: await this.#filesystems.read(mount) };
      } catch (error) {
        return { table: 'filesystem', device, part, error };
      }
    };
    return [
      ...(await Promise.all(watched.map(read))),
      ...excluded.map(
        (mount): HostObservation => ({ table: 'filesystem', device, part: filesystemPart(mount), excluded: true }),
      ),
    ];
  }

  #readInterfaces(device: Device): HostObservation[] {
    const netDev = tryReadTextSync(this.#roots.proc('net/dev')) ?? '';
    const { watched, excluded } = selectWatchedAndExcludedInterfaces(this.#roots, this.#globs.interface);
    return [
      ...watched.map(
        (name): HostObservation => ({
          table: 'interface',
          device,
          part: interfacePart(name),
          ...readingOrError(() => readInterfaceTrafficAndAddresses(this.#roots, netDev, name, this.#rates)),
        }),
      ),
      ...excluded.map(
        (name): HostObservation => ({ table: 'interface', device, part: interfacePart(name), excluded: true }),
      ),
    ];
  }

  #readDisks(device: Device): HostObservation[] {
    const diskstats = tryReadTextSync(this.#roots.proc('diskstats')) ?? '';
    const { watched, excluded } = selectWatchedAndExcludedDisks(this.#roots, this.#globs.disk);
    return [
      ...watched.map(
        (name): HostObservation => ({
          table: 'disk',
          device,
          part: diskPart(name),
          ...readingOrError(() => readDiskActivity(this.#roots, diskstats, name, this.#rates)),
        }),
      ),
      ...excluded.map((name): HostObservation => ({ table: 'disk', device, part: diskPart(name), excluded: true })),
    ];
  }
}
