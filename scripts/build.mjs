// Bundles the program: what a run needs in few files, what it may need (the embedded broker, the inventory, …) in parts of their own.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build, transform } from 'esbuild';
import { esbuildBrowserText } from './browser-text.mjs';

const outdir = 'dist';

/** An ES import of a module of Node's own reads all that it has, for its exports. Of these that loads much that nobody asked for: with
 * node:http all of undici (12 MB on Node 24), with node:tls every root certificate as text. They are asked of Node itself instead. */
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    const namespace = 'builtin';
    onResolve({ filter: /^(node:)?(http|https|tls|crypto)$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace } : undefined,
    );
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};

/** V8 keeps the source of what it loads, with two bytes a character if one is above U+00FF. esbuild escapes these in our strings and
 * leaves them in comments, where escapes do no harm, and in regular expressions and tagged templates, where they may. */
async function oneByteEach(path, text) {
  const { code } = await transform(text, { minifyWhitespace: true, legalComments: 'none', platform: 'node' });
  const found = code.match(/.{0,40}[^\0-\xff].{0,40}/)?.[0];
  if (found !== undefined) throw new Error(`${path}: a character above U+00FF, to be written as an escape: ${found}`);
  return text.replace(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Seconds since 1970, where a build is to be the same twice: https://reproducible-builds.org/specs/source-date-epoch/ */
const { SOURCE_DATE_EPOCH: epoch } = process.env;
const builtAt = epoch === undefined ? new Date() : new Date(Number(epoch) * 1000);
rmSync(outdir, { recursive: true, force: true });
const { outputFiles } = await build({
  entryPoints: { main: 'src/main.ts', inventory: 'src/collectors/host/inventory-process.ts' },
  outdir,
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  write: false,
  logLevel: 'warning',
  plugins: [lazyBuiltins, esbuildBrowserText],
  define: { BUILT_AT: JSON.stringify(builtAt.toISOString()) },
  // CommonJS dependencies ask for Node's own modules by require.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
});
for (const { path, text } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, path.endsWith('.js') ? await oneByteEach(path, text) : text);
}
copyFileSync('src/infra-monitor.js', `${outdir}/infra-monitor.js`);
