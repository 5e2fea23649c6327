import { listFolderSync, tryReadTextSync } from '../../../lib/files.ts';
import { Poller } from '../../../lib/poller.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { translatableTextOfError } from '../../../model/translatable-error.ts';
import { type AnyTranslatableText, renderTranslatableText } from '../../../model/translation.ts';
import { commandTimeoutSeconds, drivesHelperSocketPath } from '../helper/protocol.ts';
import { deviceNodeExists, nvmeDriveLinuxCapability } from '../tools/device-rights.ts';
import { isJsonObject } from '../tools/json-fields.ts';
import { parseJsonOutput } from '../tools/json-output.ts';
import { type PrivilegedCommand, runPrivilegedCommand } from '../tools/privileged-command.ts';
import type { SmartctlDeviceTypeSetting } from './settings.ts';
import { type StorageDriveTexts, storageDriveTexts } from './texts.ts';

/** By which smartctl reaches the controllers. It makes the node if it runs as root, and the driver’s number is in
 * /proc/devices. */
const controllerNode = 'megaraid_sas_ioctl_node';

/** Each controller is asked for its list of drives, which no drive hears of; of others, smartctl only lists the nodes
 * (smartmontools, lib/os_linux.cpp, scan_smart_devices). */
const scanCommand: PrivilegedCommand = {
  program: 'smartctl',
  args: ['--scan', '-j'],
  packageName: 'smartmontools',
  node: '/proc/devices',
  capability: nvmeDriveLinuxCapability,
};

/** The drives behind MegaRAID controllers in the answer to `smartctl --scan -j`, as STORAGE_DRIVE_TYPES names them. */
export function parseMegaraidScan(text: string): SmartctlDeviceTypeSetting[] {
  const answer = parseJsonOutput(text);
  const devices = isJsonObject(answer) && Array.isArray(answer.devices) ? answer.devices : [];
  return devices
    .filter(isJsonObject)
    .flatMap(({ name, type }) =>
      typeof name === 'string' &&
      /^\/dev\/bus\/\d{1,3}$/.test(name) &&
      typeof type === 'string' &&
      /^(sat\+)?megaraid,\d{1,3}$/.test(type)
        ? [{ drive: name, type }]
        : [],
    );
}

const none: readonly SmartctlDeviceTypeSetting[] = [];
const firstPauseSeconds = 60;
const maxPauseSeconds = 3600;

/** What an answer depends on. */
interface ScanConditions {
  /** SCSI hosts of the controllers. */
  controllers: string;
  isNodeThere: boolean;
}

/** Finds the drives behind MegaRAID controllers, when the agent starts and when there are other controllers. What was
 * found counts until the next scan that succeeds. */
export class MegaraidDriveScanner {
  readonly #roots: HostRoots;
  readonly #nodeExists: () => boolean;
  readonly #poller: Poller<void>;
  #current: ScanConditions = { controllers: '', isNodeThere: false };
  /** At the beginning of the latest scan that succeeded. */
  #answered: ScanConditions | undefined;
  #found = none;
  /** Why the latest scan failed, if it did. */
  #failure: AnyTranslatableText | undefined;

  constructor(roots: HostRoots, nodeExists = () => deviceNodeExists(controllerNode)) {
    this.#roots = roots;
    this.#nodeExists = nodeExists;
    this.#poller = new Poller(() => this.#scan(), {
      timeoutSeconds: commandTimeoutSeconds,
      waitMs: 3000,
      pauseSeconds: (failures) => Math.min(maxPauseSeconds, firstPauseSeconds * 2 ** (failures - 1)),
    });
  }

  async find(): Promise<readonly SmartctlDeviceTypeSetting[]> {
    const { controllers, isNodeThere } = this.#current;
    this.#current = { controllers: this.#hosts().join(' '), isNodeThere: this.#nodeExists() };
    if (this.#current.controllers === '') {
      this.#answered = undefined;
      this.#found = none;
      return none;
    }
    if (this.#current.controllers !== controllers || this.#current.isNodeThere !== isNodeThere) this.#poller.endPause();
    // A scan that takes longer is used in a later reading.
    if (this.#isDue) await this.#poller.poll().catch(() => undefined);
    return this.#found;
  }

  /** That drives are behind a controller and nobody says which. */
  advice(): AnyTranslatableText[] {
    if (this.#current.controllers === '' || this.#poller.pendingSeconds !== undefined) return [];
    const failure = this.#isDue ? this.#failure : undefined;
    if (this.#found.length > 0 && failure === undefined) return [];
    return [
      (texts: StorageDriveTexts = storageDriveTexts) =>
        texts.unknownDrivesBehindController(failure && renderTranslatableText(failure, texts)),
    ];
  }

  /** smartctl makes the node by scanning: that it has appeared is news only where nothing was found without it. */
  get #isDue(): boolean {
    const { controllers, isNodeThere } = this.#current;
    if (this.#answered?.controllers !== controllers) return true;
    return isNodeThere && !this.#answered.isNodeThere && this.#found.length === 0;
  }

  async #scan(): Promise<void> {
    const conditions = this.#current;
    try {
      const { stdout } = await runPrivilegedCommand(scanCommand, this.#roots.host(drivesHelperSocketPath));
      this.#found = parseMegaraidScan(stdout);
      this.#answered = conditions;
      this.#failure = undefined;
    } catch (error) {
      this.#failure = translatableTextOfError(error);
      throw error;
    }
  }

  #hosts(): string[] {
    return listFolderSync(this.#roots.sys('class/scsi_host')).filter(
      (host) => tryReadTextSync(this.#roots.sys('class/scsi_host', host, 'proc_name'))?.trim() === 'megaraid_sas',
    );
  }
}
