import type { ClockReading } from '../../../lib/clocks.ts';
import { TimeSinceClockJump } from '../../../lib/clocks.ts';
import type { Observation, ObservationOrComplaint } from '../../../model/collector.ts';
import type { DeviceMemories } from '../../../model/device-memories.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { slug } from '../../../model/naming.ts';
import { readClocksIncludingSleep } from '../../../model/past-moment.ts';
import type { AgentIdentity } from '../../../model/state.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import { drivesHelperSocketPath } from '../helper/protocol.ts';
import type { SelfTestSummary } from '../tools/self-tests.ts';
import { CounterPlausibilityChecker, type HealthLogPlausibilityResult } from './counter-plausibility-checker.ts';
import { type DriveHealthOrHint, DriveHealthPoller } from './drive-health-poller.ts';
import {
  acknowledgeFirstMediaErrors,
  addDailyWearSample,
  bytesWrittenPerDay,
  type DriveHistory,
  driveHistorySinceCounterReset,
  driveHistoryWithResetEvidence,
  estimateWornOutDate,
  greatestStoredCounters,
  isClockPlausible,
  parseCounterResetEvidence,
  parseDriveHistoryOrEmpty,
  wearPercentPerMonth,
} from './drive-history.ts';
import { criticalWarningBits, driveProblemAndReason, isCriticalWarningBitSet } from './drive-problem-and-reason.ts';
import { type NvmeDrive, nvmeDriveDevice, nvmeDrivesOfControllers } from './drives.ts';
import type { DriveReading, HealthLog, NvmeReadingByTable } from './reading.ts';
import { matchesSerialOrDeviceName, selectWatchedAndExcludedDrives } from './select-drives.ts';
import type { NvmeSettings } from './settings.ts';
import { readNvmeControllers } from './sysfs.ts';

const controllerStateOf = ({ controllers }: NvmeDrive) =>
  (controllers.find(({ state }) => state === 'live') ?? controllers[0]).state;

const capacityOf = ({ namespaces }: NvmeDrive) =>
  namespaces.reduce((sum, { capacity }) => sum + capacity, 0) || undefined;

type Judgement = Pick<DriveReading, 'problem' | 'reason' | 'writtenPerDay' | 'wearPerMonth' | 'wornOut'>;

/** Reads all drives of this machine. */
export class NvmeDrivesReader {
  readonly #agent: AgentIdentity;
  readonly #memory: DeviceMemories;
  readonly #roots: HostRoots;
  readonly #settings: NvmeSettings;
  readonly #clock: () => ClockReading;
  readonly #sinceClockJump = new TimeSinceClockJump();
  readonly #plausibilities = new Map<string, CounterPlausibilityChecker>();
  /** Names in NVME_DEVICES that a drive has had. */
  readonly #foundNames = new Set<string>();
  readonly #pollers = new Map<string, DriveHealthPoller>();
  /** The last health log by the slug of the drive's id. */
  readonly #logs = new Map<string, { id: string; log: HealthLog }>();
  /** How long the clock has run without a jump. */
  #steadyMs = 0;

  constructor(
    agent: AgentIdentity,
    memory: DeviceMemories,
    roots: HostRoots,
    settings: NvmeSettings,
    clock: () => ClockReading = readClocksIncludingSleep,
  ) {
    this.#agent = agent;
    this.#memory = memory;
    this.#roots = roots;
    this.#settings = settings;
    this.#clock = clock;
  }

  async read(): Promise<ObservationOrComplaint<NvmeReadingByTable>[]> {
    const drives = nvmeDrivesOfControllers(readNvmeControllers(this.#roots.sys()) ?? []);
    const { NVME_DEVICES: names = [] } = this.#settings;
    for (const name of names)
      if (drives.some((drive) => matchesSerialOrDeviceName(drive, name))) this.#foundNames.add(name);
    const { watched, excluded, complaints } = selectWatchedAndExcludedDrives(drives, names, this.#foundNames);
    this.#dropMissing(drives);
    this.#steadyMs = this.#sinceClockJump.steadyMsAt(this.#clock());
    const observations = await Promise.all(watched.map((drive) => this.#readDrive(drive, drives)));
    return [
      ...observations.flat(),
      ...excluded.map(
        (drive): Observation<NvmeReadingByTable> => ({
          table: 'drive',
          device: nvmeDriveDevice(this.#agent, drive, drives),
          excluded: true,
        }),
      ),
      ...complaints,
    ];
  }

  /** Acknowledges all media errors up to now. Throws if the drive's count is unknown. */
  acknowledge(device: string): void {
    const drive = this.#logs.get(device);
    if (drive?.log.mediaErrors === undefined) throw new Error('the number of media errors is unknown');
    if (!this.#memory.isLoaded(drive.id))
      throw new Error('the memory of this drive is not loaded yet; try again in a minute');
    const history = parseDriveHistoryOrEmpty(this.#memory.recall(drive.id));
    this.#memory.keep(drive.id, {
      ...history,
      media_errors_acknowledged: String(drive.log.mediaErrors),
    } satisfies DriveHistory);
  }

  async #readDrive(drive: NvmeDrive, all: readonly NvmeDrive[]): Promise<Observation<NvmeReadingByTable>[]> {
    const device = nvmeDriveDevice(this.#agent, drive, all);
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
          ({ namespace, part }): Observation<NvmeReadingByTable> => ({
            table: 'namespace',
            device,
            part,
            reading: { capacity: namespace.capacity, used: poller.usedBytes.get(namespace.id) },
          }),
        ),
      ];
    } catch (error) {
      return [
        { table: 'drive', device, error },
        ...parts.map(({ part }): Observation<NvmeReadingByTable> => ({ table: 'namespace', device, part, error })),
      ];
    }
  }

  #reading(drive: NvmeDrive, state: string | undefined, answer: DriveHealthOrHint): DriveReading {
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
    const { selfTests } = this.#poller(drive);
    const history = this.#memory.isLoaded(drive.id)
      ? parseDriveHistoryOrEmpty(this.#memory.recall(drive.id))
      : undefined;
    const stored = history === undefined ? {} : greatestStoredCounters(history);
    const lowerCounts = history === undefined ? undefined : parseCounterResetEvidence(history);
    const checked = this.#plausibility(drive).check(answer.health.log, stored, lowerCounts, this.#clock().monotonic);
    const { log } = checked;
    this.#logs.set(slug(drive.id), { id: drive.id, log });
    return {
      source: answer.method.command.source,
      state,
      firmware,
      temperature: log.temperature,
      sensors: log.sensors,
      temperatureAlarm: isCriticalWarningBitSet(log, criticalWarningBits.temperature_alarm),
      log,
      limits: { ...limits, capacity: limits.capacity ?? capacityOf(drive) },
      selfTests,
      ...this.#judgeWithHistory(drive, state, checked, history, selfTests),
    };
  }

  /** The values that depend on the history. */
  #judgeWithHistory(
    drive: NvmeDrive,
    state: string | undefined,
    { log, judged, confirmed, restartedAt, lowerCounts }: HealthLogPlausibilityResult,
    before: DriveHistory | undefined,
    selfTests: SelfTestSummary | undefined,
  ): Judgement {
    if (before === undefined) return driveProblemAndReason(state, judged, undefined, selfTests);
    const now = new Date(this.#clock().wall);
    const history = addDailyWearSample(
      acknowledgeFirstMediaErrors(
        driveHistoryWithResetEvidence(driveHistorySinceCounterReset(before, restartedAt), lowerCounts),
        confirmed,
      ),
      now,
      this.#steadyMs,
      confirmed,
    );
    if (history !== before) this.#memory.keep(drive.id, history);
    const acknowledged = history.media_errors_acknowledged;
    const verdict = driveProblemAndReason(
      state,
      judged,
      acknowledged === undefined ? judged.mediaErrors : BigInt(acknowledged),
      selfTests,
    );
    if (!isClockPlausible(history, now)) return verdict;
    const perMonth = wearPercentPerMonth(history, now, log.percentageUsed);
    return {
      ...verdict,
      writtenPerDay: bytesWrittenPerDay(history, now, log.dataUnitsWritten),
      wearPerMonth: toBaseUnit(perMonth, '%'),
      wornOut: estimateWornOutDate(now, log.percentageUsed, perMonth),
    };
  }

  #poller(drive: NvmeDrive): DriveHealthPoller {
    const poller =
      this.#pollers.get(drive.id) ?? new DriveHealthPoller(drive, this.#roots.host(drivesHelperSocketPath));
    this.#pollers.set(drive.id, poller);
    return poller;
  }

  #plausibility({ id }: NvmeDrive): CounterPlausibilityChecker {
    const plausibility = this.#plausibilities.get(id) ?? new CounterPlausibilityChecker();
    this.#plausibilities.set(id, plausibility);
    return plausibility;
  }

  /** A drive that comes back gets a new poller, unless a command to it is still pending. */
  #dropMissing(present: readonly NvmeDrive[]): void {
    for (const [id, poller] of this.#pollers) {
      if (!poller.isPending && !present.some((drive) => drive.id === id)) this.#pollers.delete(id);
    }
  }
}

/** A controller that is not live gets no commands, because they would block until it is. */
const readingWhileNotLive = ({ firmware }: NvmeDrive, state: string): DriveReading => ({
  source: 'sysfs',
  state,
  firmware,
  sensors: [],
  limits: {},
  ...driveProblemAndReason(state, undefined, undefined),
});
