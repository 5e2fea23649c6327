// Says which proofs have no row in docs/proof.md, or one that is older than the code that they hold. It only warns.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { proofs } from './proofs.mjs';

const root = join(import.meta.dirname, '../..');
const rows = readFileSync(join(root, 'docs/proof.md'), 'utf8').matchAll(
  /^\| [\d-]+ \| ([\da-f]+) \| `npm run proof -- (\w+)/gm,
);
const lastCommits = new Map([...rows].map(([, commit, name]) => [name, commit]));

/** What is out of date about a proof, or undefined. */
function staleness(name, { holds }) {
  const commit = lastCommits.get(name);
  if (commit === undefined) return 'it has no row';
  const { status, stdout } = spawnSync(
    'git',
    ['diff', '--name-only', commit, '--', ...holds, `scripts/proof/${name}.proof.ts`],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) return `commit ${commit} of its last row is not in this clone`;
  const changed = stdout.split('\n').filter((file) => file !== '');
  if (changed.length === 0) return undefined;
  const more = changed.length > 3 ? ` and ${changed.length - 3} more` : '';
  return `changed since ${commit}: ${changed.slice(0, 3).join(', ')}${more}`;
}

for (const [name, proof] of Object.entries(proofs)) {
  const reason = staleness(name, proof);
  if (reason !== undefined) console.log(`warning: proof ${name}: ${reason}`);
}
