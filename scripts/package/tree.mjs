import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentPaths, packDocuments } from './documents.mjs';
import { thirdPartyNotices } from './notices.mjs';

/** The fields of package.json that matter to who installs it. What is bundled is no dependency, and nothing is to be
 * run. */
const published = ({
  name,
  version,
  description,
  license,
  type,
  engines,
  bin,
  keywords,
  homepage,
  repository,
  bugs,
  author,
}) => ({
  ...{ name, version, description, license, type, engines, bin, keywords, homepage, repository, bugs, author },
});

/** Lays out the program in the folder: without source maps, which are two thirds of it. */
export function programTree(root, about, folder) {
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.map') });
  for (const file of readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js'),
  )) {
    const path = join(folder, 'dist', file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*\n/m, ''));
  }
  chmodSync(join(folder, about.bin['infra-monitor']), 0o755);
  // Where a clone has them, so that a hint that names a file is true wherever it is installed.
  packDocuments(root, about, new Map(documentPaths(root).map((path) => [path, path])), folder);
  writeFileSync(join(folder, 'THIRD-PARTY.txt'), thirdPartyNotices(root));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published(about), null, 2)}\n`);
}
