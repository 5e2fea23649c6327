import { readlinkSync } from 'node:fs';
import { tryReadTextSync } from '../../../lib/files.ts';
import type { CollectorComplaint } from '../../../model/collector.ts';
import { describeError } from '../../../model/errors.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { drivesHelperSocketPath } from '../helper/protocol.ts';
import { deviceNameOfPath } from '../nvme/sysfs.ts';
import { controllerDeviceTypes } from '../tools/smartctl-device-types.ts';
import { isPlaceholderSerial } from './drive-identity.ts';
import { NonWakingDrivePoller } from './non-waking-drive-poller.ts';
import type { DriveTypeSetting } from './settings.ts';
import type { StorageDrive } from './storage-drives.ts';

const typePattern = new RegExp(`^(${controllerDeviceTypes})$`);

export const isControllerDrive = ({ type }: DriveTypeSetting): boolean => typePattern.test(type);

/** `/dev/bus/0`, smartctl's word for a host of SCSI, is no file. */
export const controllerNodeOf = ({ drive }: DriveTypeSetting): string =>
  /^\/dev\/(bus\/\d+)$/.exec(drive)?.[1] ?? deviceNameOfPath(drive);

/** The node, as `controllerNodeOf` has it, of the controller that has made this disk: MegaRAID's logical drives are on
 * the channels from 2 on (drivers/scsi/megaraid/megaraid_sas.h, MEGASAS_MAX_PD_CHANNELS). */
export function nodeOfLogicalDrive(roots: HostRoots, name: string): string | undefined {
  try {
    const link = readlinkSync(roots.sys('block', name));
    const [, host, channel] = /\/host(\d+)\/target\d+:(\d+):/.exec(link) ?? [];
    return Number(channel) >= 2 ? `bus/${host}` : undefined;
  } catch {
    return undefined;
  }
}

/** Finds a drive behind a RAID controller: the kernel sees only what the controller makes of it, so that nothing but
 * smartctl's answer identifies it. */
export class ControllerDriveFinder {
  readonly #node: string;
  readonly #setting: string;
  readonly #roots: HostRoots;
  readonly #unknown: StorageDrive;
  readonly #poller: NonWakingDrivePoller;
  #known: StorageDrive | undefined;

  constructor(setting: DriveTypeSetting, roots: HostRoots) {
    const { drive, type } = setting;
    this.#node = controllerNodeOf(setting);
    this.#setting = `${drive}=${type}`;
    this.#roots = roots;
    this.#unknown = {
      id: this.#setting,
      identity: { name: this.#node, bus: 'other', model: '', slot: type },
      controllerType: type,
      names: [this.#node],
      isRotational: true,
      capacity: undefined,
      kernelState: undefined,
      isSuspended: false,
      activity: '',
    };
    this.#poller = new NonWakingDrivePoller(this.#unknown, type, roots.host(drivesHelperSocketPath));
  }

  /** The drive, or why it is not known; nothing while it sleeps and has not told its serial number yet. */
  async find(): Promise<StorageDrive | CollectorComplaint | undefined> {
    // Of all drives behind the controller.
    const activity = tryReadTextSync(this.#roots.sys('block', this.#node, 'stat')) ?? '';
    if (this.#known !== undefined) return { ...this.#known, activity };
    try {
      const { report, hint, power } = await this.#poller.poll({ ...this.#unknown, activity });
      if (hint !== undefined) return this.#complaint(hint);
      if (report === undefined && power === 'standby') return undefined;
      const { serial = '', model = '', firmware, capacity, isRotational = true } = report ?? {};
      if (isPlaceholderSerial(serial)) return this.#complaint('the drive has no serial number');
      const identity = { ...this.#unknown.identity, model, serial, firmware };
      this.#known = { ...this.#unknown, id: serial, identity, capacity, isRotational };
      return { ...this.#known, activity };
    } catch (error) {
      return this.#complaint(describeError(error));
    }
  }

  #complaint(reason: string): CollectorComplaint {
    return {
      key: `STORAGE_DRIVE_TYPES ${this.#setting}`,
      complaint: `STORAGE_DRIVE_TYPES: ${this.#setting}: ${reason}`,
    };
  }
}
