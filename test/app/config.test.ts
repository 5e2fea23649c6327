import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod/mini';

const folder = join(import.meta.dirname, '../../ha-config/app');
const read = (file: string): unknown => parse(readFileSync(join(folder, file), 'utf8'), { version: '1.1' });

const oneOf = (...words: string[]) => z.enum(words);
const matching = (form: RegExp) => z.string().check(z.regex(form));
const type = matching(/^(str|bool|email|url|password|port|int|float|match\(.+\)|list\(.+\)|device)\??$/);

/** As much of what the Supervisor takes as we use (supervisor/addons/validate.py, supervisor/apps/validate.py since 2026);
 * it drops keys that it does not know in silence, so here they fail. */
const config = z.strictObject({
  name: z.string(),
  version: matching(/^\d+\.\d+\.\d+$/),
  slug: matching(/^[-_.A-Za-z0-9]+$/),
  description: z.string(),
  url: z.optional(z.url()),
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

test('each option has its words', () => {
  const { schema } = config.parse(read('config.yaml'));
  const { configuration } = read('translations/en.yaml') as {
    configuration: Record<string, { name: string; description: string }>;
  };
  expect(Object.keys(configuration)).toEqual(Object.keys(schema));
});

test('what the Supervisor looks for is there', () => {
  expect(readdirSync(folder)).toEqual(
    expect.arrayContaining([
      'DOCS.md',
      'Dockerfile',
      'apparmor.txt',
      'config.yaml',
      'icon.png',
      'logo.png',
      'run.mjs',
      'translations',
    ]),
  );
});
