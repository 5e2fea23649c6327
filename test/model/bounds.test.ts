import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const source = join(import.meta.dirname, '../../src');

/** What takes something in from outside: text that is parsed, files that a user names, commands, connections,
 * datagrams. */
const border =
  /\bJSON\.parse\(|\breadFileSync\(|\breadFile\(|\bexeca\(|\bexecFile\b.*\(|new XMLParser\(|new WebSocket\(|createServer\(|\bcreateSocket\(|mqtt\.connect\(|\.on\('(?:data|message)'|\bfor await \(|\bjson\(response\)|(?<![.#])\bfetch\((?!path: )|\barrayBuffer\(|(?<!override )\bcreateConnection\(|\bhttps?Request\)?\(|\bhttps?Get\)?\(/;

/** Borders without a bound of their own, and why. */
const exempt: Record<string, string> = {
  'cli/health.ts': 'the agent’s own answer',
  'cli/update/release-files.ts': 'a release that the user asks for, whose checksum is compared',
  'cli/update/installation-backup.ts': 'files of this program',
  'collectors/agent/latest-release-reader.ts': 'reads the head of the answer only',
  'collectors/host/inventory.ts': 'files of the kernel and the distribution, and this program’s own child process',
  'collectors/storage/drives/drive-identity.ts': 'files of the kernel',
  'http/page-url.ts': 'a socket that receives nothing',
  'cli/installation.ts': 'a file of the program itself',
  'cli/installed-files.ts': 'a list that install.sh has written',
  'lib/files.ts': 'files of the kernel',
  'lib/open-file-limit.ts': 'a file of the kernel',
  'lib/mdns.ts': 'asked once, in a terminal, for two seconds',
  'lib/probe/http.ts': 'reads the head of the answer only',
  'lib/systemd.ts': 'a timer',
  'log.ts': 'lines of its own',
  'model/json.ts': 'takes the bound as an argument',
  'lib/http-answer.ts': 'takes the bound as an argument',
  'mqtt/embedded-broker.ts': 'for trying the agent out',
  'mqtt/first-answer.ts': 'looks at the first bytes of a stream that mqtt.js bounds',
  'mqtt/single-use-broker-connection.ts': 'messages of the client that mqtt-client.ts bounds',
  'notify/retrying-notifier.ts': 'reads the head of the answer only',
  'views/page/browser/folds.ts': 'runs in the browser, and reads what it has written',
  'views/page/browser/live-page.ts': 'runs in the browser, and reads what this program sends',
  'views/status.ts': 'a copy of an object',
};

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
const withoutComments = (text: string) => text.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/^\s*\/\/.*$/gm, '');
const borders = files.filter((path) => border.test(withoutComments(readFileSync(join(source, path), 'utf8'))));

test('every border that takes something in from outside has a bound', () => {
  const unbounded = borders.filter(
    (path) => !(path in exempt) && !/\bbounds\.\w/.test(readFileSync(join(source, path), 'utf8')),
  );
  expect(unbounded).toEqual([]);
});

test('whatever is exempt is a border', () =>
  expect(Object.keys(exempt).filter((path) => !borders.includes(path))).toEqual([]));

test('every bound is used', () => {
  const all = files
    .filter((path) => path !== 'model/bounds.ts')
    .map((path) => readFileSync(join(source, path), 'utf8'));
  const names = [...readFileSync(join(source, 'model/bounds.ts'), 'utf8').matchAll(/^ {2}(\w+): \{/gm)];
  expect(names.length).toBeGreaterThan(20);
  const unused = names.filter(([, name]) => !all.some((text) => text.includes(`bounds.${name}`)));
  expect(unused.map(([, name]) => name)).toEqual([]);
});
