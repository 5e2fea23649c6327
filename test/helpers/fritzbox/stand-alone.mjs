// A stand-in for a FRITZ!Box as a program of its own: node test/helpers/fritzbox/stand-alone.mjs
// [dsl|cable|fibre|mobile|repeater] [--port 49000] [--host 127.0.0.1] [--user NAME] [--password WORD]
import { join } from 'node:path';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, 'stand-alone.ts')],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
});
await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
