import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './network.ts';
import type { Program, Programs } from './programs.ts';

export const password = 'secret';

const examples = join(import.meta.dirname, '../../../docs/mosquitto');

/** Starts a home's broker with one of the documents' configurations, in a folder of its own; `changes` are made to its
 * text. */
export function startBroker(
  programs: Programs,
  home: Home,
  configuration: string,
  users: readonly string[],
  changes: Record<string, string> = {},
): Program {
  const folder = join(programs.folder, home.name);
  mkdirSync(folder, { recursive: true });
  const passwords = join(folder, 'passwords');
  writeFileSync(passwords, users.map((user) => `${user}:${password}\n`).join(''));
  spawnSync('mosquitto_passwd', ['-U', passwords], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
  const adapt = (text: string) =>
    Object.entries({ ...changes, '/etc/mosquitto/': `${folder}/`, '/var/lib/mosquitto/': `${folder}/` }).reduce(
      (result, [from, to]) => result.replaceAll(from, to),
      text,
    );
  const example = adapt(readFileSync(join(examples, `${configuration}.conf`), 'utf8'));
  const list = /acl_file (.+)/.exec(example)?.[1] ?? '';
  writeFileSync(list, adapt(readFileSync(join(examples, list.split('/').at(-1) ?? ''), 'utf8')));
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(file, `user root\n${example}`);
  for (const path of [passwords, list]) chmodSync(path, 0o600);
  return programs.start(home.machine, 'mosquitto', ['-c', file]);
}
