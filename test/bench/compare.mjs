// Whether the working tree costs more than another revision, A B A B beside each other and the floor:   npm run
// bench:compare -- REV [--quick]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { agent, floor, measureSideBySide, printRatios, ratios } from './side-by-side.mjs';

const { values: options, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [revision = 'HEAD'] = positionals;
const root = join(import.meta.dirname, '../..');
const tree = join(mkdtempSync(join(tmpdir(), 'bench-compare-')), 'tree');
const git = (...args) => execFileSync('git', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });

try {
  git('worktree', 'add', '--detach', tree, revision);
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: tree, stdio: 'inherit' });
  const program = join(tree, 'dist/infra-monitor.js');
  const contestants = [
    floor(),
    agent({ name: 'before1', program }),
    agent({ name: 'after1' }),
    agent({ name: 'before2', program }),
    agent({ name: 'after2' }),
  ];
  const plan = options.quick ? { runs: 3, warmUp: 40, cycles: 6 } : { runs: 3, warmUp: 120, cycles: 12 };
  const rounds = await measureSideBySide(contestants, plan);
  // Each pair is one more round: what differs between the two of a kind is noise.
  const pairs = rounds.flatMap(([, a, b, c, d]) => [
    [a, b],
    [c, d],
  ]);
  const noise = rounds.flatMap(([, a, b, c, d]) => [
    [a, c],
    [b, d],
  ]);
  printRatios(`this tree, times ${revision}`, ratios(pairs, 1, 0));
  printRatios('one of a kind, times the other: noise', ratios(noise, 1, 0));
  printRatios('this tree, times the floor', ratios(rounds, 2, 0));
} finally {
  git('worktree', 'remove', '--force', tree);
  rmSync(join(tree, '..'), { recursive: true, force: true });
}
