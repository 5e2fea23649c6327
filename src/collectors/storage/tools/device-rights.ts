import { accessSync, constants } from 'node:fs';
import { userInfo } from 'node:os';
import { isInContainer } from '../../../lib/container.ts';
import { tryReadTextSync } from '../../../lib/files.ts';
import { installedPath } from '../../../lib/installed-path.ts';
import type { TranslatableText } from '../../../model/translation.ts';
import { type AccessTexts, accessTexts } from '../texts.ts';

/** A capability by its name without `CAP_`, and its bit (linux/capability.h). */
export interface LinuxCapability {
  name: 'SYS_ADMIN' | 'SYS_RAWIO';
  bit: bigint;
}
export const nvmeDriveLinuxCapability: LinuxCapability = { name: 'SYS_ADMIN', bit: 21n };
export const ataDriveLinuxCapability: LinuxCapability = { name: 'SYS_RAWIO', bit: 17n };

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);
const isRoot = () => process.getuid?.() === 0;
const ownStatus = () => tryReadTextSync('/proc/self/status') ?? '';
const hasCapability = ({ bit }: LinuxCapability) =>
  ((BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(ownStatus())?.[1] ?? '0'}`) >> bit) & 1n) !== 0n;
/** Whether sudo can't work because the process was started with NoNewPrivileges (systemd). */
const hasNoNewPrivileges = () => /^NoNewPrivs:\s*1$/m.test(ownStatus());

/** Whether sudo can give this process more rights. */
export const canSudoGrantRights = (): boolean => !isRoot() && !hasNoNewPrivileges();

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
export const deviceNodeExists = (name: string): boolean => accessTo(`/dev/${name}`) !== 'missing';

/** `name`: below /dev, or the path of a file. Why this process has no right to read the drive's health, and the command
 * that gives it the right; undefined if it has the right. `isHelperForbidden`: the drives helper is there, but not for
 * this process's user. */
export function explainMissingRight(
  name: string,
  isHelperForbidden = false,
  capability: LinuxCapability | null = nvmeDriveLinuxCapability,
): TranslatableText<AccessTexts> | undefined {
  const user = userName();
  if (isHelperForbidden)
    return (texts = accessTexts) => texts.noRightToAskHelper(`sudo usermod --append --groups infra-monitor ${user}`);
  const node = name.startsWith('/') ? name : `/dev/${name}`;
  const access = accessTo(node);
  const ownRight = `docker run --user root --device ${node}${capability === null ? '' : ` --cap-add ${capability.name}`}`;
  const inContainer = (texts: AccessTexts) => texts.orWithOwnRight('docker compose --profile drives up -d', ownRight);
  if (access === 'missing') return (texts = accessTexts) => texts.missingNode(node, inContainer(texts));
  // The kernel requires the capability in the initial user namespace (drivers/nvme/host/ioctl.c).
  if (!/^\s*0\s+0\s+4294967295\s*$/.test(tryReadTextSync('/proc/self/uid_map') ?? '0 0 4294967295'))
    return (texts = accessTexts) => texts.unprivilegedContainer;
  if ((capability === null || hasCapability(capability)) && access === 'allowed') return undefined;
  if (isInContainer()) return (texts = accessTexts) => texts.noRightToAsk(node, inContainer(texts));
  if (isRoot() && capability !== null)
    return (texts = accessTexts) =>
      texts.rootWithoutCapability(capability.name, `docker run --cap-add ${capability.name}`);
  const command = hasNoNewPrivileges()
    ? `sudo sh ${installedPath('docs/systemd/grant-drives.sh')}`
    : `sed 's/^infra-monitor/${user}/' ${installedPath('docs/sudoers.d/infra-monitor')} | sudo install -m 440 /dev/stdin /etc/sudoers.d/infra-monitor`;
  return (texts = accessTexts) => texts.noRightToAsk(node, command);
}
