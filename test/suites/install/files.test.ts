import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { deadLinks } from '../../helpers/dead-links.ts';
import { documented } from './documents.ts';
import { buildRelease, laterRelease } from './release.ts';

const fileIn = (folder: string, end: string) =>
  join(folder, readdirSync(folder).find((name) => name.endsWith(end)) ?? '');

function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

let release: string;

beforeAll(async () => {
  release = mkdtempSync(join(tmpdir(), 'infra-monitor-files-'));
  await buildRelease(release, { single: true });
});
afterAll(() => rmSync(release, { recursive: true }));

test('the same commit gives the same bytes, and their sums are right', async () => {
  const another = scratchFolder();
  await buildRelease(another, { single: true });
  expect(readFileSync(join(another, 'SHA256SUMS'), 'utf8')).toBe(readFileSync(join(release, 'SHA256SUMS'), 'utf8'));
  await execa('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: release });
});

test('the Debian package has no fault that lintian knows', async () => {
  const { stdout } = await execa('lintian', [
    '--no-cfg',
    '--allow-root',
    '--fail-on',
    'error,warning',
    fileIn(release, '.deb'),
  ]);
  expect(stdout).toBe('');
});

test('docs/install.md names every file of a release', () => {
  const root = join(import.meta.dirname, '../../..');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const [, table = ''] =
    /^\| file \| for \|\n((?:\|.*\n)+)/m.exec(readFileSync(join(root, 'docs/install.md'), 'utf8')) ?? [];
  const named = table
    .split('\n')
    .flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
    .map((name) => name.replace('VERSION', version).replace('…', `infra-monitor-${version}-linux`));
  expect(named.sort()).toEqual(readdirSync(release).sort());
});

test.each(['.deb', '.tar.gz', 'linux-x64.tar.gz', '.tgz'])(
  '%s: its documents link nothing that it lacks',
  async (end) => {
    const folder = scratchFolder();
    const file = join(
      release,
      readdirSync(release).find((name) => name.endsWith(`${end === '.tar.gz' ? '0' : ''}${end}`)) ?? '',
    );
    await (end === '.deb'
      ? execa('dpkg-deb', ['--extract', file, folder])
      : execa('tar', ['-xzf', file, '-C', folder]));
    const documents = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
    expect(documents.filter((name) => name.endsWith('docs/install.md'))).toHaveLength(1);
    expect(deadLinks(folder, documents)).toEqual([]);
  },
);

test('npm installs one package of 3 MB that runs nothing, and brings what a service needs', async () => {
  const folder = scratchFolder();
  const file = './release/home-lab-infra-monitor-VERSION.tgz';
  const command = documented('npm install --global ./release/home-lab-infra-monitor-VERSION.tgz', {
    '--global': `--global --offline --prefix ${folder}`,
    [file]: fileIn(release, '.tgz'),
  });
  await execa('sh', ['-c', command], { cwd: folder });
  const root = join(folder, 'lib/node_modules/home-lab-infra-monitor');
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  expect(Object.keys(about).filter((key) => /scripts|dependencies|private/i.test(key))).toEqual([]);
  const { stdout: size } = await execa('du', ['--summarize', '--block-size=1K', folder]);
  expect(Number.parseInt(size, 10)).toBeLessThan(3600);
  expect(
    readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.map')),
  ).toEqual([]);
  expect(readdirSync(join(root, 'docs/systemd'))).toEqual(
    expect.arrayContaining([
      'infra-monitor.service',
      'infra-monitor-drives.socket',
      'infra-monitor-drives.service',
      'grant-drives.sh',
    ]),
  );
  expect((await execa(join(folder, 'bin/infra-monitor'), ['--version'])).stdout).toBe(about.version);
  const once = await execa(join(folder, 'bin/infra-monitor'), ['once', '--json'], {
    env: { ROUTER_SCHEDULE: 'off', NVME_SCHEDULE: 'off', STORAGE_SCHEDULE: 'off' },
    reject: false,
  });
  expect((JSON.parse(once.stdout) as { collector: string }[])[0]?.collector).toBe('host');
});

test('what came by npm is brought up to date by npm, and comes back if that fails', async () => {
  const folder = scratchFolder();
  await execa('npm', ['install', '--global', '--offline', '--prefix', folder, fileIn(release, '.tgz')]);
  const installed = () => {
    const path = join(folder, 'lib/node_modules/home-lab-infra-monitor/package.json');
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  };
  const before = installed();
  const update = (from: string) =>
    execa(join(folder, 'bin/infra-monitor'), ['update', '--from', from], { all: true, reject: false });

  const cut = scratchFolder();
  cpSync(release, cut, { recursive: true });
  truncateSync(fileIn(cut, '.tgz'), 9000);
  expect(await update(cut)).toMatchObject({ exitCode: 2, all: expect.stringContaining('does not match SHA256SUMS') });
  writeFileSync(fileIn(cut, '.tgz'), 'no package');
  await execa('sh', ['-c', 'sha256sum * >SHA256SUMS'], { cwd: cut });
  expect(await update(cut)).toMatchObject({ exitCode: 2, all: expect.stringContaining(`${before} has been restored`) });
  expect(installed()).toBe(before);
  expect((await execa(join(folder, 'bin/infra-monitor'), ['--version'])).stdout).toBe(before);

  expect(await update(await laterRelease(release, '9.9.9', false))).toMatchObject({ exitCode: 0 });
  expect(installed()).toBe('9.9.9');
});

test('every licence that goes with a copy does', async () => {
  const { stdout } = await execa('tar', ['-xOf', fileIn(release, '.tar.gz'), 'infra-monitor/THIRD-PARTY.txt']);
  for (const name of ['mqtt', 'zod', 'execa', 'systeminformation', 'human-signals'])
    expect(stdout).toMatch(new RegExp(`^${name} \\d`, 'm'));
  expect(stdout).toContain('Apache License');
});

test('the shells complete commands and their options', async () => {
  const folder = scratchFolder();
  await execa('dpkg-deb', ['--extract', fileIn(release, '.deb'), folder]);
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _infra_monitor; echo "\${COMPREPLY[*]}"`;
  const completed = async (...words: string[]) =>
    (
      await execa('bash', [
        '-c',
        script,
        'bash',
        join(folder, 'usr/share/bash-completion/completions/infra-monitor'),
        'infra-monitor',
        ...words,
      ])
    ).stdout;
  expect(await completed('c')).toBe('check');
  expect(await completed('--env', '/x', 'forget', '--a')).toBe('--agent');
  expect(await completed('setup', '--')).toContain('--broker');
});
