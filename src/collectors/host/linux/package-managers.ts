import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandResult, runCommand } from '../../../lib/command.ts';
import { listFolderSync } from '../../../lib/files.ts';

export interface PendingUpdates {
  count: number;
  /** Undefined if the package manager does not tell them apart. */
  securityCount?: number | undefined;
}

/** Asks a package manager what it would update by the lists that it has. It fetches nothing, takes no lock that others
 * wait for, and changes nothing. */
export interface PackageManager {
  /** Files and folders that change with what is installed and with the lists. */
  state: readonly string[];
  /** False before the first lists: then nobody knows. */
  hasLists(): boolean;
  /** Rejects if the answer is an error. */
  read(): Promise<PendingUpdates>;
}

const timeoutSeconds = 120;

const unexpected = (program: string, { status, stderr }: CommandResult) =>
  new Error(`${program}: ${stderr.trim().split('\n')[0] || `exit status ${status}`}`);

/** Parses `apt-get -s dist-upgrade`: “Inst libc6 [2.41-12] (2.41-12+deb13u1 Debian-Security:13/stable-security
 * [amd64])”. Without the version in brackets the package is a new one. */
export function parseAptSimulation(text: string): PendingUpdates {
  const upgrades = [...text.matchAll(/^Inst \S+ \[[^\]\n]*\] \(\S+ ([^[\n]*)/gm)];
  return {
    count: upgrades.length,
    securityCount: upgrades.filter(([, origins = '']) => /security/i.test(origins)).length,
  };
}

const aptOptions = [
  'Debug::NoLocking=true',
  'APT::Get::Show-User-Simulation-Note=false',
  // Without these files apt keeps what it works out in memory.
  'Dir::Cache::pkgcache=',
  'Dir::Cache::srcpkgcache=',
];

const apt: PackageManager = {
  state: ['/var/lib/dpkg/status', '/var/lib/apt/lists'],
  hasLists: () => listFolderSync('/var/lib/apt/lists').some((name) => /_(Packages|InRelease|Release)/.test(name)),
  async read() {
    const options = aptOptions.flatMap((option) => ['-o', option]);
    const result = await runCommand('apt-get', ['-s', '-q', ...options, 'dist-upgrade'], { seconds: timeoutSeconds });
    if (result.status !== 0) throw unexpected('apt-get', result);
    return parseAptSimulation(result.stdout);
  },
};

/** Parses `dnf check-update`: “kernel.x86_64  6.11.4-301.fc41  updates”, a line a package; what is obsolete follows. */
export const parseDnfUpdateCount = (text: string): number =>
  (text.split(/^Obsoleting /m)[0] ?? '').match(/^[^\s:]+\.[^\s.:]+\s+\S*\d\S*\s+\S+\s*$/gm)?.length ?? 0;

const dnfCaches = ['/var/cache/libdnf5', '/var/cache/dnf'];
const dnfCache = () => dnfCaches.find((folder) => listFolderSync(folder).length > 0);

const dnf: PackageManager = {
  state: ['/usr/lib/sysimage/rpm/rpmdb.sqlite', '/var/lib/rpm/rpmdb.sqlite', ...dnfCaches],
  hasLists: () => dnfCache() !== undefined,
  async read() {
    // dnf locks its folder of lists: a folder of our own, with links to the lists, is nobody else's.
    const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-dnf-'));
    const cache = dnfCache() ?? '';
    try {
      for (const name of listFolderSync(cache))
        if (!name.endsWith('.pid')) symlinkSync(join(cache, name), join(folder, name));
      const count = async (...options: string[]) => {
        const args = ['-q', '-C', `--setopt=cachedir=${folder}`, 'check-update', ...options];
        const result = await runCommand('dnf', args, { seconds: timeoutSeconds });
        // 100: there are updates.
        if (result.status !== 0 && result.status !== 100) throw unexpected('dnf', result);
        return parseDnfUpdateCount(result.stdout);
      };
      return { count: await count(), securityCount: await count('--security') };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Parses `pacman -Qu`: “linux 6.11.4.arch1-1 -> 6.11.5.arch1-1”, with “[ignored]” after a package that is held
 * back. */
export const parsePacmanUpdateCount = (text: string): number => text.match(/^\S+ \S+ -> \S+$/gm)?.length ?? 0;

const pacman: PackageManager = {
  state: ['/var/lib/pacman/local', '/var/lib/pacman/sync'],
  hasLists: () => listFolderSync('/var/lib/pacman/sync').some((name) => name.endsWith('.db')),
  async read() {
    const result = await runCommand('pacman', ['-Qu'], { seconds: timeoutSeconds });
    // 1 without a word: there is nothing to update.
    if (result.status !== 0 && (result.status !== 1 || result.stderr.trim() !== '')) throw unexpected('pacman', result);
    return { count: parsePacmanUpdateCount(result.stdout) };
  },
};

/** The package manager of this machine; undefined if it is another one. */
export function findPackageManager(): PackageManager | undefined {
  if (existsSync('/var/lib/pacman/local')) return pacman;
  if (existsSync('/var/lib/dpkg/status')) return apt;
  return dnf.state.slice(0, 2).some((path) => existsSync(path)) ? dnf : undefined;
}
