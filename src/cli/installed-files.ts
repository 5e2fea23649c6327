import { lstatSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The list of the files that install.sh has put into its folder, one path on each line; nobody else writes it. */
export const installedFilesListName = 'installed-files.txt';

/** Removes what install.sh has put into the folder, and the folders that are empty then. Returns the paths of all else,
 * which stays. */
export function removeInstalledFiles(root: string): string[] {
  const listed = readFileSync(join(root, installedFilesListName), 'utf8').split('\n').filter(Boolean);
  const own = new Set([...listed, installedFilesListName].map((path) => join(root, path)));
  const removeFrom = (folder: string): string[] => {
    const left = readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      if (lstatSync(path).isDirectory()) return removeFrom(path);
      if (!own.has(path)) return [path];
      rmSync(path);
      return [];
    });
    // An empty folder is nobody's.
    if (left.length === 0) rmdirSync(folder);
    return left;
  };
  return removeFrom(root);
}
