import { realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import { isInContainer } from '../lib/container.ts';
import { shellWord } from '../lib/shell-word.ts';
import { type SettingErrorTexts, settingErrorTexts } from '../model/setting-error-texts.ts';

/** Mode bits for users other than the owner and the group. */
const othersMode = { read: 0o004, enter: 0o001 };

/** Each folder above a path, up to the root. */
function* foldersAbove(path: string): Iterable<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    yield folder;
    if (folder === dirname(folder)) return;
  }
}

const hasModeBit = (path: string, bit: number) => (statSync(path).mode & bit) !== 0;

/** Whether every user of the machine can read a file and enter all folders above it. Access for a group is deliberate:
 * `root:infra-monitor` with 0640. */
function isReadableByAll(path: string): boolean {
  try {
    const file = realpathSync(path);
    return (
      hasModeBit(file, othersMode.read) &&
      [...foldersAbove(file)].every((folder) => hasModeBit(folder, othersMode.enter))
    );
  } catch {
    // The code that reads the file reports the error.
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

/** A command that makes a file readable for this process only. */
function restrictCommand(path: string, { handedOver }: SettingErrorTexts): string {
  const chmod = `chmod 600 ${shellWord(path)}`;
  const uid = process.getuid?.();
  if (uid === 0 || uid === statSync(path).uid) return chmod;
  // systemd hands it over, so that it stays root's.
  if (process.env.CREDENTIALS_DIRECTORY !== undefined) return handedOver(`sudo ${chmod}`);
  return `sudo chown ${userName()} ${shellWord(path)} && sudo ${chmod}`;
}

/** False in a container, where engines mount secrets with mode 0444, and on Windows, which has no such mode bits. */
export const mayHaveOtherUsers = (): boolean =>
  process.platform !== 'win32' && !isInContainer() && process.env.KUBERNETES_SERVICE_HOST === undefined;

/** Warnings for files with secrets that every user of the machine can read, each with the setting that names the
 * file. */
export const secretFileWarnings = (
  files: readonly { setting: string; path: string }[],
  shared: boolean = mayHaveOtherUsers(),
  texts = settingErrorTexts,
): string[] =>
  files
    .map(({ setting, path }) => ({ setting, path: resolve(path) }))
    .filter(({ path }) => shared && isReadableByAll(path))
    .map(({ setting, path }) => texts.readableByAll(setting, path, restrictCommand(path, texts)));
