// Bundles the program: what a run needs in few files, what it may need (the embedded broker, the inventory, …) in parts of their own.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

const outdir = 'dist';
/** Seconds since 1970, where a build is to be the same twice: https://reproducible-builds.org/specs/source-date-epoch/ */
const { SOURCE_DATE_EPOCH: epoch } = process.env;
const builtAt = epoch === undefined ? new Date() : new Date(Number(epoch) * 1000);
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: { 'infra-monitor': 'src/main.ts', inventory: 'src/collectors/host/inventory-process.ts' },
  outdir,
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
  define: { BUILT_AT: JSON.stringify(builtAt.toISOString()) },
  // CommonJS dependencies ask for Node's own modules by require.
  banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
});
