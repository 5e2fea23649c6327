// Bundles the program: what a run needs in few files, what it may need (the embedded broker, the inventory, …) in parts of their own.
import { copyFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const outdir = 'dist';

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: { main: 'src/main.ts', inventory: 'src/collectors/host/inventory-process.ts' },
  outdir,
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
  // CommonJS dependencies ask for Node's own modules by require.
  banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
});
copyFileSync('src/infra-monitor.js', `${outdir}/infra-monitor.js`);
