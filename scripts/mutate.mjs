// Mutation testing: puts small faults into a folder's code, one at a time, in a copy of the tree, and checks that the
// unit tests fail:
//   npm run mutate -- src/mqtt [--count 60] [--seed COMMIT] [--only N,N]
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { importsOf, mutantsOf } from './mutants.mjs';

const workers = 2;
/** Percentage of the mutants that the tests must detect. */
const minScore = 80;
/** With a mutant the tests may take this many times as long as without one. */
const timeoutFactor = 3;

const root = join(import.meta.dirname, '..');
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 });

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '60' },
    seed: { type: 'string', default: 'HEAD^' },
    only: { type: 'string' },
  },
});
const folder = positionals[0]?.replace(/\/+$/, '');
const files = git('ls-files', '-z', '--cached', '--others', '--exclude-standard')
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const code = files.filter((file) => /^(src|test)\/.*\.ts$/.test(file));
const targets = code.filter((file) => folder !== undefined && (file === folder || file.startsWith(`${folder}/`)));
if (targets.length === 0) {
  console.error(`No code in ${folder ?? 'no folder'}. Example: npm run mutate -- src/mqtt`);
  process.exit(2);
}

const workFolder = mkdtempSync(join(tmpdir(), 'mutants-'));
const running = new Set();
/** Kills a test run and everything that it started: it is a process group of its own. */
function kill(child) {
  running.delete(child);
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}
process.on('exit', () => {
  for (const child of running) kill(child);
  rmSync(workFolder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/** A copy of the tree, which may change during the run. */
const pristine = join(workFolder, 'tree');
for (const file of [...files, 'dist']) {
  mkdirSync(dirname(join(pristine, file)), { recursive: true });
  cpSync(join(root, file), join(pristine, file), { recursive: true, verbatimSymlinks: true });
}
symlinkSync(join(root, 'node_modules'), join(pristine, 'node_modules'));
const read = (file) => readFileSync(join(pristine, file), 'utf8');

/** A random number generator from 0 to 1, seeded by a commit ID (mulberry32). */
function seededRandom(commit) {
  let state = Number.parseInt(git('rev-parse', commit).slice(0, 8), 16);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function draw(all, count, random) {
  const left = [...all];
  const drawn = [];
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(Math.floor(random() * left.length), 1));
  return drawn.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

/** Finds the unit tests that run a file, those with the shortest import path first. */
function testsOf() {
  const importers = new Map();
  for (const file of code) {
    for (const request of importsOf(file, read(file)).filter((request) => request.startsWith('.'))) {
      const imported = join(dirname(file), request);
      importers.set(imported, [...(importers.get(imported) ?? []), file]);
    }
  }
  return (target) => {
    const found = new Set([target]);
    for (const file of found) for (const importer of importers.get(file) ?? []) found.add(importer);
    return [...found].filter((file) => file.endsWith('.test.ts') && !file.startsWith('test/suites/'));
  };
}

/** Makes a copy of the tree for one worker. */
function copyTree(number) {
  const copy = join(workFolder, String(number));
  cpSync(pristine, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** Resolves with `passed`, `failed` or `timed out`, and the output. */
function runTests(folder, tests, seconds) {
  const { CI: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--bail', '1', '--maxWorkers', '2', ...tests],
    {
      cwd: folder,
      env,
      detached: true,
    },
  );
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      kill(child);
    }, seconds * 1000);
    child.on('exit', (status) => {
      clearTimeout(timer);
      kill(child);
      resolve({ outcome: isLate ? 'timed out' : status === 0 ? 'passed' : 'failed', output });
    });
  });
}

const tests = testsOf();
const all = targets.flatMap((file) => mutantsOf(file, read(file)));
const drawn = draw(all, Number(values.count), seededRandom(values.seed));
const chosen = values.only === undefined ? drawn : values.only.split(',').map((number) => drawn[Number(number) - 1]);
console.log(
  `${chosen.length} of ${all.length} mutants of ${folder}, drawn by commit ${git('rev-parse', '--short', values.seed).trim()}`,
);

const copies = Array.from({ length: workers }, (_, number) => copyTree(number));
const needed = [...new Set(chosen.flatMap(({ file }) => tests(file)))];
const began = performance.now();
const { outcome, output } = await runTests(copies[0], needed, 600);
if (outcome !== 'passed') {
  console.error(`${output}\nThe tests must pass without mutants.`);
  process.exit(2);
}
const seconds = (performance.now() - began) / 1000;
console.log(`${needed.length} test files, ${seconds.toFixed(0)} s without a mutant`);

const survivors = [];
const counts = { killed: 0, survived: 0, timeout: 0 };
const queue = chosen.entries();
await Promise.all(
  copies.map(async (copy) => {
    for (const [index, { file, line, what, code, mutated }] of queue) {
      writeFileSync(join(copy, file), mutated);
      const related = tests(file);
      const result =
        related.length === 0 ? 'passed' : (await runTests(copy, related, seconds * timeoutFactor + 10)).outcome;
      writeFileSync(join(copy, file), read(file));
      const verdict = { passed: 'survived', failed: 'killed', 'timed out': 'timeout' }[result];
      counts[verdict] += 1;
      const report = `${String(index + 1).padStart(3)} ${verdict.padEnd(8)} ${file}:${line} ${what}: ${code}`;
      console.log(report);
      if (verdict === 'survived') survivors.push(report);
    }
  }),
);

const score = Math.round((100 * (counts.killed + counts.timeout)) / chosen.length);
console.log(
  `\n${folder}: ${score} % (${counts.killed} killed, ${counts.timeout} by the time limit, ${counts.survived} survived)`,
);
for (const report of survivors.sort()) console.log(report);
process.exitCode = score < minScore ? 1 : 0;
