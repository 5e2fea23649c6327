import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import about from '../../package.json' with { type: 'json' };
import { run } from '../helpers/cli.ts';

test('--version', async () => expect(await run({}, '--version')).toEqual({ status: 0, output: `${about.version}\n` }));

test.each([
  [''],
  ['run'],
  ['once'],
  ['check'],
  ['forget'],
  ['adopt'],
  ['health'],
  ['dashboard'],
  ['recorder'],
  ['setup'],
  ['update'],
  ['uninstall'],
])('%s --help has an example', async (command) => {
  const { status, output } = await run({}, ...[command, '--help'].filter(Boolean));
  expect(status).toBe(0);
  expect(output).toMatch(/^Usage: infra-monitor/);
  expect(output).toMatch(/Example:\n {2}.*infra-monitor/);
});

test('unknown commands and options: exit status 2, with what was probably meant', async () => {
  expect(await run({}, 'watch')).toMatchObject({
    status: 2,
    output: expect.stringContaining("unknown command 'watch'"),
  });
  expect(await run({}, '--env', '/nowhere/.env', 'udpate', '--from', 'x')).toMatchObject({
    status: 2,
    output: expect.stringMatching(/unknown command 'udpate'\n\(Did you mean update\?\)/),
  });
  expect(await run({}, 'run', 'fast')).toMatchObject({
    status: 2,
    output: expect.stringContaining("too many arguments for 'run'"),
  });
  expect(await run({}, '--loud')).toMatchObject({ status: 2, output: expect.stringContaining('unknown option') });
});

test('what is written after an unknown option, which may be a password, is not repeated', async () => {
  for (const word of ['sesame', "o'pen\nsesame"])
    expect(await run({}, 'setup', `--password=${word}`)).toEqual({
      status: 2,
      output: "error: unknown option '--password'\n(use --help to see commands and options)\n",
    });
});

test.each([
  ['check', '--env', '--help'],
  ['--env', '-x', 'once'],
  ['forget', '--agent', '--force'],
  ['setup', '--broker', '--username', 'lab'],
  ['update', '--from', '--help'],
])('%s %s %s: an option is no value of another', async (...words) => {
  expect(await run({}, ...words)).toMatchObject({ status: 2, output: expect.stringContaining('It has no value.') });
});

test.each([
  [['--env', '/x', 'update'], '--env has no effect on update'],
  [['--env', '/x', 'drives-helper'], '--env has no effect on drives-helper'],
  [['dashboard', '--force'], 'Without --install there is no effect of --force'],
  [['dashboard', '--token-file', '/x', '--force'], 'no effect of --token-file and --force'],
  [['forget', '--list', 'nas'], '--list removes nothing, so there is no effect of nas'],
  [['forget', '--list', '--force'], '--list removes nothing, so there is no effect of --force'],
  [['forget', 'nas/filesystem_root', '--force'], '--force has no effect on a part'],
])('%j: an option without effect is refused', async (words, told) => {
  expect(await run({}, ...words)).toMatchObject({ status: 2, output: expect.stringContaining(told) });
});

test('invalid settings: all at once, exit status 2, and no secret', async () => {
  const { status, output } = await run({
    HTTP_PORT: 'x',
    MQTT_URL: 'nonsense',
    MQTT_PASSWORD: 'sesame',
    MQTT_PASSWROD: 'sesame',
  });
  expect(status).toBe(2);
  expect(output).toMatchInlineSnapshot(`
    "3 settings are wrong:
      MQTT_URL: got "nonsense", expected URL with a host (mqtt://, mqtts://, ws://, wss:// or embedded://); did you mean mqtt://nonsense:1883?
      HTTP_PORT: got "x", expected integer from 0 to 65535
      MQTT_PASSWROD is not a setting of this program; did you mean MQTT_PASSWORD?
    "
  `);
});

test('--env reads another file, and reports a missing one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'agent.env');
  writeFileSync(file, 'SITE="Villa Kunterbunt"\nHOST_SCHEDULE=off\nNVME_SCHEDULE=off\nSTORAGE_SCHEDULE=off\n');
  expect(await run({}, '--env', file, 'check')).toMatchObject({
    status: 0,
    output: expect.stringContaining('agent testling, site Villa Kunterbunt'),
  });
  // The environment takes precedence.
  expect(await run({ SITE: 'Berlin' }, '--env', file, 'check')).toMatchObject({
    output: expect.stringContaining('agent testling, site Berlin'),
  });
  expect(await run({}, '--env', '/nowhere/.env', 'check')).toMatchObject({
    status: 2,
    output: expect.stringMatching(/--env: \S+ does not exist/),
  });
  expect(await run({}, '--env', folder, 'check')).toMatchObject({
    status: 2,
    output: expect.stringContaining(`--env: ${folder} is a folder, expected a file`),
  });
});
