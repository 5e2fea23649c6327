import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Mosquitto, startMosquitto } from '../../helpers/mosquitto.ts';

export const password = 'open-sesame';
/** Sees everything. */
export const watching = { username: 'observer', password };
/** What an agent called “testling” needs, and no more. */
export const leastRights = [
  'readwrite infra-monitor/testling/#',
  'readwrite homeassistant/device/infra-monitor_testling/#',
  'read homeassistant/status',
];

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'guarded-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** Users `agent` and `observer`, both with the password. */
function passwordFile(): string {
  const file = join(folder(), 'passwords');
  writeFileSync(file, `agent:${password}\nobserver:${password}\n`);
  spawnSync('mosquitto_passwd', ['-U', file]);
  return readFileSync(file, 'utf8');
}

/** An access list with these rules for the agent. */
export const accessList = (rules: readonly string[]): string =>
  `user observer\ntopic readwrite #\nuser agent\n${rules.map((rule) => `topic ${rule}`).join('\n')}\n`;

/** A broker with a login and, for the agent, these rules. */
export const startGuarded = (rules: readonly string[], lines: string[] = []): Promise<Mosquitto> =>
  startMosquitto(['allow_anonymous false', 'password_file FOLDER/passwords', 'acl_file FOLDER/acl', ...lines], {
    passwords: passwordFile(),
    acl: accessList(rules),
  });

export async function health(port: number): Promise<{ status: number; reasons: string[] }> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/`);
  return { status: answer.status, reasons: ((await answer.json()) as { reasons: string[] }).reasons };
}
