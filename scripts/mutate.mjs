// Breaks a folder's code in small ways, one at a time, in a copy of the tree, and looks whether the unit tests notice:
//   npm run mutate -- src/mqtt [--count 60] [--seed COMMIT] [--only N,N]
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { importsOf, mutantsOf } from './mutants.mjs';

const workers = 2;
/** Percent of the mutants that have to be noticed. */
const leastScore = 80;
/** A mutant may take so many times what the tests take without one. */
const patience = 3;

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

const workplace = mkdtempSync(join(tmpdir(), 'mutants-'));
const running = new Set();
/** Ends a run of tests and all that it started: it is a group of its own. */
function end(child) {
  running.delete(child);
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}
process.on('exit', () => {
  for (const child of running) end(child);
  rmSync(workplace, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/** The tree as it is now: it may be worked on meanwhile. */
const pristine = join(workplace, 'tree');
for (const file of [...files, 'dist']) {
  mkdirSync(dirname(join(pristine, file)), { recursive: true });
  cpSync(join(root, file), join(pristine, file), { recursive: true, verbatimSymlinks: true });
}
symlinkSync(join(root, 'node_modules'), join(pristine, 'node_modules'));
const read = (file) => readFileSync(join(pristine, file), 'utf8');

/** Numbers from 0 to 1 that a commit's id settles (mulberry32). */
function chances(commit) {
  let state = Number.parseInt(git('rev-parse', commit).slice(0, 8), 16);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function draw(all, count, chance) {
  const left = [...all];
  const drawn = [];
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(Math.floor(chance() * left.length), 1));
  return drawn.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

/** The unit tests that run a file, those with the shortest way to it first. */
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

/** A copy of the tree for one worker. */
function copy(number) {
  const place = join(workplace, String(number));
  cpSync(pristine, place, { recursive: true, verbatimSymlinks: true });
  return place;
}

/** Settles with `passed`, `failed` or `timed out`, and what was written. */
function runTests(place, tests, seconds) {
  const { CI: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--bail', '1', '--maxWorkers', '2', ...tests],
    {
      cwd: place,
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
      end(child);
    }, seconds * 1000);
    child.on('exit', (status) => {
      clearTimeout(timer);
      end(child);
      resolve({ outcome: isLate ? 'timed out' : status === 0 ? 'passed' : 'failed', output });
    });
  });
}

const tests = testsOf();
const all = targets.flatMap((file) => mutantsOf(file, read(file)));
const drawn = draw(all, Number(values.count), chances(values.seed));
const chosen = values.only === undefined ? drawn : values.only.split(',').map((number) => drawn[Number(number) - 1]);
console.log(
  `${chosen.length} of ${all.length} mutants of ${folder}, drawn by commit ${git('rev-parse', '--short', values.seed).trim()}`,
);

const places = Array.from({ length: workers }, (_, number) => copy(number));
const needed = [...new Set(chosen.flatMap(({ file }) => tests(file)))];
const began = performance.now();
const { outcome, output } = await runTests(places[0], needed, 600);
if (outcome !== 'passed') {
  console.error(`${output}\nThe tests have to pass before anything is broken.`);
  process.exit(2);
}
const seconds = (performance.now() - began) / 1000;
console.log(`${needed.length} test files, ${seconds.toFixed(0)} s without a mutant`);

const survivors = [];
const counts = { killed: 0, survived: 0, timeout: 0 };
const queue = chosen.entries();
await Promise.all(
  places.map(async (place) => {
    for (const [index, { file, line, what, code, mutated }] of queue) {
      writeFileSync(join(place, file), mutated);
      const related = tests(file);
      const result =
        related.length === 0 ? 'passed' : (await runTests(place, related, seconds * patience + 10)).outcome;
      writeFileSync(join(place, file), read(file));
      const verdict = { passed: 'survived', failed: 'killed', 'timed out': 'timeout' }[result];
      counts[verdict] += 1;
      const told = `${String(index + 1).padStart(3)} ${verdict.padEnd(8)} ${file}:${line} ${what}: ${code}`;
      console.log(told);
      if (verdict === 'survived') survivors.push(told);
    }
  }),
);

const score = Math.round((100 * (counts.killed + counts.timeout)) / chosen.length);
console.log(
  `\n${folder}: ${score} % (${counts.killed} killed, ${counts.timeout} by the time limit, ${counts.survived} survived)`,
);
for (const told of survivors.sort()) console.log(told);
process.exitCode = score < leastScore ? 1 : 0;
