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

/** Finds the drives behind MegaRAID controllers, when the agent starts and when there are other controllers. */
export class MegaraidDriveScanner {
  readonly #roots: HostRoots;
  readonly #poller: Poller<void>;
  /** The controllers, and whether their node was there, when they were asked. */
  #asked = '';
  #found: readonly SmartctlDeviceTypeSetting[] = [];
  /** Why it is not known what is behind the controllers. */
  #failure: AnyTranslatableText | undefined;

  constructor(roots: HostRoots) {
    this.#roots = roots;
    this.#poller = new Poller(() => this.#scan(), { timeoutSeconds: commandTimeoutSeconds, waitMs: 3000 });
  }

  async find(): Promise<readonly SmartctlDeviceTypeSetting[]> {
    const hosts = this.#hosts();
    const toAsk = hosts.length === 0 ? '' : `${hosts.join(' ')} ${deviceNodeExists(controllerNode)}`;
    if (toAsk !== this.#asked) {
      this.#asked = toAsk;
      this.#found = [];
      // A scan that takes longer is used in the next reading.
      if (toAsk !== '') await this.#poller.poll().catch(() => undefined);
    }
    return this.#found;
  }

  /** That drives are behind a controller and nobody says which. */
  advice(): AnyTranslatableText[] {
    if (this.#asked === '' || this.#found.length > 0 || this.#poller.pendingSeconds !== undefined) return [];
    const failure = this.#failure;
    return [
      (texts: StorageDriveTexts = storageDriveTexts) =>
        texts.unknownDrivesBehindController(failure && renderTranslatableText(failure, texts)),
    ];
  }

  async #scan(): Promise<void> {
    try {
      const { stdout } = await runPrivilegedCommand(scanCommand, this.#roots.host(drivesHelperSocketPath));
      this.#found = parseMegaraidScan(stdout);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = translatableTextOfError(error);
    }
  }

  #hosts(): string[] {
    return listFolderSync(this.#roots.sys('class/scsi_host')).filter(
      (host) => tryReadTextSync(this.#roots.sys('class/scsi_host', host, 'proc_name'))?.trim() === 'megaraid_sas',
    );
  }
}
