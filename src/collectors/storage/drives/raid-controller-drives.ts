import type { CollectorComplaint } from '../../../model/collector.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { AnyTranslatableText } from '../../../model/translation.ts';
import { raidControllerDeviceTypePattern } from '../tools/smartctl-device-types.ts';
import { MegaraidDriveScanner } from './megaraid-drive-scanner.ts';
import { nodesOfDisk, raidControllerNodeOf } from './raid-controller-nodes.ts';
import { type IsExcluded, RaidSlotDriveFinder } from './raid-slot-drive-finder.ts';
import type { SmartctlDeviceTypeSetting } from './settings.ts';
import type { StorageDrive } from './storage-drives.ts';

const typePattern = new RegExp(`^(${raidControllerDeviceTypePattern})$`);

export const isRaidControllerDriveSetting = ({ type }: SmartctlDeviceTypeSetting): boolean => typePattern.test(type);

/** All drives behind RAID controllers: those that the settings name, and unless they name some of MegaRAID, those that
 * its controllers list. */
export class RaidControllerDrives {
  readonly #roots: HostRoots;
  readonly #finders: readonly RaidSlotDriveFinder[];
  readonly #nodes: ReadonlySet<string>;
  readonly #scanner: MegaraidDriveScanner | undefined;
  #listed: readonly SmartctlDeviceTypeSetting[] = [];
  #findersOfListed: readonly RaidSlotDriveFinder[] = [];

  constructor(settings: readonly SmartctlDeviceTypeSetting[], roots: HostRoots) {
    const ofControllers = settings.filter(isRaidControllerDriveSetting);
    this.#roots = roots;
    this.#finders = ofControllers.map(
      (setting) => new RaidSlotDriveFinder(setting, `STORAGE_DRIVE_TYPES: ${setting.drive}=${setting.type}`, roots),
    );
    this.#nodes = new Set(ofControllers.map(raidControllerNodeOf));
    this.#scanner = ofControllers.some(({ type }) => type.includes('megaraid'))
      ? undefined
      : new MegaraidDriveScanner(roots);
  }

  /** The drives, each with what has found it, and what is wrong with slots whose drive is not known. */
  async find(
    kernelDrives: readonly StorageDrive[],
    isExcluded: IsExcluded,
  ): Promise<{ found: Map<StorageDrive, RaidSlotDriveFinder>; complaints: CollectorComplaint[] }> {
    await this.#lookForListed();
    const found = new Map<StorageDrive, RaidSlotDriveFinder>();
    const complaints: CollectorComplaint[] = [];
    const finders = [...this.#finders, ...this.#findersOfListed];
    const answers = finders.map(async (finder) => [finder, await finder.find(kernelDrives, isExcluded)] as const);
    for (const [finder, answer] of await Promise.all(answers)) {
      if (answer === undefined) continue;
      if ('complaint' in answer) complaints.push(answer);
      else found.set(answer, finder);
    }
    this.#leavePassedThroughToKernel(found, kernelDrives);
    return { found, complaints };
  }

  /** That drives are behind a controller and nobody says which. */
  advice(): readonly AnyTranslatableText[] {
    return this.#scanner?.advice() ?? [];
  }

  /** Whether a disk is what a controller makes of its drives, which has no health. */
  isMadeByController({ controllerType, names }: StorageDrive): boolean {
    if (controllerType !== undefined) return false;
    const nodes = [...this.#nodes, ...this.#listed.map(raidControllerNodeOf)];
    return names.flatMap((name) => nodesOfDisk(this.#roots, name)).some((node) => nodes.includes(node));
  }

  async #lookForListed(): Promise<void> {
    const listed = (await this.#scanner?.find()) ?? [];
    if (listed === this.#listed) return;
    this.#listed = listed;
    // What a finder has read is known also while its drive sleeps.
    const before = new Map(this.#findersOfListed.map((finder) => [finder.setting, finder]));
    this.#findersOfListed = listed.map(
      ({ drive, type }) =>
        before.get(`${drive}=${type}`) ?? new RaidSlotDriveFinder({ drive, type }, `${drive} -d ${type}`, this.#roots),
    );
  }

  /** A drive that its controller lists and passes through has a node of its own, by which it is asked. */
  #leavePassedThroughToKernel(
    found: Map<StorageDrive, RaidSlotDriveFinder>,
    kernelDrives: readonly StorageDrive[],
  ): void {
    for (const [drive, finder] of found) {
      if (!this.#findersOfListed.includes(finder) || !kernelDrives.some(({ id }) => id === drive.id)) continue;
      found.delete(drive);
      this.#findersOfListed = this.#findersOfListed.filter((one) => one !== finder);
    }
  }
}
