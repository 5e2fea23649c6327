// Bundles the dashboard strategy for browsers: one file that loads nothing.
import { build } from 'esbuild';

/** Some of what the dashboard is made of stands beside code for Node, which no browser gets: what is left of it would
 * be an import. */
const nodeModules = {
  name: 'node-modules',
  setup({ onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
  },
};

/** What the strategy knows of the catalogue, as it is now rather than as it was when the file was last written. */
const catalogueOf = (catalogue, inGerman) => ({
  name: 'catalogue',
  setup({ onLoad }) {
    onLoad({ filter: /\/strategy\/catalogue\.json$/ }, () => ({ contents: catalogue, loader: 'json' }));
    onLoad({ filter: /\/strategy\/german\.json$/ }, () => ({ contents: inGerman, loader: 'json' }));
  },
});

/** The text of the file, with these texts of `catalogue.json` and `german.json`. */
export async function bundleStrategy(catalogue, inGerman) {
  const { outputFiles } = await build({
    entryPoints: ['ha-config/strategy/index.ts'],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
    plugins: [nodeModules, catalogueOf(catalogue, inGerman)],
    banner: { js: '// Home Lab Infra Monitor: a dashboard strategy for Home Assistant. Generated; MIT license.' },
  });
  return outputFiles[0].text;
}
