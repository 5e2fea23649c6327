import type { CollectorComplaint, Observation, ObservationOrComplaint } from '../../../model/collector.ts';
import type { DeviceMemories } from '../../../model/device-memories.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { slug } from '../../../model/naming.ts';
import type { AgentIdentity } from '../../../model/state.ts';
import { drivesHelperSocketPath } from '../helper/protocol.ts';
import { deviceNameOfPath } from '../nvme/sysfs.ts';
import { ControllerDriveFinder, controllerNodeOf, isControllerDrive, nodeOfLogicalDrive } from './controller-drives.ts';
import {
  acknowledgeAllErrorCounts,
  acknowledgeFirstErrorCounts,
  addDailyReallocatedSample,
  ErrorCountResetDetector,
  newErrorsSinceAcknowledged,
  parseDriveMemoryOrEmpty,
  sectorsReallocatedInLastWeek,
} from './drive-memory.ts';
import type { StorageDriveReading } from './drive-reading.ts';
import type { ErrorCounts } from './error-counts.ts';
import { type DrivePowerAndReport, NonWakingDrivePoller } from './non-waking-drive-poller.ts';
import type { DrivesSettings } from './settings.ts';
import { isOfflineKernelState, readStorageDrives, type StorageDrive, storageDriveDevice } from './storage-drives.ts';

// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
type Readings = { drive: StorageDriveReading };

/** A temperature that was read longer ago says nothing. */
const maxTemperatureAgeMs = 3600_000;
/** Some SSDs count a pending sector for moments. */
const pendingConfirmMs = 3600_000;

/** What is kept of a drive while the agent runs. */
interface WatchedDrive {
  controllerType: string | undefined;
  poller: NonWakingDrivePoller;
  resets: ErrorCountResetDetector;
  counts: ErrorCounts | undefined;
  /** `performance.now()` of the first of the latest reports that all had pending sectors. */
  pendingSince: number | undefined;
}

const matchesDrive = (drive: StorageDrive, name: string) =>
  drive.identity.serial === name || drive.id === name || drive.names.includes(deviceNameOfPath(name));

/** Reads all SATA, SAS and USB drives of this machine. */
export class StorageDrivesReader {
  readonly #agent: AgentIdentity;
  readonly #memory: DeviceMemories;
  readonly #roots: HostRoots;
  readonly #settings: DrivesSettings;
  readonly #controllerDrives: readonly ControllerDriveFinder[];
  readonly #controllerNodes: ReadonlySet<string>;
  readonly #watched = new Map<string, WatchedDrive>();
  /** Names in STORAGE_DRIVES that a drive has had. */
  readonly #foundNames = new Set<string>();

  constructor(agent: AgentIdentity, memory: DeviceMemories, roots: HostRoots, settings: DrivesSettings) {
    this.#agent = agent;
    this.#memory = memory;
    this.#roots = roots;
    this.#settings = settings;
    const behindControllers = (settings.STORAGE_DRIVE_TYPES ?? []).filter(isControllerDrive);
    this.#controllerDrives = behindControllers.map((one) => new ControllerDriveFinder(one, roots));
    this.#controllerNodes = new Set(behindControllers.map(controllerNodeOf));
  }

  async read(): Promise<ObservationOrComplaint<Readings>[]> {
    const foundOrMissing = await Promise.all(this.#controllerDrives.map((one) => one.find()));
    const behindControllers = foundOrMissing.flatMap((one) => (one !== undefined && 'id' in one ? one : []));
    const drives = readStorageDrives(this.#roots, (id) => this.#memory.recall(id) !== undefined);
    // A drive that the controller passes through is there twice.
    const all = [...new Map([...drives, ...behindControllers].map((drive) => [drive.id, drive])).values()];
    for (const [id, { poller }] of this.#watched)
      if (!poller.isPending && !all.some((drive) => drive.id === id)) this.#watched.delete(id);
    const observations = await Promise.all(
      all.map((drive): Promise<Observation<Readings>> | Observation<Readings> => {
        const device = storageDriveDevice(this.#agent, drive, all);
        return this.#isWatched(drive) ? this.#readDrive(drive, device) : { table: 'drive', device, excluded: true };
      }),
    );
    return [
      ...observations,
      ...foundOrMissing.flatMap((one) => (one !== undefined && 'complaint' in one ? one : [])),
      ...this.#complaintsOfMissing(all, this.#settings.STORAGE_DRIVES ?? []),
    ];
  }

  #isWatched(drive: StorageDrive): boolean {
    const { STORAGE_DRIVES: names = [], STORAGE_DRIVES_EXCLUDE: excluded = [] } = this.#settings;
    const isNamed = (name: string) => matchesDrive(drive, name);
    // What a RAID controller makes of its drives has no health.
    const isMadeByController =
      drive.controllerType === undefined &&
      drive.names.some((name) =>
        [name, nodeOfLogicalDrive(this.#roots, name)].some(
          (node) => node !== undefined && this.#controllerNodes.has(node),
        ),
      );
    return !isMadeByController && (names.length === 0 || names.some(isNamed)) && !excluded.some(isNamed);
  }

  /** Acknowledges all errors up to now. Throws if the drive's counts are unknown. */
  acknowledge(device: string): void {
    const [id, drive] = [...this.#watched].find(([key]) => slug(key) === device) ?? [];
    if (id === undefined || drive?.counts === undefined) throw new Error('the errors of this drive are unknown');
    if (!this.#memory.isLoaded(id))
      throw new Error('the memory of this drive is not loaded yet; try again in a minute');
    const before = parseDriveMemoryOrEmpty(this.#memory.recall(id));
    this.#memory.keep(id, acknowledgeAllErrorCounts(before, drive.counts, new Date()));
  }

  async #readDrive(drive: StorageDrive, device: ReturnType<typeof storageDriveDevice>): Promise<Observation<Readings>> {
    const watched = this.#watchedDrive(drive);
    try {
      // No command reaches a drive that the kernel has given up: nothing more is known of it.
      const state = isOfflineKernelState(drive.kernelState) ? {} : await watched.poller.poll(drive);
      return { table: 'drive', device, reading: this.#reading(drive, watched, state), hint: state.hint };
    } catch (error) {
      return { table: 'drive', device, error };
    }
  }

  #reading(
    drive: StorageDrive,
    watched: WatchedDrive,
    { power, report, readAt, hint }: DrivePowerAndReport,
  ): StorageDriveReading {
    const { identity, isRotational, capacity, kernelState } = drive;
    const read = readAt?.date;
    const isRecent = read !== undefined && Math.abs(Date.now() - read.getTime()) <= maxTemperatureAgeMs;
    watched.counts = report?.counts;
    const isPending = (report?.counts.pending_sectors ?? 0) > 0;
    watched.pendingSince = isPending ? (watched.pendingSince ?? performance.now()) : undefined;
    const isLong = watched.pendingSince !== undefined && performance.now() - watched.pendingSince >= pendingConfirmMs;
    return {
      identity,
      isRotational,
      capacity,
      kernelState,
      power,
      hint: hint ?? (report?.isEnabled === false ? `SMART is off: smartctl -s on /dev/${identity.name}` : undefined),
      report,
      readAt: read,
      temperature: isRecent ? report?.temperature : undefined,
      isPendingCertain: isRotational || isLong ? true : undefined,
      ...this.#errors(drive, watched, report?.counts),
    };
  }

  /** Errors by what is remembered of the drive. */
  #errors(
    { id }: StorageDrive,
    { resets }: WatchedDrive,
    counts: ErrorCounts | undefined,
  ): Pick<StorageDriveReading, 'newErrors' | 'reallocatedInWeek'> {
    if (counts === undefined || !this.#memory.isLoaded(id)) return { newErrors: undefined, reallocatedInWeek: 0 };
    const before = parseDriveMemoryOrEmpty(this.#memory.recall(id));
    const now = new Date();
    const reallocated = counts.reallocated_sectors;
    const memory = addDailyReallocatedSample(
      resets.apply(acknowledgeFirstErrorCounts(before, counts), counts, performance.now()),
      now,
      reallocated,
    );
    if (memory !== before) this.#memory.keep(id, memory);
    return {
      newErrors: newErrorsSinceAcknowledged(memory, counts),
      reallocatedInWeek: sectorsReallocatedInLastWeek(memory, now, reallocated),
    };
  }

  #watchedDrive(drive: StorageDrive): WatchedDrive {
    const known = this.#watched.get(drive.id);
    // One that the controller passes through is asked by what the settings say, once that has answered.
    if (known !== undefined && known.controllerType === drive.controllerType) return known;
    const set = this.#settings.STORAGE_DRIVE_TYPES?.find(
      (one) => !isControllerDrive(one) && matchesDrive(drive, one.drive),
    );
    const type = drive.controllerType ?? set?.type;
    const watched: WatchedDrive = {
      controllerType: drive.controllerType,
      poller: new NonWakingDrivePoller(drive, type, this.#roots.host(drivesHelperSocketPath)),
      resets: new ErrorCountResetDetector(),
      counts: undefined,
      pendingSince: undefined,
    };
    this.#watched.set(drive.id, watched);
    return watched;
  }

  /** A drive that was there and is gone is missed as a device. */
  #complaintsOfMissing(drives: readonly StorageDrive[], names: readonly string[]): CollectorComplaint[] {
    for (const name of names) if (drives.some((drive) => matchesDrive(drive, name))) this.#foundNames.add(name);
    const found = drives.map(({ id, identity }) => `/dev/${identity.name} (${id})`).join('; ') || 'none';
    return names
      .filter((name) => !this.#foundNames.has(name))
      .map((name) => ({
        key: `STORAGE_DRIVES ${name}`,
        complaint: `STORAGE_DRIVES: there is no drive ${name}; drives found: ${found}`,
      }));
  }
}
