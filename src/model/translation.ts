import type { GeneralProblemTexts } from './general-problem-texts.ts';
import type { AnyTableDeclaration } from './table.ts';

/** The keys of the metrics whose values are words. */
type EnumKey<Metrics> = {
  [Key in keyof Metrics]: Metrics[Key] extends { kind: 'enum' } ? Key : never;
}[keyof Metrics];

type States<Metrics> = {
  [Key in EnumKey<Metrics>]: Record<
    Metrics[Key] extends { options: readonly (infer Option extends string)[] } ? Option : string,
    string
  >;
};

/** What people read of a table, in another language; typed by the keys of the table, so that a missing name does not
 * compile. Metrics of a part are written as they stand behind its name: in German, nouns begin with a capital there,
 * too. */
export type TranslatedTableNames<T extends AnyTableDeclaration = AnyTableDeclaration> = {
  title: string;
  /** The title of a group of them. */
  plural: string;
  metrics: Record<keyof T['metrics'], string>;
  /** Words of this program in the names of its devices and parts: the whole name, or its first words. */
  phrases?: Readonly<Record<string, string>>;
  /** Words at the end of the names of its parts. */
  lastWords?: Readonly<Record<string, string>>;
  /** The same in the models of its devices. */
  models?: Readonly<Record<string, string>>;
} & (T extends { actions: infer Actions } ? { actions: Record<keyof Actions, string> } : unknown) &
  (T extends { event: object } ? { event: string } : unknown) &
  ([EnumKey<T['metrics']>] extends [never] ? unknown : { states: States<T['metrics']> });

/** The names of all tables of a collector, in another language. */
export type TranslatedTableNamesOfCollector<Tables extends Record<string, AnyTableDeclaration>> = {
  [Key in keyof Tables]: TranslatedTableNames<Tables[Key]>;
};

/** A text in words of ours, as the texts of its collector say it; English without them. */
export type TranslatableText<Texts> = (texts?: Texts) => string;

/** The same of any collector, or a text that is the same in every language, such as a tool's own words. */
// biome-ignore lint/suspicious/noExplicitAny: each collector has its own texts
export type AnyTranslatableText = string | TranslatableText<any>;

/** `texts`: those of the collector; English without. */
export const renderTranslatableText = (wording: AnyTranslatableText, texts?: unknown): string =>
  typeof wording === 'string' ? wording : wording(texts);

/** What a collector says its texts in. */
export interface CollectorTextsAndLanguage {
  /** The texts of the collector; English without. */
  texts?: unknown;
  /** Their language, if it is not English. */
  language?: string | undefined;
}

/** Such a text, and its language; undefined: English, or the same in all. */
export const renderWithLanguage = (
  wording: AnyTranslatableText,
  { texts, language }: CollectorTextsAndLanguage,
): { text: string; language: string | undefined } => ({
  text: renderTranslatableText(wording, texts),
  language: typeof wording === 'string' ? undefined : language,
});

/** The language in which the findings of readings are told. */
export interface FindingLanguage {
  /** As in `AGENT_LANGUAGE`; absent: English. */
  code?: string;
  /** What collectors say in words of their own, by their ids; where there are none, they speak English. */
  collectorTexts: Readonly<Record<string, unknown>>;
  problems: GeneralProblemTexts;
}
