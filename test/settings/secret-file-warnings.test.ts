import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { allCollectors } from '../../src/collectors/index.ts';
import { loadSettings, parseSettings } from '../../src/settings/index.ts';
import { mayHaveOtherUsers, secretFileWarnings } from '../../src/settings/secret-file-warnings.ts';
import { startAgent } from '../helpers/agent.ts';
import { until } from '../helpers/until.ts';

function folder(mode = 0o755): string {
  const path = mkdtempSync(join(tmpdir(), 'exposure-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  chmodSync(path, mode);
  return path;
}

function file(mode: number, content = 'sesame', within = folder()): string {
  const path = join(within, 'file');
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

const warned = (path: string) => secretFileWarnings([{ setting: 'HA_TOKEN_FILE', path }], true);

test.each([0o644, 0o604, 0o444, 0o777])(
  'a warning for a secret that everyone can read, with the command to restrict it (%o)',
  (mode) => {
    const path = file(mode);
    expect(warned(path)).toEqual([
      `HA_TOKEN_FILE: every user of this machine can read ${path}, which contains a secret; run: chmod 600 ${path}`,
    ]);
  },
);

test.each([0o600, 0o400, 0o640, 0o660, 0o440])('no warning for one that the owner or a group can read (%o)', (mode) =>
  expect(warned(file(mode))).toEqual([]),
);

test('a folder that others can’t enter protects its files', () => {
  expect(warned(file(0o644, 'sesame', folder(0o700)))).toEqual([]);
  const within = join(folder(0o750), 'open');
  mkdirSync(within, { mode: 0o755 });
  expect(warned(file(0o644, 'sesame', within))).toEqual([]);
});

test('the target of a link counts', () => {
  const link = join(folder(), 'link');
  symlinkSync(file(0o644), link);
  expect(warned(link)).toHaveLength(1);
  const other = join(folder(), 'link');
  symlinkSync(file(0o600), other);
  expect(warned(other)).toEqual([]);
});

test('no warning for a missing file, or in a container without other users', () => {
  expect(warned('/nowhere/token')).toEqual([]);
  expect(secretFileWarnings([{ setting: 'HA_TOKEN_FILE', path: file(0o444) }], false)).toEqual([]);
});

/** Tests may run in a container themselves. */
const ifShared = (lines: unknown[]) => (mayHaveOtherUsers() ? lines : []);
const told = (setting: string) => expect.stringMatching(new RegExp(`^${setting}: every user`));

const cellar = { HA_BASE_URL: 'cellar=http://127.0.0.1:9' };

test.each([
  'HA_TOKEN_FILE',
  'HA_TOKEN_CELLAR_FILE',
  'MQTT_PASSWORD_FILE',
  'NOTIFY_URL_FILE',
  'HTTP_TOKEN_FILE',
  'FRITZBOX_PASSWORD_FILE',
])('the file of %s is checked', (name) =>
  expect(
    parseSettings(allCollectors, { ...cellar, [name]: file(0o644, 'https://example.org/topic') }).warnings,
  ).toEqual(ifShared([told(name)])),
);

test('the file of a key is checked, that of a certificate is public', () => {
  expect(
    parseSettings(allCollectors, { MQTT_KEY_FILE: file(0o644), MQTT_CERT_FILE: file(0o644), MQTT_CA_FILE: file(0o644) })
      .warnings,
  ).toEqual(ifShared([told('MQTT_KEY_FILE')]));
});

test.each([
  ['MQTT_PASSWORD=sesame', true],
  ['HA_BASE_URL=cellar=http://127.0.0.1:9\nHA_TOKEN_CELLAR=sesame', true],
  ['MQTT_URL=mqtt://me:sesame@broker', true],
  ['NOTIFY_URL=https://ntfy.sh/topic', true],
  ['MQTT_URL=mqtt://me@broker', false],
  ['SITE=Berlin\nMQTT_PASSWORD=', false],
])('a settings file of %j', (content, holdsSecret) => {
  // The tests' own environment may have what looks like ours.
  const warnings = loadSettings(allCollectors, file(0o644, content)).warnings.filter((line) =>
    line.startsWith('--env'),
  );
  expect(warnings).toEqual(holdsSecret ? ifShared([told('--env')]) : []);
});

test('child processes of the agent get no secret', async () => {
  const tools = folder();
  writeFileSync(join(tools, 'ping'), `#!/bin/sh\nenv >${tools}/$$ && mv ${tools}/$$ ${tools}/seen\nexit 2\n`, {
    mode: 0o755,
  });
  const { PATH = '' } = process.env;
  const agent = startAgent({
    PATH: `${tools}:${PATH}`,
    MQTT_URL: 'mqtt://me:sesame@127.0.0.1:9',
    MQTT_PASSWORD: 'sesame',
    ...cellar,
    HA_TOKEN_CELLAR: 'sesame',
    HTTP_TOKEN: 'open-sesame-24-7',
    NOTIFY_URL: 'https://127.0.0.1:9/sesame',
    ROUTER_SCHEDULE: '* * * * * *',
    PING_TARGETS: '127.0.0.1',
    KEPT: 'kept',
  });
  const seen = await until(
    `ping: ${agent.output()}`,
    () => existsSync(join(tools, 'seen')) && readFileSync(join(tools, 'seen'), 'utf8'),
  );
  expect(seen).toContain('KEPT=kept');
  expect(seen).not.toContain('sesame');
});
