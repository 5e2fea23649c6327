// Builds the program, and makes of it what users install, in the folder release or another:
//   npm run package [-- --single] [FOLDER]
// Single: also, for each architecture, the program and Node as one executable file, for machines without a suitable
// Node. Of the same checkout every run makes the same bytes: the time in them is that of the commit.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { debianPackage } from './package/debian.mjs';
import { architectures, prepareSingleFiles, writeSingleFile } from './package/single-file.mjs';
import { programTree } from './package/tree.mjs';

const root = join(import.meta.dirname, '..');
const { values: options, positionals } = parseArgs({
  options: { single: { type: 'boolean' } },
  allowPositionals: true,
});
const release = resolve(positionals[0] ?? join(root, 'release'));
const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
process.env.SOURCE_DATE_EPOCH ??= execFileSync('git', ['log', '-1', '--format=%ct'], {
  cwd: root,
  encoding: 'utf8',
}).trim();
process.umask(0o022);

const step = (text) => process.stdout.write(`${text} …\n`);

/** As little as possible, in the same order and of the same owner everywhere. */
function tarball(folder, name, file) {
  const options = [
    '--sort=name',
    `--mtime=@${process.env.SOURCE_DATE_EPOCH}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    `--transform=s,^\\.,${name},`,
  ];
  const tar = execFileSync('tar', [...options, '--directory', folder, '--create', '.'], { maxBuffer: 1e9 });
  writeFileSync(file, execFileSync('gzip', ['-9n'], { input: tar, maxBuffer: 1e9 }));
}

step('Building the program');
execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root });
rmSync(release, { recursive: true, force: true });
mkdirSync(release, { recursive: true });
const scratch = join(release, 'scratch');
const tree = join(scratch, 'tree');
programTree(root, about, tree);
step('Writing the Debian package');
debianPackage({ root, about, tree, scratch, release });
step('Writing the archive for an installed Node.js');
tarball(tree, 'infra-monitor', join(release, `infra-monitor-${about.version}.tar.gz`));
const parts = join(scratch, 'single');
if (options.single) {
  step('Downloading Node.js for the single files');
  await prepareSingleFiles(parts);
}
for (const architecture of options.single ? architectures : []) {
  step(`Writing the single file for ${architecture}`);
  const whole = join(scratch, `tree-${architecture}`);
  cpSync(tree, whole, { recursive: true });
  rmSync(join(whole, 'dist'), { recursive: true });
  mkdirSync(join(whole, 'bin'));
  await writeSingleFile(architecture, parts, join(whole, 'bin/infra-monitor'));
  cpSync(join(parts, `node-${architecture}/LICENSE`), join(whole, 'NODE-LICENSE.txt'));
  tarball(whole, 'infra-monitor', join(release, `infra-monitor-${about.version}-linux-${architecture}.tar.gz`));
}
// An asset of its own: HACS takes the file of this name from a release.
cpSync(join(root, 'ha-config/strategy/infra-monitor-strategy.js'), join(release, 'infra-monitor-strategy.js'));
step('Writing the npm package');
// npm's own form of the same folder.
execFileSync('npm', ['pack', '--silent', '--pack-destination', release], { cwd: tree });
rmSync(scratch, { recursive: true });
// Where releases are is known when the project has an address; until then the installer takes what is beside it.
const address = about.homepage === undefined ? '' : `${about.homepage}/releases/latest/download`;
const installer = readFileSync(join(import.meta.dirname, 'package/install.sh'), 'utf8');
writeFileSync(
  join(release, 'install.sh'),
  installer.replace("'VERSION'", `'${about.version}'`).replace("'ADDRESS'", `'${address}'`),
  { mode: 0o755 },
);

const files = readdirSync(release).sort();
const sums = files.map(
  (file) =>
    `${createHash('sha256')
      .update(readFileSync(join(release, file)))
      .digest('hex')}  ${file}\n`,
);
writeFileSync(join(release, 'SHA256SUMS'), sums.join(''));

const sizeOf = (file) => {
  const bytes = statSync(join(release, file)).size;
  return bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
};
const nameLength = Math.max(...files.map((file) => file.length));
process.stdout.write(
  `\n${release}\n${[...files, 'SHA256SUMS'].map((file) => `  ${file.padEnd(nameLength)} ${sizeOf(file).padStart(8)}\n`).join('')}`,
);
