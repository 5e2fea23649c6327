// Imports that end with ?browser, of a style sheet or a script, are what a browser gets as text: `import style from
// './style.css?browser'`.
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const suffix = '?browser';

/** Bundled and minified, for browsers since 2022. */
async function browserText(path) {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
    // A build in a container has no tsconfig.json at the root.
    tsconfigRaw: {},
  });
  return outputFiles[0].text.trim();
}

/** From the working directory on, so that no build tells where it was made. */
const pathOf = (name, folder) => relative('', join(folder, name.slice(0, -suffix.length)));

/** For esbuild, which builds the program. */
export const esbuildBrowserText = {
  name: 'browser-text',
  setup({ onResolve, onLoad }) {
    const namespace = 'browser-text';
    onResolve({ filter: /\?browser$/ }, ({ path, resolveDir }) => ({ path: pathOf(path, resolveDir), namespace }));
    onLoad({ filter: /.*/, namespace }, async ({ path }) => ({ contents: await browserText(path), loader: 'text' }));
  },
};

/** For Vite, which loads what tests import. The id’s end keeps Vite’s own handling of style sheets away. */
export const viteBrowserText = {
  name: 'browser-text',
  enforce: 'pre',
  resolveId: (name, importer) =>
    name.endsWith(suffix) ? `\0browser-text:${pathOf(name, dirname(importer))}.js` : undefined,
  async load(id) {
    const [, path] = /^\0browser-text:(.*)\.js$/.exec(id) ?? [];
    if (path === undefined) return undefined;
    this.addWatchFile(resolve(path));
    return `export default ${JSON.stringify(await browserText(path))};`;
  },
};
