import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles fleet.ts into a folder, and gives the path of the program. */
export async function buildFleet(folder) {
  const outfile = join(folder, 'fleet.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'fleet.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
  return outfile;
}
