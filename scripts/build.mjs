// Builds the program for Node: what every run needs in a few files, the rest (embedded broker, inventory, …) in parts
// that are loaded on demand.
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bundle } from './bundle.mjs';

const outdir = 'dist';
/** What runs beside the agent, again and again or for long, and needs little of it; and what parses arguments. */
const withoutAgent = /\/(command-line|health|drives-helper)\.ts$/;

/** Each other part that is loaded on demand loads the agent first, which is there already where the agent runs. esbuild
 * makes a file for each set of parts that need the same: so the sets are few, and a start loads 18 files instead of
 * 58. */
const partsAfterAgent = {
  name: 'parts-after-agent',
  setup({ onResolve, onLoad }) {
    const namespace = 'part-after-agent';
    const root = process.cwd();
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) =>
      kind === 'dynamic-import' && !withoutAgent.test(path)
        ? { path: relative(root, join(resolveDir, path)), namespace }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `import './src/cli/run.ts'; export * from ${JSON.stringify(`./${path}`)};`,
      resolveDir: root,
    }));
  },
};

rmSync(outdir, { recursive: true, force: true });
await bundle({
  entryPoints: { main: 'src/main.ts', inventory: 'src/collectors/host/inventory-process.ts' },
  outdir,
  chunkNames: 'parts/[name]-[hash]',
  splitting: true,
  plugins: [partsAfterAgent],
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
