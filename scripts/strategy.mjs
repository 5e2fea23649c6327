// Bundles the dashboard strategy for browsers: one file that loads nothing.
import { build } from 'esbuild';

/** Some of what the dashboard is made of stands beside code for Node, which no browser gets: what is left of it would be an import. */
const nodeModules = {
  name: 'node-modules',
  setup({ onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
  },
};

/** The text of the file. */
export async function bundleStrategy() {
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
    plugins: [nodeModules],
    banner: { js: '// Home Lab Infra Monitor: a dashboard strategy for Home Assistant. Generated; MIT license.' },
  });
  return outputFiles[0].text;
}
