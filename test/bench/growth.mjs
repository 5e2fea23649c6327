// How the costs grow with what is watched:   npm run bench:growth [-- --json FILE]
// For each kind of thing: the processor time at one number, at four times as many, and the ratio (4 is linear); at the
// greater number the longest turn of the event loop.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { esbuildBrowserText } from '../../scripts/browser-text.mjs';

const { values: options } = parseArgs({ options: { json: { type: 'string' } } });
const folder = mkdtempSync(join(tmpdir(), 'bench-growth-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const outfile = join(folder, 'growth.mjs');
await build({
  entryPoints: [join(import.meta.dirname, 'growth.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  logLevel: 'warning',
  plugins: [esbuildBrowserText],
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
});
const { measureGrowth } = await import(outfile);
// A reading waits for timers that do not keep a process alive.
setInterval(() => {}, 1000);
const results = await measureGrowth(folder);
for (const { what, few, many, fewMs, manyMs, firstTurnMs, longestTurnMs } of results)
  process.stdout.write(
    `${what}: ${few} ${fewMs.toFixed(1)} ms, ${many} ${manyMs.toFixed(1)} ms, ratio ${(manyMs / fewMs).toFixed(1)}, longest turn ${longestTurnMs.toFixed(0)} ms, at first ${firstTurnMs.toFixed(0)} ms\n`,
  );
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(results, null, 2));
process.exit();
