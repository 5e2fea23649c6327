import { readdirSync, statSync } from 'node:fs';
import { CacheUntilBasisChanges } from '../../../lib/cache-until-basis-changes.ts';
import { listFolderSync } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';

const isProcessId = (name: string) => /^\d+$/.test(name);

const linksOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.nlink ?? 0;

/** Links of /proc besides those of the processes; undefined unless a list of its folders agrees with the links. */
function countOtherLinks(proc: string): number | undefined {
  const linksBefore = linksOf(proc);
  if (linksBefore === 0) return undefined;
  const folders = readdirSync(proc, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const processes = folders.filter(({ name }) => isProcessId(name));
  // Every folder has two links of its own, and one from each folder in it.
  const links = 2 + folders.length;
  const agrees = links === linksBefore || links === linksOf(proc);
  return agrees && processes.some(({ name }) => name === '1') ? links - processes.length : undefined;
}

/** Counts the processes of a machine, without a list of them where that is possible: Linux adds their number to the
 * links of /proc (proc_root_getattr in fs/proc/root.c). In a container it is the number of the whole host, and a list
 * is needed. */
export class ProcessCounter {
  readonly #otherLinks = new CacheUntilBasisChanges<number | undefined>();

  /** Undefined where /proc is mounted with hidepid and shows this user's processes alone: process 1 is missing then. */
  count(roots: HostRoots): number | undefined {
    const proc = roots.proc();
    const otherLinks = this.#otherLinks.get([], () => countOtherLinks(proc));
    if (otherLinks !== undefined) return linksOf(proc) - otherLinks;
    const processes = listFolderSync(proc).filter(isProcessId);
    return processes.includes('1') ? processes.length : undefined;
  }
}
