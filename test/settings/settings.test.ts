import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod/mini';
import { allCollectors } from '../../src/collectors/index.ts';
import type { PerNameSetting } from '../../src/model/per-name-setting.ts';
import type { Secret } from '../../src/model/secret.ts';
import { secretPerNameSetting, stringPerNameSetting } from '../../src/model/setting.ts';
import { loadSettings, readSettings, settingGroups } from '../../src/settings/index.ts';
import { SettingsError } from '../../src/settings/read-variables.ts';
import { probe } from '../helpers/sample-collector.ts';

const read = (env: Record<string, string>) => readSettings(allCollectors, env);

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

function file(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'file'), content, { mode: 0o600 });
  return join(folder, 'file');
}

test('nothing set: this machine, our own broker, the loopback', () => {
  const { agent, mqtt, http, collectors: all } = read({});
  expect(agent).toMatchObject({
    name: hostname().split('.')[0],
    baseTopic: 'infra-monitor',
    discoveryPrefix: 'homeassistant',
  });
  expect(mqtt.MQTT_URL).toMatchObject({ protocol: 'embedded', host: '127.0.0.1', port: 1883 });
  expect(http).toEqual({ HTTP_HOST: '127.0.0.1', HTTP_PORT: 8000 });
  expect(all.map(({ collector, schedule }) => [collector.id, schedule])).toEqual(
    allCollectors.map(({ id, schedule }) => [id, schedule]),
  );
});

test('every problem is told at once, with what is wanted', () => {
  expect(
    problemsOf({
      MQTT_URL: 'htp://x',
      HTTP_PORT: '99999',
      HOST_SCHEDULE: '* * * * *',
      HOST_PROC: 'proc',
      LOG_LEVEL: 'loud',
      MQTT_BASE_TOPIC: 'a/#',
      MQTT_CERT_FILE: 'x',
    }),
  ).toMatchInlineSnapshot(`
    [
      "LOG_LEVEL: got "loud", wants one of trace, debug, info, warn, error",
      "MQTT_URL: got "htp://x", wants mqtt://, mqtts://, ws://, wss:// or embedded:// with a host",
      "MQTT_BASE_TOPIC: got "a/#", wants a topic without +, # and slashes at its ends",
      "HTTP_PORT: got "99999", wants a whole number from 0 to 65535",
      "HOST_SCHEDULE: got "* * * * *", wants a cron expression of six fields (second first) for times that come, or off",
      "HOST_PROC: got "proc", wants an absolute path",
      "HOST_PROC: got "proc", wants an absolute path",
      "MQTT_CERT_FILE, MQTT_KEY_FILE: a certificate wants its key, and a key its certificate",
    ]
  `);
});

test.each(['0 0 0 1 1 1#2', '0 0 0 30 2 *', '0 0 0 31W 4 *'])('%s never comes', (HOST_SCHEDULE) => {
  expect(problemsOf({ HOST_SCHEDULE })).toEqual([
    `HOST_SCHEDULE: got "${HOST_SCHEDULE}", wants a cron expression of six fields (second first) for times that come, or off`,
  ]);
});

test.each([
  ['mqtt://broker', { protocol: 'mqtt', host: 'broker', port: 1883 }],
  ['mqtts://broker', { protocol: 'mqtts', port: 8883 }],
  ['ws://broker/mqtt', { protocol: 'ws', port: 80, path: '/mqtt' }],
  ['wss://broker:9001', { protocol: 'wss', port: 9001 }],
  ['mqtt://[fd00::1]:1884', { host: 'fd00::1', port: 1884 }],
])('the address %s', (MQTT_URL, expected) => expect(read({ MQTT_URL }).mqtt.MQTT_URL).toMatchObject(expected));

test('credentials in the address are taken, and are no text any more', () => {
  const { username, password } = read({ MQTT_URL: 'mqtt://me:p%40ss@broker' }).mqtt.MQTT_URL;
  expect(username).toBe('me');
  expect(password?.reveal()).toBe('p@ss');
  expect(JSON.stringify({ password })).not.toContain('p@ss');
  expect(`${password}`).toBe('***');
});

test.each([
  ['MQTT_URL', 'htp://me:sesame@broker'],
  ['MQTT_URL', 'mqtt://me:sesame%off@broker'],
  ['MQTT_URL', 'mqtt://me:12#sesame@broker'],
  ['MQTT_URL', 'mqtt://me:12/sesame@broker'],
  ['MQTT_URL', 'ws://me:12?sesame@broker'],
  ['MQTT_URL', 'mqtt://me:ses/ame@broker:99999'],
  ['MQTT_URL', 'mqtt://me:sesame'],
  ['MQTT_URL', 'me:sesame@broker'],
  ['MQTT_URL', 'mqtt://50%off'],
  ['MQTT_URL', 'mqtt://ho st'],
  ['MQTT_URL', 'mqtt://[::1'],
  ['HA_BASE_URL', 'http://me:12/sesame@home'],
  ['HA_BASE_URL', 'cellar=http://home?token=sesame'],
  ['PING_TARGETS', 'shop=https://me:sesame%off@shop.example,1.1.1.1'],
  ['PING_TARGETS', 'http://nas:99999'],
  ['FRITZBOX_HOSTS', 'http://me:sesame%@box/rootDesc.xml'],
])('%s=%s is a wrong setting, and its credentials do not show', (name, value) => {
  const problems = problemsOf({ [name]: value });
  expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name}: got ".*", wants `))]);
  expect(problems.join()).not.toMatch(/ses(ame|\/)/);
});

test('what to do about a password that an address can’t hold', () => {
  expect(problemsOf({ MQTT_URL: 'mqtt://me:50%off@broker' })).toMatchInlineSnapshot(`
    [
      "MQTT_URL: got "mqtt://***@broker", wants mqtt://, mqtts://, ws://, wss:// or embedded:// with a host; write % in a user name or password as %25, # as %23, / as %2F, ? as %3F and @ as %40, or set MQTT_USERNAME and MQTT_PASSWORD",
    ]
  `);
  expect(problemsOf({ PING_TARGETS: 'http://me:50%off@shop' }).join()).toContain('%25');
});

test('a value without end is cut', () =>
  expect(problemsOf({ LOG_LEVEL: 'x'.repeat(100_000) }).join().length).toBeLessThan(400));

test('a secret comes from its file, and a file that is not there is named', () => {
  expect(read({ MQTT_PASSWORD_FILE: file('open sesame\n') }).mqtt.MQTT_PASSWORD?.reveal()).toBe('open sesame');
  expect(problemsOf({ MQTT_PASSWORD_FILE: '/nowhere/password' })).toEqual([
    expect.stringMatching(/^MQTT_PASSWORD_FILE: ENOENT/),
  ]);
  expect(problemsOf({ MQTT_PASSWORD: 'a', MQTT_PASSWORD_FILE: file('b') })).toEqual([
    expect.stringMatching(/^MQTT_PASSWORD: set both/),
  ]);
  expect(problemsOf({ NOTIFY_URL: 'http://127.0.0.1/x', NOTIFY_TOKEN_FILE: file('two\nlines') })).toEqual([
    expect.stringMatching(/^NOTIFY_TOKEN_FILE: got \*\*\*, wants /),
  ]);
});

const named = [
  {
    ...probe(async () => []),
    env: z.object({
      BOX_USER: stringPerNameSetting({ description: 'Who.' }),
      BOX_PASSWORD: secretPerNameSetting({ description: 'What.' }),
    }),
  },
];
const boxOf = (env: Record<string, string>) => {
  const { warnings, collectors: all } = readSettings(named, env);
  return { warnings, ...(all[0]?.env as { BOX_USER: PerNameSetting<string>; BOX_PASSWORD: PerNameSetting<Secret> }) };
};

test('a setting by name: one for all, or one of its own for each, from its file too', () => {
  const { BOX_USER, BOX_PASSWORD, warnings } = boxOf({
    BOX_USER: 'me',
    BOX_USER_MY_CELLAR: 'mole',
    BOX_PASSWORD_PROFILE: 'a',
    BOX_PASSWORD_ATTIC_FILE: file('b\n'),
    BOX_PASSWORD_FILE: file('c'),
  });
  expect(['kitchen', 'My cellar'].map((name) => BOX_USER.get(name))).toEqual(['me', 'mole']);
  expect(['profile', 'attic', 'kitchen'].map((name) => BOX_PASSWORD.get(name)?.reveal())).toEqual(['a', 'b', 'c']);
  expect(warnings).toEqual([]);
  expect(boxOf({}).BOX_USER.get('kitchen')).toBeUndefined();
});

test('a secret by name whose file is not there is named', () => {
  expect(() => boxOf({ BOX_PASSWORD_ATTIC_FILE: '/nowhere/password' })).toThrow(/BOX_PASSWORD_ATTIC_FILE: ENOENT/);
});

test('an empty variable is not set', () =>
  expect(read({ SITE: '', MQTT_URL: '  ' })).toMatchObject({ mqtt: { MQTT_URL: { protocol: 'embedded' } } }));

test('a collector can be turned off', () =>
  expect(read({ HOST_SCHEDULE: 'off' }).collectors[0]?.schedule).toBeUndefined());

test.each([
  ['MQTT_PASSWROD', 'MQTT_PASSWORD'],
  ['MQTT_HOST', 'MQTT_URL'],
  ['HOST_FILESYSTEM', 'HOST_FILESYSTEMS'],
  ['MQTT_PASSWORD_FIEL', 'MQTT_PASSWORD_FILE'],
])('%s looks like ours', (name, nearest) =>
  expect(read({ [name]: 'x' }).warnings).toEqual([
    `${name} is not a setting of this program; did you mean ${nearest}?`,
  ]),
);

test.each(['HTTP_PROXY', 'HOSTNAME', 'HOME', 'LOG_DIR', 'HOST_IP', 'MQTT_PASSWORD_FILE'])('%s does not', (name) =>
  expect(read({ [name]: name.endsWith('_FILE') ? file('x') : 'x' }).warnings).toEqual([]),
);

test('the process goes before the file; a file asked for by name must be there', () => {
  const siteIn = (content: string) => loadSettings(allCollectors, file(content)).agent.site;
  expect(siteIn('SITE=file')).toBe('file');
  process.env.SITE = 'process';
  onTestFinished(() => void delete process.env.SITE);
  expect(siteIn('SITE=file')).toBe('process');
  expect(() => loadSettings(allCollectors, '/nowhere/.env')).toThrow('--env: ENOENT');
});

test('secrets are taken out of the process’s environment, other settings stay', () => {
  const env = {
    MQTT_PASSWORD: 'sesame',
    BOX_PASSWORD_CELLAR: 'sesame',
    MQTT_URL: 'mqtt://me:sesame@broker',
    SITE: 'Berlin',
  };
  Object.assign(process.env, env);
  onTestFinished(() => {
    for (const name of Object.keys(env)) delete process.env[name];
  });
  const { mqtt } = loadSettings(named, undefined);
  expect(mqtt.MQTT_PASSWORD?.reveal()).toBe('sesame');
  expect(Object.keys(env).filter((name) => name in process.env)).toEqual(['SITE']);
});

test.each(['sites', 'Sites', 'bridge'])('an agent can’t be called %s', (AGENT_NAME) =>
  expect(problemsOf({ AGENT_NAME })).toEqual([
    `AGENT_NAME: got "${AGENT_NAME}", wants a name other than sites and bridge, whose topics are not an agent’s`,
  ]),
);

test('in a container the host’s own name is taken', () => {
  const folder = mkdtempSync(join(tmpdir(), 'root-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'hostname'), '');
  expect(read({ HOST_ROOT: folder }).agent.name).toBe(hostname().split('.')[0]);
});

test('no two parts declare the same variable', () => {
  const names = settingGroups(allCollectors).flatMap(({ schema }) => Object.keys(schema.shape));
  expect(names).toEqual([...new Set(names)]);
});
