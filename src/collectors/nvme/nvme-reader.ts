import { setTimeout as pause } from 'node:timers/promises';
import { ClockSteadiness } from '../../lib/clock-steadiness.ts';
import type { ClockReading } from '../../lib/counter-rates.ts';
import type { Observation, ObservationOrProblem } from '../../model/collector.ts';
import type { DeviceMemory } from '../../model/device-memory.ts';
import { slug } from '../../model/naming.ts';
import { readClocksSinceBoot } from '../../model/past-moment.ts';
import type { AgentIdentity } from '../../model/state.ts';
import { type CheckedHealthLog, CounterPlausibility } from './counter-plausibility.ts';
import {
  acknowledgeFirstErrors,
  addDailySample,
  bytesWrittenPerDay,
  type DriveHistory,
  dropResetCounters,
  estimateWornOutDate,
  greatestCounts,
  isPlausible,
  parseDriveHistory,
  wearPercentPerMonth,
} from './drive-history.ts';
import { type DriveAnswer, DrivePoller } from './drive-poller.ts';
import { criticalWarningBits, isCriticalWarningSet, judgeDrive } from './drive-verdict.ts';
import { driveDevice, drivesOfControllers, type NvmeDrive } from './drives.ts';
import type { DriveReading, HealthLog, NvmeReadings } from './reading.ts';
import { selectDrives } from './select-drives.ts';
import type { NvmeSettings } from './settings.ts';
import { readControllers } from './sysfs.ts';

/** Milliseconds that the first reading waits for what the broker remembers. */
const memoryTimeoutMs = 2000;

const controllerStateOf = ({ controllers }: NvmeDrive) =>
  (controllers.find(({ state }) => state === 'live') ?? controllers[0]).state;

const capacityOf = ({ namespaces }: NvmeDrive) =>
  namespaces.reduce((sum, { capacity }) => sum + capacity, 0) || undefined;

type Judgement = Pick<DriveReading, 'problem' | 'reason' | 'writtenPerDay' | 'wearPerMonth' | 'wornOut'>;

/** Goes round the drives of this machine. */
export class NvmeReader {
  readonly #agent: AgentIdentity;
  readonly #memory: DeviceMemory;
  readonly #settings: NvmeSettings;
  readonly #clock: () => ClockReading;
  readonly #steadiness = new ClockSteadiness();
  readonly #beliefs = new Map<string, CounterPlausibility>();
  readonly #pollers = new Map<string, DrivePoller>();
  /** The last good health log, by the slug of the drive's id. */
  readonly #logs = new Map<string, { id: string; log: HealthLog }>();
  #memoryLoaded: Promise<void> | undefined;
  /** Milliseconds for which the clock has run evenly. */
  #steady = 0;

  constructor(
    agent: AgentIdentity,
    memory: DeviceMemory,
    settings: NvmeSettings,
    clock: () => ClockReading = readClocksSinceBoot,
  ) {
    this.#agent = agent;
    this.#memory = memory;
    this.#settings = settings;
    this.#clock = clock;
  }

  async read(): Promise<ObservationOrProblem<NvmeReadings>[]> {
    const drives = drivesOfControllers(readControllers(this.#settings.HOST_SYS) ?? []);
    const { watched, excluded, complaints } = selectDrives(drives, this.#settings.NVME_DEVICES);
    this.#dropMissing(drives);
    this.#memoryLoaded ??= Promise.race([this.#memory.loaded, pause(memoryTimeoutMs, undefined, { ref: false })]);
    if (watched.length > 0) await this.#memoryLoaded;
    this.#steady = this.#steadiness.at(this.#clock());
    const found = await Promise.all(watched.map((drive) => this.#readDrive(drive, drives)));
    return [
      ...found.flat(),
      ...excluded.map(
        (drive): Observation<NvmeReadings> => ({
          table: 'drive',
          device: driveDevice(this.#agent, drive, drives),
          excluded: true,
        }),
      ),
      ...complaints.map((complaint) => ({ complaint })),
    ];
  }

  /** From now on only further media errors are a problem. Throws where the drive's count is not known. */
  acknowledge(device: string): void {
    const known = this.#logs.get(device);
    if (known?.log.mediaErrors === undefined) throw new Error('the count of media errors is not known');
    if (!this.#memory.isLoaded(known.id))
      throw new Error('the memory of this drive is not loaded yet; try again in a minute');
    const history = parseDriveHistory(this.#memory.recall(known.id));
    this.#memory.keep(known.id, {
      ...history,
      media_errors_acknowledged: String(known.log.mediaErrors),
    } satisfies DriveHistory);
  }

  async #readDrive(drive: NvmeDrive, all: readonly NvmeDrive[]): Promise<Observation<NvmeReadings>[]> {
    const device = driveDevice(this.#agent, drive, all);
    const state = controllerStateOf(drive);
    const parts = drive.namespaces.map((namespace) => ({
      namespace,
      part: { id: String(namespace.id), name: `Namespace ${namespace.id}` },
    }));
    try {
      const poller = this.#poller(drive);
      const reading =
        state === undefined || state === 'live'
          ? this.#reading(drive, state, await poller.poll(drive))
          : readingWhileNotLive(drive, state);
      return [
        { table: 'drive', device, reading, hint: reading.hint },
        ...parts.map(
          ({ namespace, part }): Observation<NvmeReadings> => ({
            table: 'namespace',
            device,
            part,
            reading: { capacity: namespace.capacity, used: poller.used.get(namespace.id) },
          }),
        ),
      ];
    } catch (error) {
      return [
        { table: 'drive', device, error },
        ...parts.map(({ part }): Observation<NvmeReadings> => ({ table: 'namespace', device, part, error })),
      ];
    }
  }

  #reading(drive: NvmeDrive, state: string | undefined, answer: DriveAnswer): DriveReading {
    const { firmware } = drive;
    if ('hint' in answer) {
      const { hint, hwmon } = answer;
      return {
        source: 'sysfs',
        hint,
        state,
        firmware,
        temperature: hwmon?.temperature,
        sensors: hwmon?.sensors ?? [],
        temperatureAlarm: hwmon?.alarm,
        limits: { ...hwmon?.limits, capacity: capacityOf(drive) },
      };
    }
    const { limits } = answer.health;
    const history = this.#memory.isLoaded(drive.id) ? parseDriveHistory(this.#memory.recall(drive.id)) : undefined;
    const seen = this.#belief(drive).see(answer.health.log, history === undefined ? {} : greatestCounts(history));
    const { log } = seen;
    this.#logs.set(slug(drive.id), { id: drive.id, log });
    return {
      source: answer.method.command.source,
      state,
      firmware,
      temperature: log.temperature,
      sensors: log.sensors,
      temperatureAlarm: isCriticalWarningSet(log, criticalWarningBits.temperature_alarm),
      log,
      limits: { ...limits, capacity: limits.capacity ?? capacityOf(drive) },
      ...this.#judgeWithHistory(drive, state, seen, history),
    };
  }

  /** What only the history can tell. */
  #judgeWithHistory(
    drive: NvmeDrive,
    state: string | undefined,
    { log, judged, firm, anew }: CheckedHealthLog,
    before: DriveHistory | undefined,
  ): Judgement {
    if (before === undefined) return judgeDrive(state, judged, undefined);
    const now = new Date(this.#clock().wall);
    const history = addDailySample(
      acknowledgeFirstErrors(dropResetCounters(before, anew), firm),
      now,
      this.#steady,
      firm,
    );
    if (history !== before) this.#memory.keep(drive.id, history);
    const acknowledged = history.media_errors_acknowledged;
    const answer = judgeDrive(state, judged, acknowledged === undefined ? judged.mediaErrors : BigInt(acknowledged));
    if (!isPlausible(history, now)) return answer;
    const perMonth = wearPercentPerMonth(history, now, log.percentageUsed);
    return {
      ...answer,
      writtenPerDay: bytesWrittenPerDay(history, now, log.dataUnitsWritten),
      wearPerMonth: perMonth,
      wornOut: estimateWornOutDate(now, log.percentageUsed, perMonth),
    };
  }

  #poller({ id }: NvmeDrive): DrivePoller {
    const known = this.#pollers.get(id) ?? new DrivePoller();
    this.#pollers.set(id, known);
    return known;
  }

  #belief({ id }: NvmeDrive): CounterPlausibility {
    const known = this.#beliefs.get(id) ?? new CounterPlausibility();
    this.#beliefs.set(id, known);
    return known;
  }

  /** Drives that are gone begin anew when they come back; one whose command still hangs is not asked beside it. */
  #dropMissing(present: readonly NvmeDrive[]): void {
    for (const [id, poller] of this.#pollers) {
      if (!poller.isAsking && !present.some((drive) => drive.id === id)) this.#pollers.delete(id);
    }
  }
}

/** A controller that is not live is not asked: the question would wait for it. */
const readingWhileNotLive = ({ firmware }: NvmeDrive, state: string): DriveReading => ({
  source: 'sysfs',
  state,
  firmware,
  sensors: [],
  limits: {},
  ...judgeDrive(state, undefined, undefined),
});
