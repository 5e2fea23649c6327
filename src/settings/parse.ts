import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { distance } from '../lib/distance.ts';
import { ByName } from '../model/by-name.ts';
import { describe, Unusable } from '../model/fault.ts';
import { type About, about } from '../model/setting.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every problem at once, each naming its variable. */
export class SettingsError extends Unusable {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`${problems.length === 1 ? 'A setting is' : `${problems.length} settings are`} wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

export type AnySettings = z.ZodMiniObject<z.core.$ZodLooseShape>;

const toldOf = (schema: z.core.$ZodType) => about.get(schema as never);

/** An empty variable is one that is not set: compose files write them so. */
const given = (env: Environment, name: string) => (env[name]?.trim() ? env[name].trim() : undefined);

/** A secret may come from the file that `<NAME>_FILE` names. */
function fromFile(env: Environment, name: string, problems: string[]): string | undefined {
  const path = given(env, `${name}_FILE`);
  if (path === undefined) return undefined;
  if (given(env, name) !== undefined) problems.push(`${name}: set both itself and by ${name}_FILE; leave one out`);
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (error) {
    problems.push(`${name}_FILE: ${describe(error)}`);
    return undefined;
  }
}

/** Letters of a wrong value that are shown. */
const mostShown = 200;

/** An address may have a password in it: before an `@`, in place of a port where the host is missing, or in its query. */
function printable(value: string): string {
  const bare = value
    .replace(/^((?:[^=:/@]+=)?\w+:\/\/)?.*@/s, '$1***@')
    .replace(/(:\/\/[^:/@[\]]*:)(?!\d{1,5}(?:[/?#,]|$)).*/s, '$1***')
    .replace(/(:\/\/[^?]*)\?.*/s, '$1?***');
  return JSON.stringify(bare.length > mostShown ? `${bare.slice(0, mostShown)}…` : bare);
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
function read(field: z.core.$ZodType, told: About | undefined, env: Environment, name: string, problems: string[]): unknown {
  const value = told?.secret ? (fromFile(env, name, problems) ?? given(env, name)) : given(env, name);
  const result = taken(field, value);
  if (result !== undefined) return result.data;
  const advice = told?.credentials !== undefined && value?.includes('@') ? `; ${told.credentials}` : '';
  problems.push(`${name}: got ${told?.secret ? '***' : printable(value ?? '')}, wants ${told?.wants}${advice}`);
  return undefined;
}

/** The things that have a setting of their own: `HA_TOKEN_CELLAR` or `HA_TOKEN_CELLAR_FILE` for `HA_TOKEN`. */
function thingsOf(name: string, secret: boolean | undefined, env: Environment): string[] {
  const own = Object.keys(env).flatMap((variable) => (variable.startsWith(`${name}_`) ? variable.slice(name.length + 1) : []));
  return [...new Set(secret ? own.map((thing) => thing.replace(/(^|_)FILE$/, '')) : own)].filter((thing) => thing !== '');
}

function readByName(field: z.core.$ZodType, told: About, env: Environment, name: string, problems: string[]): ByName<unknown> {
  const named = new Map<string, unknown>();
  for (const thing of thingsOf(name, told.secret, env)) {
    const value = read(field, told, env, `${name}_${thing}`, problems);
    if (value !== undefined) named.set(thing.toLowerCase(), value);
  }
  return new ByName(read(field, told, env, name, problems), named);
}

/** Reads the variables of one part of the program; adds to `problems` what is wrong. */
export function parse<Schema extends AnySettings>(schema: Schema, env: Environment, problems: string[]): z.output<Schema> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.shape)) {
    const told = toldOf(field);
    values[name] = told?.byName ? readByName(field, told, env, name, problems) : read(field, told, env, name, problems);
  }
  return values as z.output<Schema>;
}

const withPassword = /\/\/[^/]*:[^/]*@/;

/** The variables that are given and hold a secret: by themselves, or in the file that they name. */
export function secretVariables(env: Environment, schemas: readonly AnySettings[]): { plain: string[]; files: string[] } {
  const fields = schemas.flatMap((schema) => Object.entries(schema.shape).map(([name, field]) => ({ name, told: toldOf(field) })));
  const secrets = fields
    .filter(({ told }) => told?.secret)
    .flatMap(({ name, told }) => [name, ...(told?.byName ? thingsOf(name, true, env).map((thing) => `${name}_${thing}`) : [])]);
  const addresses = fields.flatMap(({ name }) => (withPassword.test(env[name] ?? '') ? name : []));
  const isGiven = (name: string) => given(env, name) !== undefined;
  return { plain: [...new Set([...secrets, ...addresses])].filter(isGiven), files: [...secrets.map((name) => `${name}_FILE`), 'MQTT_KEY_FILE'].filter(isGiven) };
}

/** The name that is fewest letters away. */
function nearest(name: string, names: readonly string[], farthest: number): string | undefined {
  const near = names.filter((known) => Math.abs(known.length - name.length) <= farthest).map((known) => ({ known, far: distance(name, known) }));
  return near.filter(({ far }) => far <= farthest).sort((a, b) => a.far - b.far)[0]?.known;
}

/** Variables that look like ours and are not: `MQTT_PASSWROD`. */
export function lookalikes(env: Environment, schemas: readonly AnySettings[]): string[] {
  const fields = schemas.flatMap((schema) => Object.entries(schema.shape));
  const names = fields.flatMap(([name, field]) => (toldOf(field)?.secret ? [name, `${name}_FILE`] : [name]));
  const family = names.filter((name) => name.startsWith('MQTT_'));
  const byName = fields.flatMap(([name, field]) => (toldOf(field)?.byName ? `${name}_` : []));
  return Object.keys(env)
    .filter((name) => !names.includes(name) && !byName.some((prefix) => name.startsWith(prefix)))
    .flatMap((name) => {
      // What begins so can only be meant for us; of other names only a slip of the pen is.
      const meant = name.startsWith('MQTT_') ? nearest(name, family, name.length) : nearest(name, names, 2);
      return meant === undefined ? [] : [`${name} is not a setting of this program; did you mean ${meant}?`];
    });
}
