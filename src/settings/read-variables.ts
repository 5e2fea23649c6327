import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { editDistance } from '../lib/edit-distance.ts';
import { describeError, UsageError } from '../model/errors.ts';
import { PerNameSetting } from '../model/per-name-setting.ts';
import { type SettingMeta, settingMetaRegistry } from '../model/setting.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every problem at once, each naming its variable. */
export class SettingsError extends UsageError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `${problems.length === 1 ? 'A setting is' : `${problems.length} settings are`} wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

export type SettingsSchema = z.ZodMiniObject<z.core.$ZodLooseShape>;

const metaOf = (schema: z.core.$ZodType) => settingMetaRegistry.get(schema as never);

/** An empty variable is one that is not set: compose files write them so. */
const trimmedValue = (env: Environment, name: string) => (env[name]?.trim() ? env[name].trim() : undefined);

/** A secret may come from the file that `<NAME>_FILE` names. */
function readSecretFile(env: Environment, name: string, problems: string[]): string | undefined {
  const path = trimmedValue(env, `${name}_FILE`);
  if (path === undefined) return undefined;
  if (trimmedValue(env, name) !== undefined)
    problems.push(`${name}: set both itself and by ${name}_FILE; leave one out`);
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (error) {
    problems.push(`${name}_FILE: ${describeError(error)}`);
    return undefined;
  }
}

/** Letters of a wrong value that are shown. */
const maxShownLength = 200;

/** An address may have a password in it: before an `@`, in place of a port where the host is missing, or in its query. */
function printable(value: string): string {
  const bare = value
    .replace(/^((?:[^=:/@]+=)?\w+:\/\/)?.*@/s, '$1***@')
    .replace(/(:\/\/[^:/@[\]]*:)(?!\d{1,5}(?:[/?#,]|$)).*/s, '$1***')
    .replace(/(:\/\/[^?]*)\?.*/s, '$1?***');
  return JSON.stringify(bare.length > maxShownLength ? `${bare.slice(0, maxShownLength)}…` : bare);
}

/** What a setting’s own parser throws at is a value that it does not take. */
function taken(field: z.core.$ZodType, value: string | undefined): { data: unknown } | undefined {
  try {
    const { success, data } = z.safeParse(field, value);
    return success ? { data } : undefined;
  } catch {
    return undefined;
  }
}

/** One variable's value; adds to `problems` what is wrong. */
function readVariable(
  field: z.core.$ZodType,
  meta: SettingMeta | undefined,
  env: Environment,
  name: string,
  problems: string[],
): unknown {
  const fileText = meta?.secret ? readSecretFile(env, name, problems) : undefined;
  const value = fileText ?? trimmedValue(env, name);
  const result = taken(field, value);
  if (result !== undefined) return result.data;
  const advice = meta?.credentials !== undefined && value?.includes('@') ? `; ${meta.credentials}` : '';
  problems.push(
    `${fileText === undefined ? name : `${name}_FILE`}: got ${meta?.secret ? '***' : printable(value ?? '')}, wants ${meta?.expects}${advice}`,
  );
  return undefined;
}

/** The things that have a setting of their own: `HA_TOKEN_CELLAR` or `HA_TOKEN_CELLAR_FILE` for `HA_TOKEN`. */
function namesWithOwnSetting(name: string, secret: boolean | undefined, env: Environment): string[] {
  const own = Object.keys(env).flatMap((variable) =>
    variable.startsWith(`${name}_`) ? variable.slice(name.length + 1) : [],
  );
  return [...new Set(secret ? own.map((ownName) => ownName.replace(/(^|_)FILE$/, '')) : own)].filter(
    (ownName) => ownName !== '',
  );
}

function readPerName(
  field: z.core.$ZodType,
  meta: SettingMeta,
  env: Environment,
  name: string,
  problems: string[],
): PerNameSetting<unknown> {
  const named = new Map<string, unknown>();
  for (const ownName of namesWithOwnSetting(name, meta.secret, env)) {
    const value = readVariable(field, meta, env, `${name}_${ownName}`, problems);
    if (value !== undefined) named.set(ownName.toLowerCase(), value);
  }
  return new PerNameSetting(readVariable(field, meta, env, name, problems), named);
}

/** Reads the variables of one part of the program; adds to `problems` what is wrong. */
export function readVariables<Schema extends SettingsSchema>(
  schema: Schema,
  env: Environment,
  problems: string[],
): z.output<Schema> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.shape)) {
    const meta = metaOf(field);
    values[name] = meta?.perName
      ? readPerName(field, meta, env, name, problems)
      : readVariable(field, meta, env, name, problems);
  }
  return values as z.output<Schema>;
}

const withPassword = /\/\/[^/]*:[^/]*@/;

/** The variables that are given and hold a secret: by themselves, or in the file that they name. */
export function listSecretVariables(
  env: Environment,
  schemas: readonly SettingsSchema[],
): { plain: string[]; files: string[] } {
  const fields = schemas.flatMap((schema) =>
    Object.entries(schema.shape).map(([name, field]) => ({ name, meta: metaOf(field) })),
  );
  const secrets = fields
    .filter(({ meta }) => meta?.secret)
    .flatMap(({ name, meta }) => [
      name,
      ...(meta?.perName ? namesWithOwnSetting(name, true, env).map((ownName) => `${name}_${ownName}`) : []),
    ]);
  const addresses = fields.flatMap(({ name }) => (withPassword.test(env[name] ?? '') ? name : []));
  const isGiven = (name: string) => trimmedValue(env, name) !== undefined;
  return {
    plain: [...new Set([...secrets, ...addresses])].filter(isGiven),
    files: [...secrets.map((name) => `${name}_FILE`), 'MQTT_KEY_FILE'].filter(isGiven),
  };
}

/** The name that is fewest letters away. */
function nearestName(name: string, names: readonly string[], farthest: number): string | undefined {
  const near = names
    .filter((known) => Math.abs(known.length - name.length) <= farthest)
    .map((known) => ({ known, far: editDistance(name, known) }));
  return near.filter(({ far }) => far <= farthest).sort((a, b) => a.far - b.far)[0]?.known;
}

/** Variables that look like ours and are not: `MQTT_PASSWROD`. */
export function findMisspelledVariables(env: Environment, schemas: readonly SettingsSchema[]): string[] {
  const fields = schemas.flatMap((schema) => Object.entries(schema.shape));
  const names = fields.flatMap(([name, field]) => (metaOf(field)?.secret ? [name, `${name}_FILE`] : [name]));
  const family = names.filter((name) => name.startsWith('MQTT_'));
  const perNamePrefixes = fields.flatMap(([name, field]) => (metaOf(field)?.perName ? `${name}_` : []));
  return Object.keys(env)
    .filter((name) => !names.includes(name) && !perNamePrefixes.some((prefix) => name.startsWith(prefix)))
    .flatMap((name) => {
      // What begins so can only be meant for us; of other names only a slip of the pen is.
      const meant = name.startsWith('MQTT_') ? nearestName(name, family, name.length) : nearestName(name, names, 2);
      return meant === undefined ? [] : [`${name} is not a setting of this program; did you mean ${meant}?`];
    });
}
