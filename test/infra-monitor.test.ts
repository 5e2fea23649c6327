import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { transform } from 'esbuild';
import { expect, test } from 'vitest';
import about from '../package.json' with { type: 'json' };
import { program } from './helpers/agent.ts';

const source = readFileSync(program, 'utf8');

/** Runs the entry file as this version of Node would. */
function startOn(node: string) {
  const process = {
    versions: { node },
    written: '',
    exitCode: 0,
    stderr: { write: (text: string) => (process.written += text) },
  };
  const imported: string[] = [];
  new Script(source.replace("import('", "load('")).runInNewContext({
    process,
    load: async (path: string) => imported.push(path),
  });
  return { imported, written: process.written, status: process.exitCode };
}

test.each(['10.24.0', '18.20.4', '20.18.3', '21.7.3', '22.2.0'])(
  'Node %s is refused in words, with exit status 2',
  (version) =>
    expect(startOn(version)).toEqual({
      imported: [],
      written: `infra-monitor needs Node 20.19 or newer, except 21 and 22.0 to 22.2, but this is ${version}. Download: https://nodejs.org/en/download\n`,
      status: 2,
    }),
);

test.each(['20.19.0', '22.3.0', '23.0.0', '24.0.0', '30.0.0'])('Node %s starts the program', (version) =>
  expect(startOn(version)).toEqual({ imported: ['./main.js'], written: '', status: 0 }),
);

test('the built files are modules also where they are copied without the project', () =>
  expect(JSON.parse(readFileSync(join(dirname(program), 'package.json'), 'utf8'))).toEqual({ type: 'module' }));

test('package.json requires the same versions', () => expect(about.engines.node).toBe('^20.19 || >=22.3'));

test('the entry file is a script of ES2017, except for import()', async () => {
  expect(() => new Script(source)).not.toThrow();
  const [old, latest] = await Promise.all(
    ['es2017', 'esnext'].map((target) => transform(source, { target, supported: { 'dynamic-import': true } })),
  );
  expect(old?.code).toBe(latest?.code);
});

// A newer Node opens the files of a program one after the other.
test.runIf(process.versions.node.startsWith('20.')).each([20, 24, 26])(
  'with at most %i open files it ends in words',
  (limit) => {
    const { status, stderr, stdout } = spawnSync(
      'sh',
      ['-c', `ulimit -n ${limit}; exec "$0" "$1"`, process.execPath, program],
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HTTP_PORT: '0', MQTT_URL: 'mqtt://127.0.0.1:9' },
        timeout: 20_000,
      },
    );
    expect({ status, stderr, stdout }).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'infra-monitor cannot start: this process may open too few files. Raise the limit to 64 or more (ulimit -n, LimitNOFILE= in a systemd unit)\n',
    });
  },
);

test('with at most 64 open files everything is read', () => {
  const { status, stdout } = spawnSync('sh', ['-c', 'ulimit -n 64; exec "$0" "$1" once', process.execPath, program], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, AGENT_NAME: 'few', MQTT_URL: 'mqtt://127.0.0.1:9' },
  });
  expect(status).toBe(0);
  expect(stdout).not.toMatch(/EMFILE|too many open files/);
});
