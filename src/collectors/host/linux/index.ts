import { setTimeout as pause } from 'node:timers/promises';
import { CacheUntilBasisChanges } from '../../../lib/cache-until-basis-changes.ts';
import { readClocks } from '../../../lib/clocks.ts';
import { tryReadTextKeepOpenSync } from '../../../lib/files.ts';
import { SlowSysfsFileReader } from '../../../lib/slow-sysfs-file-reader.ts';
import type { Observation, ObservationOrComplaint } from '../../../model/collector.ts';
import type { Device } from '../../../model/device.ts';
import type { DeviceMemories } from '../../../model/device-memories.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { TranslatableText } from '../../../model/translation.ts';
import type { MachineInventory } from '../inventory.ts';
import type { HostReading, HostReadingByTable } from '../reading.ts';
import type { HostSettings } from '../settings.ts';
import { type HostTexts, hostTexts } from '../texts.ts';
import { CpuUsageReader, readCpuFrequencyHz, readLoadAverage } from './cpu.ts';
import { DiskAndInterfaceRateCalculator } from './disk-and-interface-rate-calculator.ts';
import { FailedUnitsReader } from './failed-units.ts';
import { HostDiskActivityReader } from './host-disk-activity-reader.ts';
import { HostFilesystemsReader } from './host-filesystems-reader.ts';
import { HostInterfacesReader } from './host-interfaces-reader.ts';
import { type HostMounts, HostMountsReader } from './host-mounts.ts';
import type { HwmonSensor } from './hwmon-sensor.ts';
import { readCpuMemoryIoPressure, readMemoryUsage } from './memory-and-pressure.ts';
import { findPackageManager } from './package-managers.ts';
import { PendingUpdatesReader } from './pending-updates-reader.ts';
import { ProcessCounter } from './process-counter.ts';
import { type RebootNeed, readRebootNeed } from './reboot.ts';
import { readHostTemperaturesAndFans } from './sensors.ts';
import { isClockSynchronized, parseBootTime, readThrottlingAndUnderVoltage } from './system.ts';

/** How long a reading waits for the package manager; a later answer is used in the next reading. */
const updatesTimeoutMs = 2000;

type HostObservation = Observation<HostReadingByTable>;

const sensorPart = ({ id }: HwmonSensor) => ({ id, name: id });
const readingOfSensor = <T>({ error }: HwmonSensor, reading: T) => (error === undefined ? { reading } : { error });

const joinHints = (hints: readonly TranslatableText<HostTexts>[]): TranslatableText<HostTexts> | undefined =>
  hints.length === 0 ? undefined : (texts) => hints.map((hint) => hint(texts)).join('; ');

/** Reads a Linux host from /proc, /sys and statfs. */
export class LinuxHostReader {
  readonly #roots: HostRoots;
  readonly #cpuUsage = new CpuUsageReader();
  readonly #rates = new DiskAndInterfaceRateCalculator();
  readonly #drivers = new SlowSysfsFileReader();
  readonly #updates: PendingUpdatesReader;
  readonly #mounts: HostMountsReader;
  readonly #filesystems: HostFilesystemsReader;
  readonly #interfaces: HostInterfacesReader;
  readonly #disks: HostDiskActivityReader;
  readonly #reboot = new CacheUntilBasisChanges<RebootNeed>();
  readonly #processes = new ProcessCounter();
  readonly #failedUnits: FailedUnitsReader;
  #hasRead = false;

  constructor(roots: HostRoots, settings: HostSettings, memory: DeviceMemories) {
    this.#roots = roots;
    // A package manager describes the system that it runs on.
    this.#updates = new PendingUpdatesReader(roots.isHostRoot ? findPackageManager() : undefined);
    this.#mounts = new HostMountsReader(roots);
    this.#failedUnits = new FailedUnitsReader(roots);
    this.#filesystems = new HostFilesystemsReader(roots, settings);
    this.#interfaces = new HostInterfacesReader(roots, settings, this.#rates, this.#drivers);
    this.#disks = new HostDiskActivityReader(roots, settings, this.#rates, this.#drivers, memory);
  }

  #beginCounters(): { stat: string | undefined; cpu: HostReading['cpu'] } {
    // Counters are read right after the clocks, before any wait.
    const clocks = readClocks();
    this.#rates.begin(clocks);
    this.#interfaces.begin();
    this.#disks.begin();
    const stat = tryReadTextKeepOpenSync(this.#roots.proc('stat'));
    return { stat, cpu: this.#cpuUsage.read(stat, clocks.monotonic) };
  }

  /** Reads what rates are computed from, for the reading that follows. */
  async readCounters(device: Device): Promise<void> {
    this.#beginCounters();
    this.#drivers.begin();
    await Promise.all([this.#interfaces.read(device), this.#disks.read(device)]);
  }

  /** Ends when the package manager has answered. */
  async finishSlowReads(): Promise<void> {
    await this.#updates.refresh(readClocks().monotonic);
  }

  async read(
    device: Device,
    { processor, virtualization }: MachineInventory,
  ): Promise<ObservationOrComplaint<HostReadingByTable>[]> {
    const { stat, cpu } = this.#beginCounters();
    const mounts = this.#mounts.read();
    const [fromDrivers, host, filesystems] = await Promise.all([
      this.#readDrivers(device),
      this.#readHost(stat, mounts),
      this.#filesystems.read(device, mounts),
    ]);
    return [
      {
        table: 'host',
        device,
        reading: { ...host.reading, ...fromDrivers.host, cpu, processor, virtualization },
        hint: joinHints([fromDrivers.hint, host.hint].filter((hint) => hint !== undefined)),
      },
      ...filesystems,
      ...fromDrivers.interfaces,
      ...fromDrivers.disks,
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

  /** Reads files whose drivers query their devices. The most important come first, because the total time is
   * limited. */
  async #readDrivers(device: Device) {
    const [roots, drivers] = [this.#roots, this.#drivers];
    drivers.begin();
    const [disks, { cpu, cpuCritical, temperatures, fans }, interfaces] = await Promise.all([
      this.#disks.read(device),
      readHostTemperaturesAndFans(roots, drivers),
      this.#interfaces.read(device),
    ]);
    const host = {
      cpuTemperature: cpu,
      cpuCriticalTemperature: cpuCritical,
      ...(await readThrottlingAndUnderVoltage(roots, drivers)),
      cpuFrequencyHz: await readCpuFrequencyHz(roots, drivers),
    };
    const reported = [...temperatures, ...fans].flatMap(({ error }) => error?.message ?? []);
    const unreported = drivers.unanswered.filter((path) => !reported.some((message) => message.startsWith(path)));
    return {
      host,
      temperatures,
      fans,
      interfaces,
      disks,
      hint: unreported.length === 0 ? undefined : (texts = hostTexts) => texts.noAnswerFrom(unreported),
    };
  }

  async #readHost(
    stat: string | undefined,
    mounts: HostMounts,
  ): Promise<{ reading: HostReading; hint: TranslatableText<HostTexts> | undefined }> {
    const roots = this.#roots;
    const now = readClocks();
    // A package manager takes seconds: the first state does not wait for it.
    const pendingUpdates = this.#hasRead ? this.#updates.refresh(now.monotonic) : undefined;
    this.#hasRead = true;
    const [failedUnits] = await Promise.all([
      this.#failedUnits.read(),
      pendingUpdates && Promise.race([pendingUpdates, pause(updatesTimeoutMs, undefined, { ref: false })]),
    ]);
    return {
      reading: {
        load: readLoadAverage(roots),
        memory: readMemoryUsage(roots),
        pressure: readCpuMemoryIoPressure(roots),
        bootTime: parseBootTime(stat, tryReadTextKeepOpenSync(roots.proc('uptime')), now.wall),
        processes: this.#processes.count(roots),
        reboot: this.#reboot.get([mounts], () => readRebootNeed(roots, mounts)),
        failedUnits: failedUnits.names,
        updates: this.#updates.latest,
        clockSynchronized: isClockSynchronized(roots),
      },
      hint: failedUnits.hint,
    };
  }
}
