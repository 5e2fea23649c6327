import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { appImage } from '../../scripts/generate/app-config.ts';

const folder = join(import.meta.dirname, '../../ha-config/app');
const read = (file: string): unknown => parse(readFileSync(join(folder, file), 'utf8'), { version: '1.1' });

const oneOf = (...words: string[]) => z.enum(words);
const matching = (form: RegExp) => z.string().check(z.regex(form));
const type = matching(/^(str|bool|email|url|password|port|int|float|match\(.+\)|list\(.+\)|device)\??$/);

/** As much of what the Supervisor takes as we use (supervisor/addons/validate.py, supervisor/apps/validate.py since
 * 2026); it drops keys that it does not know in silence, so here they fail. */
const config = z.strictObject({
  name: z.string(),
  version: matching(/^\d+\.\d+\.\d+$/),
  slug: matching(/^[-_.A-Za-z0-9]+$/),
  description: z.string(),
  url: z.optional(z.url()),
  image: z.optional(matching(/^[a-z0-9./-]+$/)),
  arch: z.array(oneOf('aarch64', 'amd64')),
  homeassistant: matching(/^\d{4}\.\d+\.\d+$/),
  startup: oneOf('initialize', 'system', 'services', 'application', 'once'),
  stage: oneOf('stable', 'experimental', 'deprecated'),
  host_network: z.boolean(),
  ingress: z.boolean(),
  ingress_port: z.int(),
  panel_title: z.string(),
  panel_icon: matching(/^mdi:[a-z-]+$/),
  services: z.array(matching(/^(mqtt|mysql):(provide|want|need)$/)),
  homeassistant_api: z.boolean(),
  privileged: z.array(
    oneOf(
      'BPF',
      'CHECKPOINT_RESTORE',
      'DAC_READ_SEARCH',
      'IPC_LOCK',
      'NET_ADMIN',
      'NET_RAW',
      'PERFMON',
      'SYS_ADMIN',
      'SYS_MODULE',
      'SYS_NICE',
      'SYS_PTRACE',
      'SYS_RAWIO',
      'SYS_RESOURCE',
      'SYS_TIME',
    ),
  ),
  devices: z.array(matching(/^\/dev\/\w+$/)),
  map: z.array(z.strictObject({ type: oneOf('ssl', 'share', 'media', 'data', 'app_config'), read_only: z.boolean() })),
  schema: z.record(matching(/^[a-z][a-z0-9_]*$/), z.union([type, z.array(z.record(z.string(), type))])),
});

test('the Supervisor takes config.yaml', () => {
  const { schema } = config.parse(read('config.yaml'));
  expect(Object.keys(schema)).toEqual(
    expect.arrayContaining(['mqtt_url', 'mqtt_password', 'site', 'host_filesystems', 'nvme_devices', 'other']),
  );
  expect(Object.keys(schema).filter((key) => key.startsWith('http_'))).toEqual([]);
  expect(schema.mqtt_password).toBe('password?');
});

/** Keys that the Supervisor has a default for, as far as they could be used here (config.schema.json of
 * frenck/action-addon-linter). */
const defaults: Record<string, unknown> = {
  apparmor: true,
  boot: 'auto',
  hassio_api: false,
  host_network: false,
  ingress: false,
  ingress_port: 8099,
  init: true,
  options: {},
  panel_admin: true,
  panel_icon: 'mdi:puzzle',
  stage: 'stable',
  startup: 'application',
  udev: false,
};

test('no key has the value that it has anyway, and none is obsolete', () => {
  const app = read('config.yaml') as Record<string, unknown>;
  expect(Object.keys(defaults).filter((key) => JSON.stringify(app[key]) === JSON.stringify(defaults[key]))).toEqual([]);
  // A health check of the image in place of the former, ingress in place of the latter.
  expect(Object.keys(app)).not.toEqual(expect.arrayContaining(['watchdog', 'webui']));
  expect(readFileSync(join(folder, 'Dockerfile'), 'utf8')).toContain('HEALTHCHECK');
});

test('the Supervisor rates its security 6', () => {
  const app = config.parse(read('config.yaml'));
  const risky = [
    'BPF',
    'DAC_READ_SEARCH',
    'NET_ADMIN',
    'NET_RAW',
    'PERFMON',
    'SYS_ADMIN',
    'SYS_MODULE',
    'SYS_PTRACE',
    'SYS_RAWIO',
  ];
  // rating_security() in supervisor/addons/utils.py; what else it looks at is not among the keys above.
  const rating =
    5 +
    (readdirSync(folder).includes('apparmor.txt') ? 1 : 0) +
    (app.ingress ? 2 : 0) -
    (app.privileged.some((right) => risky.includes(right)) ? 1 : 0) -
    (app.host_network ? 1 : 0);
  expect(rating).toBe(6);
});

/** What grants the app nothing beyond a container of its own. */
const keysWithoutPermission = [
  ...['name', 'version', 'slug', 'description', 'url', 'image', 'arch', 'homeassistant', 'startup', 'stage', 'schema'],
  ...['ingress', 'ingress_port', 'panel_title', 'panel_icon'],
];

test('its documents name each of its permissions', () => {
  const app = config.parse(read('config.yaml'));
  const permissions: Partial<Record<keyof typeof app, string[]>> = {
    host_network: ['network'],
    services: app.services.map((service) => `\`${service}\``),
    homeassistant_api: ['`homeassistant_api`'],
    privileged: app.privileged,
    devices: app.devices
      .filter((_, index) => index === 0 || index === app.devices.length - 1)
      .map((path) => `\`${path}\``),
    map: app.map.map(({ type }) => `\`/${type}\``),
  };
  const granting = Object.keys(app).filter((key) => !keysWithoutPermission.includes(key));
  expect(granting.sort()).toEqual(Object.keys(permissions).sort());
  const section = (file: string, title: string) =>
    new RegExp(`^## ${title}\\n([^]*?)(?=^## |(?![^]))`, 'm').exec(readFileSync(join(folder, file), 'utf8'))?.[1] ?? '';
  const own = section('DOCS.md', 'Permissions, and why they are needed');
  expect(
    Object.values(permissions)
      .flat()
      .filter((permission) => !own.includes(permission)),
  ).toEqual([]);
  const { devices, ...others } = permissions;
  const general = section('../../docs/security.md', 'Home Assistant OS');
  expect(
    Object.values(others)
      .flat()
      .filter((permission) => !general.includes(permission)),
  ).toEqual([]);
});

test('its image is the one that a release publishes', () => {
  expect(appImage('https://github.com/Lab/Infra-Monitor')).toBe('ghcr.io/lab/infra-monitor-app');
  expect(appImage(undefined)).toBeUndefined();
});

test('each option has its words', () => {
  const { schema } = config.parse(read('config.yaml'));
  const { configuration } = read('translations/en.yaml') as {
    configuration: Record<string, { name: string; description: string }>;
  };
  expect(Object.keys(configuration)).toEqual(Object.keys(schema));
  expect(
    Object.values(configuration).filter(({ name }) => !/^[A-Z][\w!]*( [\w!]+)*$/.test(name) || name.includes('_')),
  ).toEqual([]);
  expect(configuration.mqtt_url?.name).toBe('MQTT URL');
});

test('what the Supervisor looks for is there', () => {
  expect(readdirSync(folder)).toEqual(
    expect.arrayContaining([
      'CHANGELOG.md',
      'DOCS.md',
      'Dockerfile',
      'README.md',
      'apparmor.txt',
      'config.yaml',
      'icon.png',
      'logo.png',
      'run.mjs',
      'translations',
    ]),
  );
});

test('the changelog that Home Assistant shows is the project’s', () => {
  expect(lstatSync(join(folder, 'CHANGELOG.md')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')).toMatch(/^# Changelog/);
});

test('every option has a German text, with the settings, words and limits of the English one', () => {
  const options = (language: string) =>
    (read(`translations/${language}.yaml`) as { configuration: Record<string, { name: string; description: string }> })
      .configuration;
  const [english, german] = [options('en'), options('de')];
  expect(Object.keys(german)).toEqual(Object.keys(english));
  for (const [option, { description }] of Object.entries(english)) {
    const inGerman = german[option]?.description ?? '';
    // What is to be entered, and what is named: `off`, <NAME>, 178.1, HOST_FILESYSTEM_LIMIT, mqtt://.
    const literals = description.match(/`[^`\s=]+`|<[A-Z]+>|\d+(\.\d+)*\b|\b[A-Z]+_[A-Z_]+\b|\b\w+:\/\//g) ?? [];
    const missing = literals.filter((literal) => !inGerman.includes(literal));
    expect(missing, option).toEqual([]);
    expect(german[option]?.name, option).not.toMatch(/\b(the|of|host|file|limit|schedule)\b/i);
    expect(inGerman, option).not.toMatch(/\b(the|of|is|and|are|which)\b/);
  }
});
