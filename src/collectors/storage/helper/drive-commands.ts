import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listFolderSync } from '../../../lib/files.ts';
import { driveDeviceTypePattern, raidControllerDeviceTypePattern } from '../tools/smartctl-device-types.ts';

const controller = String.raw`/dev/(?<controller>nvme\d+)`;
const disk = String.raw`/dev/(?<disk>sd[a-z]+|nvme\d+n\d+)`;
/** A RAID controller: a host of SCSI, a node of its generic driver, or one of 3ware's. */
const raidController = String.raw`/dev/(?<raidController>bus/\d{1,3}|sg\d{1,3}|tw[ael]\d{1,2})`;
const smartctlQuestion = '-[iHAc]|-l (selftest|xselftest|devstat)|-n standby,[0-9](,[0-9])?';

/** A name of a pool cannot be taken for an option. */
const zfsPool = '[a-zA-Z][a-zA-Z0-9_.:-]{0,99}';

/** Every command that the helper runs, word for word. All of them only read; a new question is a new row. */
const drivesHelperCommands = [
  `nvme (smart-log|log smart|id[ -]ctrl|self-test-log|log self-test) ${controller} -o json`,
  `nvme id[ -]ns ${controller} -n [0-9]{1,10} -o json`,
  `smartctl -j( (${smartctlQuestion})){1,9}( -d (${driveDeviceTypePattern}|${raidControllerDeviceTypePattern}))? (${controller}|${disk})`,
  `smartctl -j( (${smartctlQuestion})){1,9} -d (${raidControllerDeviceTypePattern}) ${raidController}`,
  // Only the controllers of RAIDs are asked, for the drives behind them.
  'smartctl --scan -j',
  // OpenZFS before 2.3 has no JSON.
  `zpool (status (-j --json-int|-p -P)|list -Hp) ${zfsPool}`,
  // Without --noflush a thin pool would write.
  'dmsetup status --noflush',
  // The last scrub of a Btrfs file system.
  'cat /var/lib/btrfs/scrub[.]status[.][0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}',
].map((words) => new RegExp(`^${words}$`));

/** A drive, not a partition or what the kernel makes of drives: that has no device behind it. */
const isWholeDisk = (sys: string, name: string) =>
  listFolderSync(join(sys, 'block')).includes(name) && existsSync(join(sys, 'block', name, 'device'));

const isController = (sys: string, name: string) => listFolderSync(join(sys, 'class/nvme')).includes(name);

/** By the nodes of its controllers, `twa0`; the nodes themselves are not in /sys. */
const driverOf3wareNode: Record<string, string> = { twa: '3w-9xxx', twe: '3w-xxxx', twl: '3w-sas' };

function isRaidController(sys: string, name: string): boolean {
  const [, kind = '', number] = /^(bus\/|sg|tw[ael])(\d+)$/.exec(name) ?? [];
  if (kind === 'bus/') return existsSync(join(sys, 'class/scsi_host', `host${number}`));
  if (kind === 'sg') return existsSync(join(sys, 'class/scsi_generic', name));
  const controllers = listFolderSync(join(sys, 'bus/pci/drivers', driverOf3wareNode[kind] ?? '')).filter((entry) =>
    /^[\da-f]+:[\da-f]{2}:/.test(entry),
  );
  return Number(number) < controllers.length;
}

/** Why the helper does not run the command; undefined if it does. `sys`: the machine's /sys. */
export function explainCommandRefusal(command: readonly string[], sys: string): string | undefined {
  // Words that could be taken for two, or hide something from whoever reads a log, are in none of the commands.
  if (!command.every((word) => /^[\w,./:+-]+$/.test(word))) return 'not a command on the list';
  const match = drivesHelperCommands.map((pattern) => pattern.exec(command.join(' '))).find((found) => found !== null);
  if (match === undefined) return 'not a command on the list';
  const { controller: controllerName, disk: diskName, raidController: raidControllerName } = match.groups ?? {};
  if (controllerName !== undefined && !isController(sys, controllerName))
    return `${controllerName} is not an NVMe controller`;
  if (diskName !== undefined && !isWholeDisk(sys, diskName)) return `${diskName} is not a drive`;
  if (raidControllerName !== undefined && !isRaidController(sys, raidControllerName))
    return `${raidControllerName} is no RAID controller`;
  return undefined;
}

const controllerTypePattern = new RegExp(` -d (${raidControllerDeviceTypePattern}) `);

/** The drive that the command asks, whether by its controller or by a namespace of it; else the program. A RAID
 * controller has many. */
export function driveOrProgramInCommand(command: readonly string[]): string {
  const words = command.join(' ');
  const node = /\/dev\/(nvme\d+|sd[a-z]+|bus\/\d+|\w+)/.exec(words)?.[1] ?? command[0] ?? '';
  const type = controllerTypePattern.exec(words)?.[1];
  return type === undefined ? node : `${node} ${type}`;
}
