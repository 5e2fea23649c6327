import * as z from 'zod/mini';
import type { ByName } from './by-name.ts';
import { Secret } from './secret.ts';

export interface About {
  /** What it does, for a person. */
  description: string;
  /** What it takes, as in “wants a port from 0 to 65535”. */
  wants: string;
  /** As it would stand in the environment. */
  default?: string;
  example?: string;
  secret?: true;
  /** What to do about a user name and password that an address can’t hold as they are. */
  credentials?: string;
  /** `<NAME>_<THING>` is the same for one thing by its name. */
  byName?: true;
}

/** What an address takes for its own signs (RFC 3986, section 2.1). */
export const encodeCredentials = 'write % in a user name or password as %25, # as %23, / as %2F, ? as %3F and @ as %40';

/** What is known of each setting: documentation, `.env.example` and error texts are made from it. */
export const about = z.registry<About>();

type FromText = z.ZodMiniType<unknown, string>;

/** One environment variable. Without a default it may be missing. */
function setting<S extends FromText>(schema: S, told: About & { default: string }): z.ZodMiniPrefault<S>;
function setting<S extends FromText>(schema: S, told: About): z.ZodMiniOptional<S>;
function setting(schema: FromText, told: About) {
  return told.default === undefined ? z.optional(schema).register(about, told) : z.prefault(schema, told.default).register(about, told);
}

type Told = Omit<About, 'wants'>;
type With<Default> = Told & { default: Default };

const parsed = <T>(wants: string, parse: (text: string) => T | undefined) =>
  z.pipe(
    z.string(),
    z.transform((text, context) => {
      const value = parse(text);
      if (value === undefined) context.issues.push({ code: 'custom', message: wants, input: text });
      return value as T;
    }),
  );

function builder<Options extends unknown[], T>(kind: (...options: Options) => { wants: string; parse(text: string): T | undefined }) {
  type Schema = z.ZodMiniType<T, string>;
  function build(told: With<string>, ...options: Options): z.ZodMiniPrefault<Schema>;
  function build(told: Told, ...options: Options): z.ZodMiniOptional<Schema>;
  function build(told: Told, ...options: Options): unknown {
    const { wants, parse } = kind(...options);
    return setting(parsed(wants, parse) as Schema, { ...told, wants });
  }
  return build;
}

export const text = builder((wants: string = 'a text', form: RegExp = /./) => ({ wants, parse: (value) => (form.test(value) ? value : undefined) }));

export const integer = builder((least: number, most: number) => ({
  wants: `a whole number from ${least} to ${most}`,
  parse: (value) => (/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined),
}));

export const choice = <const Option extends string>(told: With<Option>, ...options: readonly Option[]) =>
  custom<Option>(told, `one of ${options.join(', ')}`, (value) => options.find((option) => option === value.toLowerCase()));

export const list = builder((wants: string = 'a list, separated by commas') => ({
  wants,
  parse: (value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
}));

/** Can also come from the file that `<NAME>_FILE` names. */
export const secret = (told: Omit<Told, 'default'>, wants: string = 'a text', form: RegExp = /./) =>
  setting(parsed(wants, (value) => (form.test(value) ? new Secret(value) : undefined)) as z.ZodMiniType<Secret, string>, { ...told, wants, secret: true });

const byName = <T>(told: Omit<About, 'wants' | 'byName'>, wants: string, parse: (value: string) => T | undefined) =>
  z.optional(parsed(wants, parse)).register(about, { ...told, wants, byName: true }) as unknown as z.ZodMiniType<ByName<T>, string>;

/** One text for all things of a kind, or one of its own for each. */
export const textByName = (told: Omit<Told, 'default'>) => byName(told, 'a text', (value) => value);

/** One secret for all things of a kind, or one of its own for each. */
export const secretByName = (told: Omit<Told, 'default'>) => byName({ ...told, secret: true }, 'a text', (value) => new Secret(value));

/** One number from 0 for all things of a kind, or one of its own for each. */
export const numberByName = (told: Omit<Told, 'default'>) => byName(told, 'a number', (value) => (/^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined));

/** A setting with a form of its own. */
export function custom<T>(told: With<string>, wants: string, parse: (text: string) => T | undefined): z.ZodMiniPrefault<z.ZodMiniType<T, string>>;
export function custom<T>(told: Told, wants: string, parse: (text: string) => T | undefined): z.ZodMiniOptional<z.ZodMiniType<T, string>>;
export function custom<T>(told: Told, wants: string, parse: (text: string) => T | undefined): unknown {
  return setting(parsed(wants, parse) as z.ZodMiniType<T, string>, { ...told, wants });
}
