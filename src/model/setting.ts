import * as z from 'zod/mini';
import { Secret } from './secret.ts';
import { type SettingErrorTexts, type SettingValueFormat, textOfSettingValueFormat } from './setting-error-texts.ts';
import type { SharedOrPerNameValues } from './shared-or-per-name-values.ts';

export interface SettingMeta {
  /** For users: what the setting does. */
  description: string;
  expects: SettingValueFormat;
  /** As written in the environment. */
  default?: string;
  example?: string;
  /** It is taken as it is, with blanks at its ends. */
  secret?: true;
  /** How to write a user name or password with characters that a URL reserves. */
  credentials?: 'encodeCredentials' | 'encodeOrSetCredentials';
  /** What an invalid value was probably meant to be; shown, so it must not contain a secret. */
  suggest?: (value: string) => string | undefined;
  /** What is odd about a valid value; shown, so it must not contain a secret. */
  notice?: (value: string, texts: SettingErrorTexts) => string | undefined;
  /** `<SETTING>_<NAME>` overrides the setting for the instance or router of that name. */
  perName?: true;
}

/** Metadata of each setting, from which the documentation, `.env.example` and error texts are generated. */
export const settingMetaRegistry = z.registry<SettingMeta>();

type StringSchema = z.ZodMiniType<unknown, string>;

/** One environment variable; optional if it has no default. */
function registerSetting<S extends StringSchema>(
  schema: S,
  meta: SettingMeta & { default: string },
): z.ZodMiniPrefault<S>;
function registerSetting<S extends StringSchema>(schema: S, meta: SettingMeta): z.ZodMiniOptional<S>;
function registerSetting(schema: StringSchema, meta: SettingMeta) {
  return meta.default === undefined
    ? z.optional(schema).register(settingMetaRegistry, meta)
    : z.prefault(schema, meta.default).register(settingMetaRegistry, meta);
}

type BuilderMeta = Omit<SettingMeta, 'expects'>;
type MetaWithDefault<Default> = BuilderMeta & { default: Default };

const parsedSchema = <T>(expects: SettingValueFormat, parse: (text: string) => T | undefined) =>
  z.pipe(
    z.string(),
    z.transform((text, context) => {
      const value = parse(text);
      if (value === undefined)
        context.issues.push({ code: 'custom', message: textOfSettingValueFormat(expects), input: text });
      return value as T;
    }),
  );

function settingBuilder<Options extends unknown[], T>(
  parserFor: (...options: Options) => { expects: SettingValueFormat; parse(text: string): T | undefined },
) {
  type Schema = z.ZodMiniType<T, string>;
  function build(meta: MetaWithDefault<string>, ...options: Options): z.ZodMiniPrefault<Schema>;
  function build(meta: BuilderMeta, ...options: Options): z.ZodMiniOptional<Schema>;
  function build(meta: BuilderMeta, ...options: Options): unknown {
    const { expects, parse } = parserFor(...options);
    return registerSetting(parsedSchema(expects, parse) as Schema, { ...meta, expects });
  }
  return build;
}

export const stringSetting = settingBuilder((expects: SettingValueFormat = 'string', form: RegExp = /./) => ({
  expects,
  parse: (value) => (form.test(value) ? value : undefined),
}));

export const integerSetting = settingBuilder((min: number, max: number) => ({
  expects: (forms) => forms.integer(min, max),
  parse: (value) => (/^\d+$/.test(value) && Number(value) >= min && Number(value) <= max ? Number(value) : undefined),
}));

export const enumSetting = <const Option extends string>(
  meta: MetaWithDefault<Option>,
  ...options: readonly Option[]
) =>
  customSetting<Option>(
    meta,
    (forms) => forms.oneOf(options),
    (value) => options.find((option) => option === value.toLowerCase()),
  );

const truthWords = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

export const booleanSetting = (meta: MetaWithDefault<'true' | 'false' | 'on' | 'off'>) =>
  customSetting(meta, 'boolean', (value) => truthWords.get(value.toLowerCase()));

export const listSetting = settingBuilder((expects: SettingValueFormat = 'list') => ({
  expects,
  parse: (value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
}));

/** Can also be read from the file named by `<NAME>_FILE`. */
export const secretSetting = (
  meta: Omit<BuilderMeta, 'default'>,
  expects: SettingValueFormat = 'string',
  form: RegExp = /./,
) =>
  registerSetting(
    parsedSchema(expects, (value) => (form.test(value) ? new Secret(value) : undefined)) as z.ZodMiniType<
      Secret,
      string
    >,
    { ...meta, expects, secret: true },
  );

const registerPerName = <T>(
  meta: Omit<SettingMeta, 'expects' | 'perName'>,
  expects: SettingValueFormat,
  parse: (value: string) => T | undefined,
) =>
  z
    .optional(parsedSchema(expects, parse))
    .register(settingMetaRegistry, { ...meta, expects, perName: true }) as unknown as z.ZodMiniType<
    SharedOrPerNameValues<T>,
    string
  >;

/** A string that instances or routers share, or that each has of its own. */
export const stringSettingOverridablePerName = (meta: Omit<BuilderMeta, 'default'>) =>
  registerPerName(meta, 'string', (value) => value);

/** A secret that instances or routers share, or that each has of its own. */
export const secretSettingOverridablePerName = (
  meta: Omit<BuilderMeta, 'default'>,
  expects: SettingValueFormat = 'string',
  form: RegExp = /./,
) => registerPerName({ ...meta, secret: true }, expects, (value) => (form.test(value) ? new Secret(value) : undefined));

/** A number, 0 or greater, that instances or routers share, or that each has of its own. */
export const numberSettingOverridablePerName = (meta: Omit<BuilderMeta, 'default'>) =>
  registerPerName(meta, 'numberFromZero', (value) => (/^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined));

/** A setting with a parser of its own; `parse` returns undefined for an invalid value. */
export function customSetting<T>(
  meta: MetaWithDefault<string>,
  expects: SettingValueFormat,
  parse: (text: string) => T | undefined,
): z.ZodMiniPrefault<z.ZodMiniType<T, string>>;
export function customSetting<T>(
  meta: BuilderMeta,
  expects: SettingValueFormat,
  parse: (text: string) => T | undefined,
): z.ZodMiniOptional<z.ZodMiniType<T, string>>;
export function customSetting<T>(
  meta: BuilderMeta,
  expects: SettingValueFormat,
  parse: (text: string) => T | undefined,
): unknown {
  return registerSetting(parsedSchema(expects, parse) as z.ZodMiniType<T, string>, { ...meta, expects });
}
