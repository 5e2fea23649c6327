// Long proofs, run by hand. One that holds is written down as a row of docs/proof.md.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { proofs } from './proofs.mjs';

const root = join(import.meta.dirname, '../..');
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

const optionLines = ({ options }) =>
  Object.entries(options).map(([name, option]) => `      --${name} NUMBER  ${option.about} (${option.default})\n`);
const help = () =>
  `usage: npm run proof -- NAME [--OPTION NUMBER] [--no-row]

Runs a long proof. Prints its progress and its figure, and appends a row to docs/proof.md if it holds; ends with 1 if it does
not. --no-row leaves docs/proof.md as it is.

${Object.entries(proofs)
  .map(([name, proof]) => `  ${name}\n      ${proof.about}\n${optionLines(proof).join('')}`)
  .join('\n')}`;

function misused(message) {
  process.stderr.write(`${message}\n\n${help()}`);
  process.exit(2);
}

/** The name and the options of the command line; numbers all. */
function readArguments(args) {
  const [name] = args;
  if (args.includes('--help') || name === undefined) {
    process.stdout.write(help());
    process.exit(name === undefined ? 2 : 0);
  }
  if (!Object.hasOwn(proofs, name)) misused(`There is no proof ${name}.`);
  const strings = Object.fromEntries(Object.keys(proofs[name].options).map((option) => [option, { type: 'string' }]));
  try {
    const { values } = parseArgs({ args: args.slice(1), options: { ...strings, 'no-row': { type: 'boolean' } } });
    const options = Object.entries(proofs[name].options).map(([option, { default: usual }]) => [
      option,
      Number(values[option] ?? usual),
    ]);
    const wrong = options.find(([, value]) => !(value >= 0));
    if (wrong !== undefined) misused(`--${wrong[0]} is no number.`);
    return { name, options: Object.fromEntries(options), writesRow: values['no-row'] !== true };
  } catch (error) {
    return misused(error.message);
  }
}

const { name, options, writesRow } = readArguments(process.argv.slice(2));
const held = [...proofs[name].holds, `scripts/proof/${name}.proof.ts`];
const uncommitted = git('status', '--porcelain', '--', ...held);
const commit = git('rev-parse', '--short', 'HEAD');
const scratch = mkdtempSync(join(tmpdir(), 'proof-'));
const figureFile = join(scratch, 'figure');
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'proof', `scripts/proof/${name}.proof.ts`],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PROOF_OPTIONS: JSON.stringify(options), PROOF_FIGURE: figureFile },
  },
);
if (status !== 0) {
  process.stdout.write(`${name} does not hold.\n`);
  rmSync(scratch, { recursive: true });
  process.exit(1);
}
const figure = readFileSync(figureFile, 'utf8');
rmSync(scratch, { recursive: true });
process.stdout.write(`${name} holds: ${figure}\n`);
if (uncommitted !== '') process.stdout.write(`No row: what it holds is not committed.\n${uncommitted}\n`);
else if (writesRow) {
  const command = `npm run proof -- ${process.argv.slice(2).join(' ')}`;
  const row = [new Date().toISOString().slice(0, 10), commit, `\`${command}\``, figure].join(' | ');
  appendFileSync(join(root, 'docs/proof.md'), `| ${row} |\n`);
}
