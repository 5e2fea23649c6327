import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packedText } from '../scripts/package/documents.mjs';
import { manualPage } from '../scripts/package/manual.mjs';
import { allCollectors } from '../src/collectors/index.ts';
import { statusEndpointPath } from '../src/views/status.ts';
import { program } from './helpers/agent.ts';
import { deadLinks } from './helpers/dead-links.ts';

// What the documents say of files, paths and commands is true.

const root = join(import.meta.dirname, '..');
const documents = ['.', 'docs', 'ha-config', 'test']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: folder !== '.', encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((name) => name.endsWith('.md') && !lstatSync(join(root, name)).isSymbolicLink());
const read = (name: string) => readFileSync(join(root, name), 'utf8');

test('each link of a document leads to a file and, where it names one, to a heading', () => {
  expect(documents).toContain('docs/install.md');
  expect(deadLinks(root, documents)).toEqual([]);
});

test('Home Assistant shows the changelog in its store, where relative links lead nowhere: there are none', () => {
  expect(read('ha-config/app/CHANGELOG.md')).toBe(read('CHANGELOG.md'));
  expect([...read('CHANGELOG.md').matchAll(/\]\((?!https:)[^)]*\)/g)].map(([link]) => link)).toEqual([]);
});

test('each path of the status server that a document names exists, and docs/http.md names those of all collectors', () => {
  const served = allCollectors.map(statusEndpointPath);
  const named = documents.flatMap((name) =>
    [...read(name).matchAll(/(?:`|:8000)(\/[\w-]+\/status)\b/g)].map(([, path = '']) => `${name}: ${path}`),
  );
  expect(named.filter((line) => !served.includes(line.split(': ')[1] ?? ''))).toEqual([]);
  expect(served.filter((path) => !named.includes(`docs/http.md: ${path}`))).toEqual([]);
});

test('the README has all commands that are for people, and no other', () => {
  const help = execFileSync(process.execPath, [program, '--help'], { encoding: 'utf8' });
  const [, listed = ''] = /^Commands:\n((?: .*\n)+)/m.exec(help) ?? [];
  const commands = [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name);
  const [, table = ''] = /^## Commands\n\n((?:\|.*\n)+)/m.exec(read('README.md')) ?? [];
  const named = table
    .split('\n')
    .flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`(?:infra-monitor )?([a-z-]+)/g)])
    .map(([, name]) => name);
  // The command without a word is `run`; systemd starts the helper.
  const others = ['run', 'drives-helper', 'help'];
  expect(named.map((name) => (name === 'infra-monitor' ? 'run' : name)).sort()).toEqual(
    commands.filter((name) => name === 'run' || !others.includes(name ?? '')).sort(),
  );
});

test('a packed document links packed files where the package has them, and nothing else', () => {
  const places = new Map([
    ['docs/a.md', 'doc/docs/a.md'],
    ['docs/b.md', 'doc/docs/b.md'],
    ['docs/systemd/x.service', 'lib/docs/systemd/x.service'],
    ['README.md', 'doc/README.md'],
  ]);
  const text = [
    '![A picture](images/a.png)',
    '',
    '[b](b.md#part), **[the `unit`](systemd/x.service)**, [here](#part), [there](https://example.org/x.md)',
    '[source](../src/main.ts#L1) and [a folder](../ha-config/app)',
  ].join('\n');
  const first =
    '[b](b.md#part), **[the `unit`](../../lib/docs/systemd/x.service)**, [here](#part), [there](https://example.org/x.md)';
  expect(packedText(text, 'docs/a.md', places, { version: '1.2.3', homepage: undefined })).toBe(
    `${first}\nsource (in the repository) and a folder (in the repository)`,
  );
  expect(packedText(text, 'docs/a.md', places, { version: '1.2.3', homepage: 'https://forge.example/lab' })).toBe(
    `${first}\n[source](https://forge.example/lab/blob/v1.2.3/src/main.ts#L1) and [a folder](https://forge.example/lab/blob/v1.2.3/ha-config/app)`,
  );
});

test('the man page has what every command takes, and every exit status', () => {
  const page = manualPage({ options: [], commands: [] }, { version: '1.2.3' }, '2026-01-02');
  expect(page).toMatch(/\.SH OPTIONS\n\.TP\n\.B \\-h, \\-\\-help\n/);
  // No name of an option or setting is hyphenated.
  expect(page).toMatch(/^\.TH .*\n\.nh\n\.ad l\n/);
  expect([...page.matchAll(/^\.B (\d+)$/gm)].map(([, status]) => status)).toEqual(['0', '1', '2', '143']);
});
