import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundle } from '../bundle.mjs';
import { fetchPackage } from './npm-package.mjs';

export const architectures = ['x64', 'arm64'];

/** Where Node looks for a program within itself
 * (https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html). */
const resource = 'NODE_SEA_BLOB';
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Fetches what single files are made of into the folder, and bundles the program as one CommonJS file, which is what
 * Node takes. */
export async function prepareSingleFiles(folder) {
  for (const architecture of architectures)
    fetchPackage(`node-linux-${architecture}`, join(folder, `node-${architecture}`));
  fetchPackage('postject', join(folder, 'postject'));
  await bundle({
    entryPoints: { program: 'src/main.ts' },
    outdir: folder,
    format: 'cjs',
    target: 'node24',
    legalComments: 'none',
    define: { IS_SINGLE_FILE: 'true', 'import.meta.url': 'fileUrl' },
    banner: { js: "const fileUrl = require('node:url').pathToFileURL(process.execPath).href;" },
  });
}

/** Makes one executable file of Node and the program, for Linux on this architecture; `folder`: what has been
 * prepared. */
export async function writeSingleFile(architecture, folder, file) {
  const node = (its) => join(folder, `node-${its}/bin/node`);
  const options = {
    // It stands in the blob, so that it must be the same wherever the folder is.
    main: 'program.js',
    output: 'blob',
    disableExperimentalSEAWarning: true,
    // Compiled code is for the processor that it was compiled on.
    useCodeCache: architecture === process.arch,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(options));
  // Another Node would make a blob for its own version, and another seed other bytes each time.
  execFileSync(node(process.arch), ['--random-seed=1', '--experimental-sea-config', 'config.json'], {
    cwd: folder,
    stdio: 'pipe',
  });
  cpSync(node(architecture), file);
  const { inject } = createRequire(import.meta.url)(join(folder, 'postject/dist/api.js'));
  await inject(file, resource, readFileSync(join(folder, 'blob')), { sentinelFuse });
}
