import type { CollectorComplaint } from '../../../model/collector.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { translatableTextOfError } from '../../../model/translatable-error.ts';
import { renderTranslatableText } from '../../../model/translation.ts';
import { drivesHelperSocketPath } from '../helper/protocol.ts';
import type { DriveHealthReport } from './drive-health-report.ts';
import { isPlaceholderSerial } from './drive-identity.ts';
import { type DrivePowerAndReport, NonWakingDrivePoller } from './non-waking-drive-poller.ts';
import { mayLieOnDriveBehind, raidControllerNodeOf } from './raid-controller-nodes.ts';
import type { SmartctlDeviceTypeSetting } from './settings.ts';
import { AnotherDriveAnsweredError } from './smartctl-answer.ts';
import { isOfflineKernelState, type StorageDrive } from './storage-drives.ts';
import { type StorageDriveTexts, storageDriveTexts } from './texts.ts';

export type IsExcluded = (drive: StorageDrive) => boolean;

/** Finds the drive in a slot behind a RAID controller: the kernel sees only what the controller makes of it, so that
 * nothing but smartctl's answer identifies it. Each answer says anew which drive it is. */
export class RaidSlotDriveFinder {
  /** As STORAGE_DRIVE_TYPES has it. */
  readonly setting: string;
  readonly #node: string;
  readonly #type: string;
  readonly #name: string;
  readonly #roots: HostRoots;
  readonly #unknown: StorageDrive;
  #poller: NonWakingDrivePoller;
  /** The latest report of the drive that is in the slot. */
  #report: DriveHealthReport | undefined;
  #answer: { state: DrivePowerAndReport } | { error: unknown } = { state: {} };

  /** `name`: how the slot is called where it is not known which drive is in it. */
  constructor(setting: SmartctlDeviceTypeSetting, name: string, roots: HostRoots) {
    const { drive, type } = setting;
    this.#name = name;
    this.#node = raidControllerNodeOf(setting);
    this.#type = type;
    this.setting = `${drive}=${type}`;
    this.#roots = roots;
    this.#unknown = {
      id: this.setting,
      identity: { name: this.#node, bus: 'other', model: '', slot: type },
      controllerType: type,
      names: [this.#node],
      isRotational: true,
      capacity: undefined,
      kernelState: undefined,
      isSuspended: false,
      activity: '',
    };
    this.#poller = this.#newPoller();
  }

  /** The drive, or why it is not known; nothing while it sleeps and has not told its serial number yet. `kernelDrives`:
   * a drive that the controller passes through is one of them, too. A drive that is excluded is asked no more. */
  async find(
    kernelDrives: readonly StorageDrive[],
    isExcluded: IsExcluded,
  ): Promise<StorageDrive | CollectorComplaint | undefined> {
    const before = this.#drive(kernelDrives);
    // No command reaches a drive that the kernel has given up.
    if (before !== undefined && (isExcluded(before) || isOfflineKernelState(before.kernelState))) return before;
    try {
      const { isRotational, isSuspended, activity } = before ?? this.#unknown;
      const state = await this.#poller.poll({
        ...this.#unknown,
        isRotational,
        isSuspended,
        activity: activity || this.#controllerActivity(kernelDrives),
      });
      this.#answer = { state };
      if (!isPlaceholderSerial(state.report?.serial ?? '')) this.#report = state.report;
    } catch (error) {
      if (error instanceof AnotherDriveAnsweredError) {
        this.#poller = this.#newPoller();
        this.#report = undefined;
        return this.find(kernelDrives, isExcluded);
      }
      this.#answer = { error };
    }
    return this.#drive(kernelDrives) ?? this.#complaint(this.#answer);
  }

  /** What the drive answered when it was last looked for. Rejects if it could not be read. */
  async poll(): Promise<DrivePowerAndReport> {
    if ('error' in this.#answer) throw this.#answer.error;
    return this.#answer.state;
  }

  get isPending(): boolean {
    return this.#poller.isPending;
  }

  #newPoller(): NonWakingDrivePoller {
    return new NonWakingDrivePoller(this.#unknown, this.#type, this.#roots.host(drivesHelperSocketPath));
  }

  /** Reads and writes of what the controller has made of its drives. Of several disks nobody says which lies on this
   * drive, so that none tells whether it is used. */
  #controllerActivity(kernelDrives: readonly StorageDrive[]): string {
    const [disk, ...others] = kernelDrives.filter(({ names }) =>
      names.some((name) => mayLieOnDriveBehind(this.#roots, this.#node, this.#type, name)),
    );
    return disk === undefined || others.length > 0 ? '' : disk.activity;
  }

  /** The drive that has answered, with what the kernel knows of it if the controller passes it through. */
  #drive(kernelDrives: readonly StorageDrive[]): StorageDrive | undefined {
    if (this.#report?.serial === undefined) return undefined;
    const { serial, model = '', firmware, capacity, isRotational = true } = this.#report;
    const [drive, ...others] = kernelDrives.filter(({ identity }) => identity.serial === serial);
    if (drive !== undefined && others.length === 0)
      return { ...drive, controllerType: this.#type, names: [...drive.names, this.#node] };
    const identity = { ...this.#unknown.identity, model, serial, firmware };
    return { ...this.#unknown, id: serial, identity, capacity, isRotational };
  }

  #complaint(answer: { state: DrivePowerAndReport } | { error: unknown }): CollectorComplaint | undefined {
    const isAsleep = 'state' in answer && answer.state.report === undefined && answer.state.hint === undefined;
    if (isAsleep) return undefined;
    const known = 'error' in answer ? translatableTextOfError(answer.error) : answer.state.hint;
    return {
      key: `STORAGE_DRIVE_TYPES ${this.setting}`,
      complaint: (texts: StorageDriveTexts = storageDriveTexts) =>
        `${this.#name}: ${known === undefined ? texts.noSerialNumber : renderTranslatableText(known, texts)}`,
    };
  }
}
