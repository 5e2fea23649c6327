// Runs reproductions of bug reports on this checkout: node scripts/cases.mjs FOLDER [WORD…]
// Each case is a folder with an EXPECT.md and a run.sh, run.mjs, case.sh or case.mjs, which gets the checkout as argument, prints
// its measurement last, and exits with 0 if the result is right. With words, only cases whose path contains one of them.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

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

const cases = readdirSync(folder, { recursive: true })
  .filter((path) => path.endsWith('EXPECT.md'))
  .map((path) => dirname(join(folder, path)))
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
  .sort();
const results = [];
for (const path of cases) {
  const script = ['run.sh', 'run.mjs', 'case.sh', 'case.mjs']
    .map((name) => join(path, name))
    .find((file) => existsSync(file));
  const name = relative(folder, path);
  if (script === undefined) {
    process.stdout.write(`– ${name}: no script\n`);
    continue;
  }
  const began = performance.now();
  const result = await runScript(script);
  results.push(result);
  process.stdout.write(
    `${result.passed ? '✓' : '✗'} ${name}: ${result.lastLine} (${Math.round((performance.now() - began) / 1000)} s)\n`,
  );
}
const passedCount = results.filter((result) => result.passed).length;
process.stdout.write(`${passedCount} of ${results.length} passed; ${cases.length - results.length} without a script\n`);
process.exitCode = passedCount === results.length ? 0 : 1;
