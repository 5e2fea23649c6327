// Builds the program for Node: what every run needs in a few files, the rest (embedded broker, inventory, …) in parts
// that are loaded on demand.
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { bundle } from './bundle.mjs';

const outdir = 'dist';

rmSync(outdir, { recursive: true, force: true });
await bundle({
  entryPoints: { main: 'src/main.ts', inventory: 'src/collectors/host/inventory-process.ts' },
  outdir,
  chunkNames: 'parts/[name]-[hash]',
  splitting: true,
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  // CommonJS dependencies load built-in modules by `require`.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
});
copyFileSync('src/infra-monitor.js', `${outdir}/infra-monitor.js`);
// Without it, Node before 22.7 takes the files of a copied dist for CommonJS.
writeFileSync(`${outdir}/package.json`, '{ "type": "module" }\n');
