import { accessSync, constants } from 'node:fs';
import { userInfo } from 'node:os';
import { isInContainer } from '../../../lib/container.ts';
import { tryReadTextSync } from '../../../lib/files.ts';
import { installedPath } from '../../../lib/installed-path.ts';

/** CAP_SYS_ADMIN's bit (linux/capability.h). */
const sysAdminBit = 1n << 21n;

/** The commands that sudo must allow, as a regular expression of sudo 1.9.10 and newer: read commands on controllers.
 * The rule has a timeout, because this process can't kill a hanging command that runs as root. */
const sudoNvmeCommand = '/usr/sbin/nvme ^(smart-log|log smart|id[ -](ctrl|ns)) /dev/nvme[0-9]+( -n [0-9]+)? -o json$';

export const nvmeCliSudoersLine = (user: string): string =>
  `${user} ALL=(root) TIMEOUT=10 NOPASSWD: ${sudoNvmeCommand}`;

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);
const isRoot = () => process.getuid?.() === 0;
const ownStatus = () => tryReadTextSync('/proc/self/status') ?? '';
const hasCapability = () =>
  (BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(ownStatus())?.[1] ?? '0'}`) & sysAdminBit) !== 0n;
/** Whether sudo can't work because the process was started with NoNewPrivileges (systemd). */
const hasNoNewPrivileges = () => /^NoNewPrivs:\s*1$/m.test(ownStatus());

/** Whether sudo can give this process more rights. */
export const canUseSudo = (): boolean => !isRoot() && !hasNoNewPrivileges();

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `#${process.getuid?.() ?? 0}`;
  }
}

function accessTo(node: string): 'allowed' | 'denied' | 'missing' {
  try {
    accessSync(node, constants.R_OK);
    return 'allowed';
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'missing' : 'denied';
  }
}

/** Whether the device node exists, even without the right to open it. */
export const isDevicePresent = (name: string): boolean => accessTo(`/dev/${name}`) !== 'missing';

/** Why this process has no right to read the drive's health, and the command that gives it the right; undefined if it
 * has the right. `isHelperForbidden`: the drives helper is there, but not for this process's user. */
export function explainMissingRight(controller: string, isHelperForbidden = false): string | undefined {
  if (isHelperForbidden)
    return `no right to ask the drives helper: sudo usermod --append --groups infra-monitor ${userName()}`;
  const node = `/dev/${controller}`;
  const access = accessTo(node);
  const docker = `docker compose --profile drives up -d (or, so that the agent could erase it: docker run --user root --device ${node} --cap-add SYS_ADMIN)`;
  if (access === 'missing') return `${node} is not there, as in a container: ${docker}`;
  // The kernel requires the capability in the initial user namespace (drivers/nvme/host/ioctl.c).
  if (!/^\s*0\s+0\s+4294967295\s*$/.test(tryReadTextSync('/proc/self/uid_map') ?? '0 0 4294967295'))
    return 'an unprivileged container can’t ask drives, whatever it is given: run the agent on the machine itself';
  if (hasCapability() && access === 'allowed') return undefined;
  if (isInContainer()) return `no right to ask ${node}: ${docker}`;
  if (isRoot()) return 'root without CAP_SYS_ADMIN can’t ask drives: docker run --cap-add SYS_ADMIN';
  if (hasNoNewPrivileges()) return `no right to ask ${node}: sudo sh ${installedPath('docs/systemd/grant-drives.sh')}`;
  return `no right to ask ${node}: echo '${nvmeCliSudoersLine(userName())}' | sudo install -m 440 /dev/stdin /etc/sudoers.d/infra-monitor`;
}
