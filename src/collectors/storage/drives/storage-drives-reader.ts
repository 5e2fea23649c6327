import type { CollectorComplaint, Observation, ObservationOrComplaint } from '../../../model/collector.ts';
import type { Device } from '../../../model/device.ts';
import type { DeviceMemories } from '../../../model/device-memories.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { slug } from '../../../model/naming.ts';
import type { AgentIdentity } from '../../../model/state.ts';
import type { AnyTranslatableText } from '../../../model/translation.ts';
import { drivesHelperSocketPath } from '../helper/protocol.ts';
import { deviceNameOfPath } from '../nvme/sysfs.ts';
import { accessTexts } from '../texts.ts';
import {
  AcknowledgedErrorCountLowerer,
  acknowledgeAllErrorCounts,
  acknowledgeFirstErrorCounts,
  addDailyReallocatedSample,
  emptyDriveMemory,
  newErrorsSinceAcknowledged,
  parseDriveMemoryOrEmpty,
  replacedSectors,
  sectorsReallocatedInLastWeek,
} from './drive-memory.ts';
import type { StorageDriveReading } from './drive-reading.ts';
import type { ErrorCounts } from './error-counts.ts';
import { type DrivePowerAndReport, NonWakingDrivePoller } from './non-waking-drive-poller.ts';
import { isRaidControllerDriveSetting, RaidControllerDrives } from './raid-controller-drives.ts';
import type { RaidSlotDriveFinder } from './raid-slot-drive-finder.ts';
import type { DrivesSettings } from './settings.ts';
import { AnotherDriveAnsweredError } from './smartctl-answer.ts';
import { isOfflineKernelState, listStorageDrives, type StorageDrive, storageDriveDevice } from './storage-drives.ts';
import { type StorageDriveTexts, storageDriveTexts } from './texts.ts';

// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
type Readings = { drive: StorageDriveReading };

/** A temperature that was read longer ago says nothing. */
const maxTemperatureAgeMs = 3600_000;
/** Some SSDs count a pending sector for moments. */
const pendingConfirmMs = 3600_000;

/** What is kept of a drive while the agent runs. */
interface WatchedDrive {
  /** What has found it and asks it, of a drive behind a RAID controller. */
  finder: RaidSlotDriveFinder | undefined;
  poller: NonWakingDrivePoller | RaidSlotDriveFinder;
  resets: AcknowledgedErrorCountLowerer;
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
  readonly #controllerDrives: RaidControllerDrives;
  readonly #watched = new Map<string, WatchedDrive>();
  /** Names in STORAGE_DRIVES that a drive has had. */
  readonly #foundNames = new Set<string>();

  constructor(agent: AgentIdentity, memory: DeviceMemories, roots: HostRoots, settings: DrivesSettings) {
    this.#agent = agent;
    this.#memory = memory;
    this.#roots = roots;
    this.#settings = settings;
    this.#controllerDrives = new RaidControllerDrives(settings.STORAGE_DRIVE_TYPES ?? [], roots);
  }

  async read(): Promise<ObservationOrComplaint<Readings>[]> {
    const kernelDrives = listStorageDrives(this.#roots, (id) => this.#memory.recall(id) !== undefined);
    const { found, complaints } = await this.#controllerDrives.find(kernelDrives, (drive) => this.#isExcluded(drive));
    // A drive that the controller passes through is there twice.
    const all = [...new Map([...kernelDrives, ...found.keys()].map((drive) => [drive.id, drive])).values()];
    for (const [id, { poller }] of this.#watched)
      if (!poller.isPending && !all.some((drive) => drive.id === id)) this.#watched.delete(id);
    const observations = await Promise.all(
      all.map((drive): Promise<Observation<Readings>> | Observation<Readings> => {
        const device = storageDriveDevice(this.#agent, drive, all);
        return this.#isWatched(drive)
          ? this.#readDrive(drive, device, found.get(drive))
          : { table: 'drive', device, excluded: true };
      }),
    );
    return [...observations, ...complaints, ...this.#complaintsOfMissing(all, this.#settings.STORAGE_DRIVES ?? [])];
  }

  /** What could not be found. */
  advice(): readonly AnyTranslatableText[] {
    return this.#controllerDrives.advice();
  }

  #isExcluded(drive: StorageDrive): boolean {
    return this.#settings.STORAGE_DRIVES_EXCLUDE?.some((name) => matchesDrive(drive, name)) === true;
  }

  #isWatched(drive: StorageDrive): boolean {
    const { STORAGE_DRIVES: names = [] } = this.#settings;
    const isNamed = names.length === 0 || names.some((name) => matchesDrive(drive, name));
    return isNamed && !this.#controllerDrives.isMadeByController(drive) && !this.#isExcluded(drive);
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

  async #readDrive(
    drive: StorageDrive,
    device: Device,
    finder: RaidSlotDriveFinder | undefined,
  ): Promise<Observation<Readings>> {
    const watched = this.#watchedDrive(drive, finder);
    try {
      // No command reaches a drive that the kernel has given up: nothing more is known of it.
      const state = isOfflineKernelState(drive.kernelState) ? {} : await watched.poller.poll(drive);
      return { table: 'drive', device, reading: this.#reading(drive, watched, state), hint: state.hint };
    } catch (error) {
      // The serial number of a USB dock stays when the drive in it is exchanged.
      if (error instanceof AnotherDriveAnsweredError && error.expectedSerial !== drive.identity.serial)
        this.#forget(drive.id);
      return { table: 'drive', device, error };
    }
  }

  #forget(id: string): void {
    this.#watched.delete(id);
    if (this.#memory.isLoaded(id)) this.#memory.keep(id, emptyDriveMemory);
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
      hint:
        hint ??
        (report?.isEnabled === false
          ? (texts = accessTexts) => texts.smartOff(`smartctl -s on /dev/${identity.name}`)
          : undefined),
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
    const reallocated = replacedSectors(counts);
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

  #watchedDrive(drive: StorageDrive, finder: RaidSlotDriveFinder | undefined): WatchedDrive {
    const known = this.#watched.get(drive.id);
    // One that the controller passes through is asked by what the settings say, once that has answered.
    if (known !== undefined && known.finder === finder) return known;
    const set = this.#settings.STORAGE_DRIVE_TYPES?.find(
      (one) => !isRaidControllerDriveSetting(one) && matchesDrive(drive, one.drive),
    );
    const watched: WatchedDrive = {
      finder,
      poller: finder ?? new NonWakingDrivePoller(drive, set?.type, this.#roots.host(drivesHelperSocketPath)),
      resets: new AcknowledgedErrorCountLowerer(),
      counts: undefined,
      pendingSince: undefined,
    };
    this.#watched.set(drive.id, watched);
    return watched;
  }

  /** A drive that was there and is gone is missed as a device. */
  #complaintsOfMissing(drives: readonly StorageDrive[], names: readonly string[]): CollectorComplaint[] {
    for (const name of names) if (drives.some((drive) => matchesDrive(drive, name))) this.#foundNames.add(name);
    const found = drives.map(({ id, identity }) => `/dev/${identity.name} (${id})`).join('; ');
    return names
      .filter((name) => !this.#foundNames.has(name))
      .map((name) => ({
        key: `STORAGE_DRIVES ${name}`,
        complaint: (texts: StorageDriveTexts = storageDriveTexts) => texts.missingDrive(name, found),
      }));
  }
}
