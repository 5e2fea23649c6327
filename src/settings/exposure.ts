import { realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import { isInContainer } from '../lib/container.ts';

const others = { read: 0o004, enter: 0o001 };

/** Each folder on the way to a file. */
function* above(path: string): Iterable<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    yield folder;
    if (folder === dirname(folder)) return;
  }
}

const lets = (path: string, bit: number) => (statSync(path).mode & bit) !== 0;

/** Whether every user of the machine can read a file: it and the folders on the way let others in. What a group may read is
 * meant so: `root:infra-monitor` with 0640. */
function isOpen(path: string): boolean {
  try {
    const file = realpathSync(path);
    return lets(file, others.read) && [...above(file)].every((folder) => lets(folder, others.enter));
  } catch {
    // Whoever reads the file tells what is wrong with it.
    return false;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}

/** What makes a file readable to us and to nobody else. */
function mend(path: string): string {
  const closed = `chmod 600 "${path}"`;
  const us = process.getuid?.();
  if (us === 0 || us === statSync(path).uid) return closed;
  // systemd's DynamicUser owns no file that lasts.
  if (process.env.CREDENTIALS_DIRECTORY !== undefined)
    return `sudo ${closed}, and hand it over by LoadCredential= in the unit: see docs/security.md`;
  return `sudo chown ${userName()} "${path}" && sudo ${closed}`;
}

/** A container has no other users: engines hand secrets over as 0444 there. Windows has no such bits. */
export const hasOtherUsers = (): boolean =>
  process.platform !== 'win32' && !isInContainer() && process.env.KUBERNETES_SERVICE_HOST === undefined;

/** What to say of files with secrets that every user of the machine can read; each with the setting that names it. */
export const exposureWarnings = (
  files: readonly { setting: string; path: string }[],
  shared: boolean = hasOtherUsers(),
): string[] =>
  files
    .map(({ setting, path }) => ({ setting, path: resolve(path) }))
    .filter(({ path }) => shared && isOpen(path))
    .map(
      ({ setting, path }) =>
        `${setting}: every user of this machine can read ${path}, which holds a secret: ${mend(path)}`,
    );
