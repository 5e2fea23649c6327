// Runs reproductions of bug reports on this checkout: node scripts/cases.mjs FOLDER [WORD…]
// Each case is a folder with an EXPECT.md. A run.sh, run.mjs, case.sh or case.mjs there gets the checkout as argument,
// prints its measurement last, and exits with 0 if the result is right. A folder without a script holds what is read:
// how, and what has to come of it, is in scripts/reproductions, by the folder's name. With words, only cases whose path
// contains one of them.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileCases } from './reproductions/files.mjs';
import { judge } from './reproductions/judge.mjs';
import { momentCases } from './reproductions/moments.mjs';
import { mountCases } from './reproductions/mounts.mjs';
import { treeCases } from './reproductions/trees.mjs';

const checkout = join(import.meta.dirname, '..');
const timeoutMs = 300_000;
const [folder, ...words] = process.argv.slice(2);
if (folder === undefined || !existsSync(folder)) {
  process.stderr.write('usage: node scripts/cases.mjs FOLDER [WORD…]\n');
  process.exit(2);
}

/** Resolves with whether the script succeeded, and the last line of its output. */
function runScript(script) {
  return new Promise((resolve) => {
    const command = script.endsWith('.mjs') ? process.execPath : 'bash';
    const child = spawn(command, [script, checkout], {
      cwd: dirname(script),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), timeoutMs);
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve({ passed: code === 0, lastLine: output.trimEnd().split('\n').at(-1) ?? '' });
    });
  });
}

/** What reads the cases without a script. */
const readings = { ...treeCases, ...fileCases, ...momentCases, ...mountCases };

async function readAndJudge(path) {
  try {
    const { count, wrong } = judge(await readings[basename(path)](path));
    const lines = [`${count - wrong.length} of ${count} values right`, ...wrong.map((text) => `    ${text}`)];
    return { passed: count > 0 && wrong.length === 0, lastLine: lines.join('\n') };
  } catch (error) {
    return { passed: false, lastLine: error.stack };
  }
}

/** Runs one case; undefined if nobody knows how. */
function runCase(path) {
  const script = ['run.sh', 'run.mjs', 'case.sh', 'case.mjs']
    .map((name) => join(path, name))
    .find((file) => existsSync(file));
  if (script !== undefined) return runScript(script);
  return Object.hasOwn(readings, basename(path)) ? readAndJudge(path) : undefined;
}

const cases = readdirSync(folder, { recursive: true })
  .filter((path) => path.endsWith('EXPECT.md'))
  .map((path) => dirname(join(folder, path)))
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
  .sort();
let passedCount = 0;
for (const path of cases) {
  const began = performance.now();
  const { passed, lastLine } = (await runCase(path)) ?? { passed: false, lastLine: 'no script, and no expectation' };
  if (passed) passedCount += 1;
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`${passed ? '✓' : '✗'} ${relative(folder, path)}: ${lastLine} (${seconds} s)\n`);
}
process.stdout.write(`${passedCount} of ${cases.length} passed\n`);
process.exitCode = passedCount === cases.length ? 0 : 1;
