import * as z from 'zod/mini';
import type { PerNameSetting } from './per-name-setting.ts';
import { Secret } from './secret.ts';

export interface SettingMeta {
  /** What it does, for a person. */
  description: string;
  /** What it takes, as in “wants a port from 0 to 65535”. */
  expects: string;
  /** As it would stand in the environment. */
  default?: string;
  example?: string;
  secret?: true;
  /** What to do about a user name and password that an address can’t hold as they are. */
  credentials?: string;
  /** `<NAME>_<THING>` is the same for one thing by its name. */
  perName?: true;
}

/** What an address takes for its own signs (RFC 3986, section 2.1). */
export const encodeCredentials = 'write % in a user name or password as %25, # as %23, / as %2F, ? as %3F and @ as %40';

/** What is known of each setting: documentation, `.env.example` and error texts are made from it. */
export const settingMetaRegistry = z.registry<SettingMeta>();

type StringSchema = z.ZodMiniType<unknown, string>;

/** One environment variable. Without a default it may be missing. */
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

const parsedSchema = <T>(expects: string, parse: (text: string) => T | undefined) =>
  z.pipe(
    z.string(),
    z.transform((text, context) => {
      const value = parse(text);
      if (value === undefined) context.issues.push({ code: 'custom', message: expects, input: text });
      return value as T;
    }),
  );

function settingBuilder<Options extends unknown[], T>(
  parserFor: (...options: Options) => { expects: string; parse(text: string): T | undefined },
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

export const stringSetting = settingBuilder((expects: string = 'a text', form: RegExp = /./) => ({
  expects,
  parse: (value) => (form.test(value) ? value : undefined),
}));

export const integerSetting = settingBuilder((min: number, max: number) => ({
  expects: `a whole number from ${min} to ${max}`,
  parse: (value) => (/^\d+$/.test(value) && Number(value) >= min && Number(value) <= max ? Number(value) : undefined),
}));

export const enumSetting = <const Option extends string>(
  meta: MetaWithDefault<Option>,
  ...options: readonly Option[]
) =>
  customSetting<Option>(meta, `one of ${options.join(', ')}`, (value) =>
    options.find((option) => option === value.toLowerCase()),
  );

export const listSetting = settingBuilder((expects: string = 'a list, separated by commas') => ({
  expects,
  parse: (value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
}));

/** Can also come from the file that `<NAME>_FILE` names. */
export const secretSetting = (meta: Omit<BuilderMeta, 'default'>, expects: string = 'a text', form: RegExp = /./) =>
  registerSetting(
    parsedSchema(expects, (value) => (form.test(value) ? new Secret(value) : undefined)) as z.ZodMiniType<
      Secret,
      string
    >,
    { ...meta, expects, secret: true },
  );

const registerPerName = <T>(
  meta: Omit<SettingMeta, 'expects' | 'perName'>,
  expects: string,
  parse: (value: string) => T | undefined,
) =>
  z
    .optional(parsedSchema(expects, parse))
    .register(settingMetaRegistry, { ...meta, expects, perName: true }) as unknown as z.ZodMiniType<
    PerNameSetting<T>,
    string
  >;

/** One text for all things of a kind, or one of its own for each. */
export const stringPerNameSetting = (meta: Omit<BuilderMeta, 'default'>) =>
  registerPerName(meta, 'a text', (value) => value);

/** One secret for all things of a kind, or one of its own for each. */
export const secretPerNameSetting = (meta: Omit<BuilderMeta, 'default'>) =>
  registerPerName({ ...meta, secret: true }, 'a text', (value) => new Secret(value));

/** One number from 0 for all things of a kind, or one of its own for each. */
export const numberPerNameSetting = (meta: Omit<BuilderMeta, 'default'>) =>
  registerPerName(meta, 'a number', (value) => (/^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined));

/** A setting with a form of its own. */
export function customSetting<T>(
  meta: MetaWithDefault<string>,
  expects: string,
  parse: (text: string) => T | undefined,
): z.ZodMiniPrefault<z.ZodMiniType<T, string>>;
export function customSetting<T>(
  meta: BuilderMeta,
  expects: string,
  parse: (text: string) => T | undefined,
): z.ZodMiniOptional<z.ZodMiniType<T, string>>;
export function customSetting<T>(meta: BuilderMeta, expects: string, parse: (text: string) => T | undefined): unknown {
  return registerSetting(parsedSchema(expects, parse) as z.ZodMiniType<T, string>, { ...meta, expects });
}
