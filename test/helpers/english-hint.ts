import { type AnyWording, textOfWording } from '../../src/model/translation.ts';

export const englishHint = (hint: AnyWording | undefined): string | undefined =>
  hint === undefined ? undefined : textOfWording(hint);

/** A reading with its hint in English. */
export const withEnglishHint = <Reading extends { hint?: AnyWording | undefined }>({ hint, ...reading }: Reading) => ({
  ...reading,
  hint: englishHint(hint),
});
