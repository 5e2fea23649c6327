import { type AnyWording, textOfWording } from '../../src/model/translation.ts';

/** A reading with its hint in English. */
export const withEnglishHint = <Reading extends { hint?: AnyWording | undefined }>({ hint, ...reading }: Reading) => ({
  ...reading,
  hint: hint === undefined ? undefined : textOfWording(hint),
});
