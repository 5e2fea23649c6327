import { isIPv6 } from 'node:net';
import * as z from 'zod/mini';
import { readBoundedFileSync } from '../lib/bounded-file.ts';
import { bounds } from '../model/bounds.ts';
import { describeError, UsageError } from '../model/errors.ts';
import { registerPublicText, Secret } from '../model/secret.ts';
import { type SettingMeta, settingMetaRegistry } from '../model/setting.ts';
import { type SettingErrorTexts, settingErrorTexts, textOfSettingValueFormat } from '../model/setting-error-texts.ts';
import { SharedOrPerNameValues } from '../model/shared-or-per-name-values.ts';
import { printableValue, withoutCredentials } from './printable-value.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with a setting. */
export interface SettingProblem {
  /** As it is set: `HA_TOKEN_CELLAR`, `HA_TOKEN_FILE`; undefined if the value of no single one is wrong. */
  variable?: string;
  /** For the user; begins with the variable. */
  text: string;
}

export const createSettingProblem = (variable: string, text: string): SettingProblem => ({
  variable,
  text: `${variable}: ${text}`,
});

/** Lists every problem at once, each with the name of its variable. */
export class SettingsError extends UsageError {
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[], texts = settingErrorTexts) {
    super([texts.wrong(problems.length), ...problems.map(({ text }) => `  ${text}`)].join('\n'));
    this.problems = problems;
  }
}

export type SettingsSchema = z.ZodMiniObject<z.core.$ZodLooseShape>;

const metaOf = (schema: z.core.$ZodType) => settingMetaRegistry.get(schema as never);

/** An empty variable counts as unset: Docker Compose passes unset variables as empty ones. */
const trimmedValue = (env: Environment, name: string) => (env[name]?.trim() ? env[name].trim() : undefined);

/** The value; blanks at the ends of a secret belong to it. */
const ownValue = (env: Environment, name: string, meta: SettingMeta | undefined) =>
  meta?.secret ? env[name] || undefined : trimmedValue(env, name);

/** Reads the file named by `<NAME>_FILE`, without the line break at its end. */
function readSecretFile(
  env: Environment,
  name: string,
  problems: SettingProblem[],
  texts: SettingErrorTexts,
): string | undefined {
  const path = trimmedValue(env, `${name}_FILE`);
  if (path === undefined) return undefined;
  if (env[name]) problems.push(createSettingProblem(name, texts.fileIsSetToo(`${name}_FILE`)));
  try {
    const text = readBoundedFileSync(path, bounds.secretFile)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .replace(/\r?\n$/, '');
    return text || undefined;
  } catch (error) {
    // A secret in place of its file's path would be quoted.
    const reason =
      withoutCredentials(path) === path ? describeError(error) : texts.expected(printableValue(path), texts.forms.path);
    problems.push(createSettingProblem(`${name}_FILE`, reason));
    return undefined;
  }
}

/** What is wrong with the host or the port of a URL in the value; undefined if nothing is. */
function findUrlFault(value: string): keyof SettingErrorTexts['urlFaults'] | undefined {
  // Of several URLs; a comma without a URL behind it belongs to a password.
  for (const url of value.split(/,\s*(?=(?:[^,=]*=)?\w+:\/\/)/)) {
    const [found, host = '', port] = /\w:\/\/(?:.*@)?(\[[^\]]*\]|[^:/?#]*)(?::([^/?#]*))?/s.exec(url) ?? [];
    if (found === undefined) continue;
    if (host.trim() === '') return 'noHost';
    if (/[\s<>^|\\%]/.test(host)) return 'hostCharacter';
    if (port !== undefined && port !== '' && !(/^\d+$/.test(port) && Number(port) <= 65_535)) return 'port';
  }
  return undefined;
}

/** Whether a URL in the value has an IPv6 address without the brackets around it (RFC 3986, section 3.2.2). */
const hasBareIpv6Address = (value: string) =>
  [...value.matchAll(/:\/\/(?:[^/,@]*@)?([^/,@?#\s]*)/g)].some(
    ([, host = '']) => isIPv6(host) || isIPv6(host.replace(/:\d+$/, '')),
  );

/** How to write an invalid value; empty if that is not known. */
function adviceOn(value: string | undefined, meta: SettingMeta | undefined, texts: SettingErrorTexts): string {
  if (value === undefined) return '';
  // A suggestion repeats what it is made of.
  const suggestion = withoutCredentials(value) === value ? meta?.suggest?.(value) : undefined;
  if (suggestion !== undefined) return `; ${texts.didYouMean(suggestion)}`;
  if (hasBareIpv6Address(value)) return `; ${texts.ipv6InBrackets}`;
  const fault = findUrlFault(value);
  if (fault !== undefined) return `; ${texts.urlFaults[fault]}`;
  return meta?.credentials !== undefined && value.includes('@') ? `; ${texts[meta.credentials]}` : '';
}

/** Undefined for an invalid value, including one at which the setting's parser throws. */
function parseValue(field: z.core.$ZodType, value: string | undefined): { data: unknown } | undefined {
  try {
    const { success, data } = z.safeParse(field, value);
    return success ? { data } : undefined;
  } catch {
    return undefined;
  }
}

/** The variable's value; adds any error to `problems`. */
function readVariable(
  field: z.core.$ZodType,
  meta: SettingMeta | undefined,
  env: Environment,
  name: string,
  problems: SettingProblem[],
  texts: SettingErrorTexts,
): unknown {
  const fileText = meta?.secret ? readSecretFile(env, name, problems, texts) : undefined;
  const value = fileText ?? ownValue(env, name, meta);
  const result = parseValue(field, value);
  if (result?.data instanceof Secret && fileText !== undefined)
    return result.data.from(() => readSecretFile(env, name, [], texts));
  if (result !== undefined) return result.data;
  problems.push(
    createSettingProblem(
      fileText === undefined ? name : `${name}_FILE`,
      `${texts.expected(meta?.secret ? '***' : printableValue(value ?? ''), textOfSettingValueFormat(meta?.expects ?? 'string', texts))}${adviceOn(value, meta, texts)}`,
    ),
  );
  return undefined;
}

/** The names with a setting of their own: `CELLAR` if `HA_TOKEN_CELLAR` or `HA_TOKEN_CELLAR_FILE` is set for
 * `HA_TOKEN`. */
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
  problems: SettingProblem[],
  texts: SettingErrorTexts,
): SharedOrPerNameValues<unknown> {
  const named = new Map<string, unknown>();
  for (const ownName of namesWithOwnSetting(name, meta.secret, env)) {
    const value = readVariable(field, meta, env, `${name}_${ownName}`, problems, texts);
    if (value !== undefined) named.set(ownName, value);
  }
  return new SharedOrPerNameValues(readVariable(field, meta, env, name, problems, texts), named);
}

/** Reads the variables of a schema; adds errors to `problems`. */
export function readVariables<Schema extends SettingsSchema>(
  schema: Schema,
  env: Environment,
  problems: SettingProblem[],
  texts = settingErrorTexts,
): z.output<Schema> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.shape)) {
    const meta = metaOf(field);
    registerPublicText(name);
    values[name] = meta?.perName
      ? readPerName(field, meta, env, name, problems, texts)
      : readVariable(field, meta, env, name, problems, texts);
  }
  return values as z.output<Schema>;
}

const withPassword = /\/\/[^/]*:[^/]*@/;

/** The variables that are set and contain a secret (`plain`) or the path of a file with a secret (`files`). */
export function listPlainAndFileSecretVariables(
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
  return {
    plain: [...new Set([...secrets, ...addresses])].filter((name) => env[name]),
    files: [...secrets.map((name) => `${name}_FILE`), 'MQTT_KEY_FILE'].filter((name) => trimmedValue(env, name)),
  };
}
