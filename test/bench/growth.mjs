// How the costs grow with what is watched:   npm run bench:growth [-- --json FILE]
// For each kind of thing: the processor time at one number, at four times as many, and the ratio (4 is linear); at the
// greater number the longest turn of the event loop.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { esbuildBrowserText } from '../../scripts/browser-text.mjs';
import { bundleProgram } from '../helpers/bundle-program.mjs';

const { values: options } = parseArgs({ options: { json: { type: 'string' } } });
const folder = mkdtempSync(join(tmpdir(), 'bench-growth-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const entryPoint = join(import.meta.dirname, 'growth.ts');
const program = await bundleProgram(entryPoint, folder, { plugins: [esbuildBrowserText] });
const { measureGrowth } = await import(program);
// A reading waits for timers that do not keep a process alive.
setInterval(() => {}, 1000);
const results = await measureGrowth(folder);
for (const { what, few, many, fewMs, manyMs, firstTurnMs, longestTurnMs } of results)
  process.stdout.write(
    `${what}: ${few} ${fewMs.toFixed(1)} ms, ${many} ${manyMs.toFixed(1)} ms, ratio ${(manyMs / fewMs).toFixed(1)}, longest turn ${longestTurnMs.toFixed(0)} ms, at first ${firstTurnMs.toFixed(0)} ms\n`,
  );
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(results, null, 2));
process.exit();
