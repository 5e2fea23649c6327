import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tryReadTextSync } from '../../lib/files.ts';
import type { HostRoots } from '../../model/host-roots.ts';
import type { HostMounts } from '../host/linux/host-mounts.ts';
import { type BlockDevice, readBlockDevices } from './block-devices.ts';
import { BlockGraph, type RedundancyGroup } from './block-graph.ts';
import { isPlaceholderSerial, readDriveIdentity } from './drives/drive-identity.ts';
import { listStorageDrives } from './drives/storage-drives.ts';
import type { MemberDrive } from './pools/pool.ts';
import { listMountedFilesystems, listSwapDevices, type MountedFilesystem } from './storage-mounts.ts';
import { readUdevProperties } from './udev.ts';

/** The drive that a whole block device is; undefined for what is no drive, such as a loop device. `id`: of a SATA, SAS
 * or USB drive. */
function identifyDrive(
  roots: HostRoots,
  { name, folder }: BlockDevice,
  id: string | undefined,
): MemberDrive | undefined {
  if (!existsSync(join(folder, 'device'))) return undefined;
  const { model, serial, wwid, slot } = readDriveIdentity(roots, name);
  const ownSerial = serial === undefined || isPlaceholderSerial(serial) ? undefined : serial;
  return { id: id ?? ownSerial ?? wwid ?? slot ?? name, model: model || undefined, serial: ownSerial, slot };
}

/** How the storage of a machine is built, at one moment. */
export class StorageLayout {
  readonly graph: BlockGraph;
  readonly filesystems: readonly MountedFilesystem[];
  readonly #roots: HostRoots;
  /** Ids of SATA, SAS and USB drives by kernel name: those of their devices. */
  readonly #wholeDriveIds: ReadonlyMap<string, string>;
  readonly #drives = new Map<string, MemberDrive | undefined>();
  readonly #udev = new Map<string, ReadonlyMap<string, string>>();

  /** `isRemembered`: whether an earlier process has kept something of the drive with this id. */
  constructor(roots: HostRoots, mounts: HostMounts, isRemembered: (id: string) => boolean) {
    this.#roots = roots;
    this.#wholeDriveIds = new Map(
      listStorageDrives(roots, isRemembered).flatMap(({ id, names }) => names.map((name) => [name, id])),
    );
    this.graph = new BlockGraph(readBlockDevices(roots.sys()), (leaf) => this.driveOf(leaf)?.id ?? leaf);
    this.filesystems = listMountedFilesystems(mounts);
    const byNumber = new Map([...this.devices.values()].map(({ number, name }) => [number, name]));
    for (const { number, points } of this.filesystems) {
      const name = byNumber.get(number);
      if (name !== undefined) for (const point of points) this.graph.addMount(name, point);
    }
    for (const name of listSwapDevices(roots)) this.graph.addMount(name, 'swap');
  }

  get devices(): ReadonlyMap<string, BlockDevice> {
    return this.graph.devices;
  }

  /** The drive that a device without others below is. */
  driveOf(leaf: string): MemberDrive | undefined {
    const device = this.devices.get(leaf);
    if (!this.#drives.has(leaf))
      this.#drives.set(leaf, device && identifyDrive(this.#roots, device, this.#wholeDriveIds.get(leaf)));
    return this.#drives.get(leaf);
  }

  udevOf(device: BlockDevice): ReadonlyMap<string, string> {
    const known = this.#udev.get(device.number) ?? readUdevProperties(this.#roots, device.number);
    this.#udev.set(device.number, known);
    return known;
  }

  /** Whether it lies on an array of several drives, however many of them are left. */
  #isOnArray(device: BlockDevice): boolean {
    const { folder, slaves } = this.devices.get(device.partitionOf ?? '') ?? device;
    return (
      Number.parseInt(tryReadTextSync(join(folder, 'md/raid_disks')) ?? '', 10) > 1 ||
      slaves.flatMap((name) => this.devices.get(name) ?? []).some((slave) => this.#isOnArray(slave))
    );
  }

  /** The drive below a member and an id that stays the same wherever the drive is plugged in. A member on several
   * drives has the name that people gave it. */
  identifyMember(name: string): { id: string; drive: MemberDrive | undefined } {
    const device = this.devices.get(name);
    if (device === undefined) return { id: name, drive: undefined };
    const drives = new Map(
      this.graph.leavesBelow(name).map((leaf) => [this.driveOf(leaf)?.id ?? leaf, this.driveOf(leaf)] as const),
    );
    const [drive] = this.#isOnArray(device) ? [] : [...drives.values()];
    if (device.mapping !== undefined || drives.size !== 1 || drive === undefined)
      return {
        id: device.mapping?.name ?? this.udevOf(device).get('MD_DEVNAME') ?? name,
        drive: drives.size === 1 ? drive : undefined,
      };
    const number = device.partitionOf === undefined ? undefined : /\d+$/.exec(name)?.[0];
    return { id: number === undefined ? drive.id : `${drive.id} part ${number}`, drive };
  }

  /** Whether the device is still there. What device mapper has made of one device, such as an encrypted one, stays when
   * that is gone, and then lies on nothing. */
  readonly isThere = (name: string): boolean => {
    const device = this.devices.get(name);
    if (device?.mapping === undefined) return device !== undefined;
    const [below, ...others] = device.slaves;
    return below !== undefined && (others.length > 0 || this.isThere(below));
  };

  /** How many drives may fail before this is lost, if it alone could lose so many of its members, fewer than none if it
   * has lost too many: two members on one drive, or a layer below without redundancy, leave none. Undefined if it is
   * not known of a layer below. */
  redundancyOf(node: string, groups: readonly RedundancyGroup[]): number | undefined {
    const tolerance = Math.min(...groups.map(({ canLose }) => canLose));
    if (tolerance < 0) return 0;
    const drives = new Set(this.graph.leavesBelow(node).map((leaf) => this.driveOf(leaf)?.id ?? leaf));
    const effects = new Set([...drives].map((drive) => this.graph.effectsOfLosing(drive)(node)));
    if (effects.has('lost')) return 0;
    // What has no redundancy of its own may lie on layers that have.
    return effects.has('unknown') ? undefined : Math.max(tolerance, Math.min(drives.size, 1));
  }
}
