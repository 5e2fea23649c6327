import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod/mini';
import { allCollectors } from '../../src/collectors/index.ts';
import type { Secret } from '../../src/model/secret.ts';
import { secretSettingOverridablePerName, stringSettingOverridablePerName } from '../../src/model/setting.ts';
import type { SharedOrPerNameValues } from '../../src/model/shared-or-per-name-values.ts';
import { loadSettings, parseSettings, titledSettingsSchemas } from '../../src/settings/index.ts';
import { type SettingProblem, SettingsError } from '../../src/settings/read-variables.ts';
import { probe } from '../helpers/sample-collector.ts';

const read = (env: Record<string, string>) => parseSettings(allCollectors, env);

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.map(({ text }) => text);
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

test('defaults: this machine, the embedded broker, the loopback address', () => {
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

test('every problem is listed at once, with the expected value', () => {
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
      "LOG_LEVEL: got "loud", expected one of trace, debug, info, warn, error",
      "HOST_PROC: got "proc", expected absolute path",
      "MQTT_URL: got "htp://x", expected URL with a host (mqtt://, mqtts://, ws://, wss:// or embedded://)",
      "MQTT_BASE_TOPIC: got "a/#", expected topic without +, #, or empty levels",
      "HTTP_PORT: got "99999", expected integer from 0 to 65535",
      "HOST_SCHEDULE: got "* * * * *", expected interval that divides a minute, an hour or a day; cron expression with six fields, seconds first, that matches at least one date; or off",
      "MQTT_CERT_FILE, MQTT_KEY_FILE: set both or neither",
    ]
  `);
});

test.each(['0 0 0 1 1 1#2', '0 0 0 30 2 *', '0 0 0 31W 4 *'])('%s never comes', (HOST_SCHEDULE) => {
  expect(problemsOf({ HOST_SCHEDULE })).toEqual([
    `HOST_SCHEDULE: got "${HOST_SCHEDULE}", expected interval that divides a minute, an hour or a day; cron expression with six fields, seconds first, that matches at least one date; or off`,
  ]);
});

test.each([
  ['mqtt://broker', { protocol: 'mqtt', host: 'broker', port: 1883 }],
  ['mqtts://broker', { protocol: 'mqtts', port: 8883 }],
  ['ws://broker/mqtt', { protocol: 'ws', port: 80, path: '/mqtt' }],
  ['wss://broker:9001', { protocol: 'wss', port: 9001 }],
  ['mqtt://[fd00::1]:1884', { host: 'fd00::1', port: 1884 }],
])('the address %s', (MQTT_URL, expected) => expect(read({ MQTT_URL }).mqtt.MQTT_URL).toMatchObject(expected));

test('credentials in the address are used, and print as asterisks', () => {
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
])('%s=%s is an error that does not show the credentials', (name, value) => {
  const problems = problemsOf({ [name]: value });
  expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name}: got ".*", expected `))]);
  expect(problems.join()).not.toMatch(/ses(ame|\/)/);
});

test('advice for a password that a URL can’t contain', () => {
  expect(problemsOf({ MQTT_URL: 'mqtt://me:50%off@broker' })).toMatchInlineSnapshot(`
    [
      "MQTT_URL: got "mqtt://***@broker", expected URL with a host (mqtt://, mqtts://, ws://, wss:// or embedded://); in a user name or password, write % as %25, # as %23, / as %2F, ? as %3F and @ as %40, or set MQTT_USERNAME and MQTT_PASSWORD",
    ]
  `);
  expect(problemsOf({ PING_TARGETS: 'http://me:50%off@shop' }).join()).toContain('%25');
});

test.each([
  ['MQTT_URL', 'mqtt://127.0.0.1:99999', '"mqtt://127.0.0.1:99999"', 'the port must be a number from 1 to 65535'],
  // What is no number may be a password whose host is missing.
  ['MQTT_URL', 'mqtt://127.0.0.1:1883x', '"mqtt://127.0.0.1:***"', 'the port must be a number from 1 to 65535'],
  ['MQTT_URL', 'mqtt://nas.local:mqtt', '"mqtt://nas.local:***"', 'the port must be a number from 1 to 65535'],
  ['MQTT_URL', 'mqtt://me:sesame@nas:0x10', '"mqtt://***@nas:***"', 'the port must be a number from 1 to 65535'],
  ['MQTT_URL', 'mqtt://me:sesame', '"mqtt://me:***"', 'the port must be a number from 1 to 65535'],
  ['MQTT_URL', 'mqtt://1.2:sesame', '"mqtt://1.2:***"', 'the port must be a number from 1 to 65535'],
  ['MQTT_URL', 'mqtt://a,mqtt://nas:70000', '"mqtt://a,mqtt://nas:70000"', 'the port must be a number from 1 to 65535'],
  ['MQTT_URL', 'mqtts://:8883', '"mqtts://:8883"', 'the host is missing'],
  ['MQTT_URL', 'mqtt://ho st', '"mqtt://ho st"', 'the host contains a character that host names cannot have'],
  ['HA_BASE_URL', 'home=http://nas:81230', '"home=http://nas:81230"', 'the port must be a number from 1 to 65535'],
  ['NOTIFY_URL', 'https://ntfy.sh:x/sesame', '***', 'the port must be a number from 1 to 65535'],
  ['PING_TARGETS', 'tcp://nas:99999', '"tcp://nas:99999"', 'the port must be a number from 1 to 65535'],
])('%s=%s: the error says which part of the URL is wrong', (name, value, shown, reason) => {
  const [problem, ...others] = problemsOf({ [name]: value });
  expect(others).toEqual([]);
  expect(problem?.startsWith(`${name}: got ${shown}, expected `)).toBe(true);
  expect(problem?.endsWith(`; ${reason}`)).toBe(true);
});

test('an error of a setting names its variable', () => {
  let problems: readonly SettingProblem[] = [];
  try {
    read({ MQTT_URL: 'htp://nas', MQTT_CERT_FILE: '/cert', HA_TOKEN_FILE: '/nowhere', NOTIFY_URL: '' });
  } catch (error) {
    if (error instanceof SettingsError) problems = error.problems;
  }
  expect(problems.map(({ variable }) => variable)).toEqual(['MQTT_URL', 'HA_TOKEN_FILE', undefined]);
});

test('a suggestion repeats no credentials, and a password in place of the path of its file is not shown', () => {
  expect(problemsOf({ AGENT_ID: 'mqtt://me:sesame@nas' }).join()).toMatch(
    /^AGENT_ID: got "mqtt:\/\/\*\*\*@nas", expected /,
  );
  expect(problemsOf({ AGENT_ID: 'Cellar!' }).join()).toContain('did you mean cellar_');
  expect(problemsOf({ AGENT_ID: 'mqtt://me:sesame@nas' }).join()).not.toContain('sesame');
  expect(problemsOf({ NOTIFY_URL_FILE: 'https://me:sesame@nas' })).toEqual([
    'NOTIFY_URL_FILE: got "https://***@nas", expected path',
  ]);
});

test('a very long value is cut', () =>
  expect(problemsOf({ LOG_LEVEL: 'x'.repeat(100_000) }).join().length).toBeLessThan(400));

test('a secret is read from its file, and a missing file is named', () => {
  expect(read({ MQTT_PASSWORD_FILE: file('open sesame\n') }).mqtt.MQTT_PASSWORD?.reveal()).toBe('open sesame');
  for (const [content, password] of [
    ['two words ', 'two words '],
    [' \topen sesame \r\n', ' \topen sesame '],
    ['line\n\n', 'line\n'],
  ] as const) {
    expect(read({ MQTT_PASSWORD_FILE: file(content) }).mqtt.MQTT_PASSWORD?.reveal()).toBe(password);
    expect(read({ MQTT_PASSWORD: password }).mqtt.MQTT_PASSWORD?.reveal()).toBe(password);
  }
  for (const nothing of ['', '\n'])
    expect(read({ MQTT_PASSWORD: '', MQTT_PASSWORD_FILE: file(nothing) }).mqtt.MQTT_PASSWORD).toBeUndefined();
  expect(problemsOf({ MQTT_PASSWORD_FILE: '/nowhere/password' })).toEqual([
    expect.stringMatching(/^MQTT_PASSWORD_FILE: ENOENT/),
  ]);
  expect(problemsOf({ MQTT_PASSWORD: 'a', MQTT_PASSWORD_FILE: file('b') })).toEqual([
    expect.stringMatching(/^MQTT_PASSWORD: MQTT_PASSWORD_FILE is set too/),
  ]);
  expect(problemsOf({ NOTIFY_URL: 'http://127.0.0.1/x', NOTIFY_TOKEN_FILE: file('two\nlines') })).toEqual([
    expect.stringMatching(/^NOTIFY_TOKEN_FILE: got \*\*\*, expected /),
  ]);
});

const named = [
  {
    ...probe(async () => []),
    env: z.object({
      BOX_USER: stringSettingOverridablePerName({ description: 'Who.' }),
      BOX_PASSWORD: secretSettingOverridablePerName({ description: 'What.' }),
    }),
  },
];
const boxOf = (env: Record<string, string>) => {
  const { warnings, collectors: all } = parseSettings(named, env);
  return {
    warnings,
    ...(all[0]?.env as { BOX_USER: SharedOrPerNameValues<string>; BOX_PASSWORD: SharedOrPerNameValues<Secret> }),
  };
};

test('a setting per name: shared, or one for each name, also from a file', () => {
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

test('a secret per name whose file is missing is named', () => {
  expect(() => boxOf({ BOX_PASSWORD_ATTIC_FILE: '/nowhere/password' })).toThrow(/BOX_PASSWORD_ATTIC_FILE: ENOENT/);
});

test('an empty variable counts as unset', () =>
  expect(read({ SITE: '', MQTT_URL: '  ' })).toMatchObject({ mqtt: { MQTT_URL: { protocol: 'embedded' } } }));

test('a collector can be turned off', () =>
  expect(read({ HOST_SCHEDULE: 'off' }).collectors[0]?.schedule).toBeUndefined());

test.each([
  ['MQTT_PASSWROD', 'MQTT_PASSWORD'],
  ['MQTT_HOST', 'MQTT_URL'],
  ['MQTT_PORT', 'MQTT_URL'],
  ['MQTT_PASS', 'MQTT_PASSWORD'],
  ['MQTT_BROKER', 'MQTT_URL'],
  ['MQTT_DISCOVERY', 'MQTT_DISCOVERY_PREFIX'],
  ['FRITZBOX_HOST', 'FRITZBOX_HOSTS'],
  ['FRITZBOX_USER', 'FRITZBOX_USERNAME'],
  ['HA_BASE', 'HA_BASE_URL'],
  ['HA_URL', 'HA_BASE_URL'],
  ['HOST_FILESYSTEM', 'HOST_FILESYSTEMS'],
  ['MQTT_PASSWORD_FIEL', 'MQTT_PASSWORD_FILE'],
])('%s is a suspected misspelling', (name, nearest) =>
  expect(read({ [name]: 'x' }).warnings).toEqual([
    `${name} is not a setting of this program; did you mean ${nearest}?`,
  ]),
);

test.each([
  ['FRITZBOX_PASSWORD_CABN', 'FRITZBOX_PASSWORD_HOME, FRITZBOX_PASSWORD_CABIN_NORTH'],
  ['FRITZBOX_PASSWORD_CABIN', 'FRITZBOX_PASSWORD_HOME, FRITZBOX_PASSWORD_CABIN_NORTH'],
  ['FRITZBOX_PASSWORD_cabin-north', 'FRITZBOX_PASSWORD_HOME, FRITZBOX_PASSWORD_CABIN_NORTH'],
  ['FRITZBOX_PASSWORD_BÜRO', 'FRITZBOX_PASSWORD_HOME, FRITZBOX_PASSWORD_CABIN_NORTH'],
  ['FRITZBOX_USERNAME_OFFICE', 'FRITZBOX_USERNAME_HOME, FRITZBOX_USERNAME_CABIN_NORTH'],
  ['PING_LATENCY_LIMIT_TCP', 'PING_LATENCY_LIMIT_HOME, PING_LATENCY_LIMIT_CABIN_NORTH, PING_LATENCY_LIMIT_NAS'],
  ['HA_TOKEN_BERLIN', 'HA_TOKEN_HOUSE'],
])('%s names nothing', (name, possible) => {
  const env = {
    FRITZBOX_HOSTS: 'home=192.168.178.1,cabin-north=10.8.0.1',
    PING_TARGETS: 'nas=tcp://nas.lan:445',
    HA_BASE_URL: 'house=http://ha:8123',
  };
  const problems = problemsOf({ ...env, [name]: '7' });
  expect(problems).toEqual([
    expect.stringMatching(new RegExp(`^${name}: no .* has this name; possible: ${possible}$`)),
  ]);
});

test('variables per name that name something, or what is off', () => {
  expect(problemsOf({ FRITZBOX_PASSWORD_GATEWAY: 'a', PING_LOSS_LIMIT_GATEWAY: '5' })).toEqual([]);
  expect(problemsOf({ FRITZBOX_PASSWORD_HOME: 'a', ROUTER_SCHEDULE: 'off' })).toEqual([]);
  expect(problemsOf({ FRITZBOX_HOSTS: 'Haus am See=10.8.0.1', FRITZBOX_PASSWORD_HAUS_AM_SEE: 'a' })).toEqual([]);
  expect(problemsOf({ HA_BASE_URL: 'http://ha:8123', HA_TOKEN_HOME: 'a' })).toEqual([
    'HA_TOKEN_HOME: no instance of HA_BASE_URL has this name; the settings name none: use HA_TOKEN, or give the instance of HA_BASE_URL this name',
  ]);
});

test.each([
  ['true', true],
  ['YES', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['Off', false],
  ['0', false],
])('SITES=%s', (SITES, expected) => {
  const envs = Object.assign({}, ...read({ SITES, ROUTER_SSDP: SITES }).collectors.map(({ env }) => env));
  expect(envs).toMatchObject({ SITES: expected, ROUTER_SSDP: expected });
});

test('neither yes nor no is an error', () =>
  expect(problemsOf({ SITES: 'maybe' })).toEqual([
    'SITES: got "maybe", expected true or false (or yes, no, on, off, 1, 0)',
  ]));

test('MQTT_USER is used as MQTT_USERNAME, with a notice', () => {
  expect(read({ MQTT_USER: 'me' })).toMatchObject({
    mqtt: { MQTT_USERNAME: 'me' },
    warnings: ['MQTT_USER is used as MQTT_USERNAME, which is the name of the setting'],
  });
  expect(read({ MQTT_USER: 'me', MQTT_USERNAME: 'you' })).toMatchObject({
    mqtt: { MQTT_USERNAME: 'you' },
    warnings: ['MQTT_USER is ignored, because MQTT_USERNAME is set'],
  });
  expect(read({ MQTT_USER: ' ' }).warnings).toEqual([]);
});

test('passwords are taken as they are, blanks and all; a file ends with its line break', () => {
  const passwordOf = (env: Record<string, string>) => read(env).mqtt.MQTT_PASSWORD?.reveal();
  expect(passwordOf({ MQTT_PASSWORD: ' sesame ' })).toBe(' sesame ');
  expect(passwordOf({ MQTT_PASSWORD_FILE: file(' sesame \n') })).toBe(' sesame ');
  expect(passwordOf({ MQTT_PASSWORD_FILE: file('sesame\r\n') })).toBe('sesame');
  expect(passwordOf({ MQTT_PASSWORD_FILE: file('sesame\n\n') })).toBe('sesame\n');
  expect(passwordOf({ MQTT_PASSWORD: '' })).toBeUndefined();
  expect(passwordOf({ MQTT_PASSWORD_FILE: file('\n') })).toBeUndefined();
  const router = read({ FRITZBOX_PASSWORD: 'a ', FRITZBOX_PASSWORD_GATEWAY: 'b ' }).collectors.find(
    ({ collector }) => collector.id === 'router',
  );
  const passwords = router?.env.FRITZBOX_PASSWORD as SharedOrPerNameValues<Secret>;
  expect(['gateway', 'other'].map((name) => passwords.get(name)?.reveal())).toEqual(['b ', 'a ']);
});

const tokenForm = 'string without blanks at its ends, such as that of: openssl rand -hex 24';

test.each([
  ['HA_TOKEN', ' a.b.c', 'token without blanks or line breaks'],
  ['HA_TOKEN', 'a.b.\nc', 'token without blanks or line breaks'],
  ['HA_TOKEN_FILE', 'a.b.c \n', 'token without blanks or line breaks'],
  ['HTTP_TOKEN', 'token ', tokenForm],
  ['HTTP_TOKEN', '  ', tokenForm],
  ['NOTIFY_TOKEN', ' token', 'string that is valid in an HTTP header, without blanks at its ends'],
])('%s with a blank that no token contains (%j) is an error', (name, content, expected) => {
  const value = name.endsWith('_FILE') ? file(content) : content;
  expect(problemsOf({ [name]: value })).toEqual([`${name}: got ***, expected ${expected}`]);
});

test.each([
  ['MQTT_URL', 'mqtt://2001:db8::5:1883'],
  ['MQTT_URL', 'mqtt://me:sesame@fd00::5'],
  ['HA_BASE_URL', 'berlin=http://fd00::5:8123'],
  ['PING_TARGETS', 'a=10.0.0.1,tcp://fd00::5:445'],
  ['FRITZBOX_HOSTS', 'http://fd00::5/rootDesc.xml'],
  ['NOTIFY_URL', 'https://fd00::5:8080/topic'],
])('%s=%s: an IPv6 address must be in brackets', (name, value) => {
  const problems = problemsOf({ [name]: value });
  expect(problems).toEqual([
    expect.stringMatching(/; an IPv6 address in a URL must be in brackets: \[fd00::1\]:1883$/),
  ]);
  expect(problems.join()).not.toContain('sesame');
});

test('a value that may not be what was meant is told of, and taken', () => {
  expect(read({ PING_TARGETS: 'cam=http://cam.lan/a,b' }).warnings).toEqual([
    'PING_TARGETS: b is taken for a host of its own; if it belongs to the URL before it, write that comma as %2C, and if not, name it: b=b',
  ]);
});

test('blanks around the URL of notifications are none of it', () => {
  expect(read({ NOTIFY_URL_FILE: file(' https://ntfy.example/topic \n') }).notify.NOTIFY_URL?.url.reveal()).toBe(
    'https://ntfy.example/topic',
  );
});

test('quotation marks that nobody has removed are told of', () => {
  expect(read({ SITE: '"Berlin"' })).toMatchObject({
    agent: { site: '"Berlin"' },
    warnings: [expect.stringMatching(/^SITE: the quotation marks are taken as part of the value/)],
  });
  expect(read({ MQTT_PASSWORD: "'sesame'" }).warnings.join()).toMatch(/^MQTT_PASSWORD: (?!.*sesame)/);
  expect(read({ SITE: '"Berlin' }).warnings).toEqual([]);
});

test.each([
  ['homeassistant.local', 'mqtt://homeassistant.local:1883'],
  ['192.168.1.5:1884', 'mqtt://192.168.1.5:1884'],
  ['nas:8883', 'mqtts://nas:8883'],
  ['[fd00::1]', 'mqtt://[fd00::1]:1883'],
  ['fd00::1', 'mqtt://[fd00::1]:1883'],
  ['tcp://nas:1883', 'mqtt://nas:1883'],
  ['ssl://nas', 'mqtts://nas:8883'],
  ['http://nas:1883', 'mqtt://nas:1883'],
  ['mqtt//nas', 'mqtt://nas:1883'],
  ['MQTTS//nas', 'mqtts://nas:8883'],
])('MQTT_URL=%s: did you mean %s?', (MQTT_URL, meant) =>
  expect(problemsOf({ MQTT_URL })).toEqual([expect.stringContaining(`; did you mean ${meant}?`)]),
);

test('an address of Home Assistant without its scheme', () =>
  expect(problemsOf({ HA_BASE_URL: 'homeassistant.local' })).toEqual([
    expect.stringContaining('; did you mean http://homeassistant.local:8123?'),
  ]));

test('lines of a settings file that are no settings are errors, all at once', () => {
  const path = file('MQTT_URL mqtt://me:sesame@x\nSITE=Berlin\nsesame\n');
  expect(() => loadSettings(allCollectors, path)).toThrow(
    new SettingsError([
      { text: `${path}, line 1: expected MQTT_URL=value` },
      { text: `${path}, line 3: expected NAME=value, or # before a comment` },
    ]),
  );
});

test.each(['HTTP_PROXY', 'HOSTNAME', 'HOME', 'LOG_DIR', 'HOST_IP', 'MQTT_PASSWORD_FILE'])('%s does not', (name) =>
  expect(read({ [name]: name.endsWith('_FILE') ? file('x') : 'x' }).warnings).toEqual([]),
);

test('environment variables override the file; a file given by name must exist', () => {
  const siteIn = (content: string) => loadSettings(allCollectors, file(content)).agent.site;
  expect(siteIn('SITE=file')).toBe('file');
  process.env.SITE = 'process';
  onTestFinished(() => void delete process.env.SITE);
  expect(siteIn('SITE=file')).toBe('process');
  expect(() => loadSettings(allCollectors, '/nowhere/.env')).toThrow('--env: /nowhere/.env does not exist');
});

test('secrets are removed from the process’s environment, other settings stay', () => {
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

test.each(['sites', 'Sites', 'bridge', 'shared'])('an agent can’t be called %s', (AGENT_NAME) =>
  expect(problemsOf({ AGENT_NAME })).toEqual([
    `AGENT_NAME: got "${AGENT_NAME}", but the names sites, bridge, shared are reserved`,
  ]),
);

test('AGENT_ID is the id, whatever the name is', () => {
  expect(read({ AGENT_NAME: 'Küche' }).agent).toMatchObject({ id: 'kuche_a9ec87', name: 'Küche' });
  expect(read({ AGENT_NAME: 'Küche', AGENT_ID: 'nas' }).agent).toMatchObject({ id: 'nas', name: 'Küche' });
  expect(read({ AGENT_NAME: 'sites', AGENT_ID: 'nas' }).agent.id).toBe('nas');
  // As a long name is cut.
  expect(read({ AGENT_ID: 'a_machine_in_the_cellar__a9ec87' }).agent.id).toBe('a_machine_in_the_cellar__a9ec87');
});

test.each([
  ['sites', 'AGENT_ID: got "sites", but the names sites, bridge, shared are reserved'],
  ['My NAS', expect.stringMatching(/^AGENT_ID: got "My NAS".*my_nas/)],
  ['nas/disk', expect.stringMatching(/^AGENT_ID/)],
  ['a__b', expect.stringMatching(/^AGENT_ID/)],
  ['x'.repeat(61), expect.stringMatching(/^AGENT_ID/)],
])('%s is no AGENT_ID', (AGENT_ID, problem) => expect(problemsOf({ AGENT_ID })).toEqual([problem]));

test('in a container the name of the host is used', () => {
  const folder = mkdtempSync(join(tmpdir(), 'root-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(read({ HOST_ROOT: folder }).agent.name).toBe(hostname().split('.')[0]);
  mkdirSync(join(folder, 'etc'));
  writeFileSync(join(folder, 'etc/hostname'), 'rack.example\n');
  expect(read({ HOST_ROOT: folder }).agent.name).toBe('rack');
});

test('the host’s trees are parsed once, for every collector', () => {
  const { hostRoots } = read({ HOST_SYS: '/host/sys', HOST_ROOT: '/host' });
  expect([hostRoots.proc('stat'), hostRoots.sys('block'), hostRoots.host('etc'), hostRoots.isHostRoot]).toEqual([
    '/proc/stat',
    '/host/sys/block',
    '/host/etc',
    false,
  ]);
});

test('no variable is declared twice', () => {
  const names = titledSettingsSchemas(allCollectors).flatMap(({ schema }) => Object.keys(schema.shape));
  expect(names).toEqual([...new Set(names)]);
});
