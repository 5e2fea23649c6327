import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** Bundles a TypeScript program into a folder, with these options of esbuild besides, and gives its path. */
export async function bundleProgram(entryPoint, folder, options = {}) {
  const outfile = join(folder, `${basename(entryPoint, '.ts')}.mjs`);
  await build({
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    ...options,
  });
  return outfile;
}
