import { type AnyTranslatableText, renderTranslatableText } from '../../src/model/translation.ts';

export const englishHint = (hint: AnyTranslatableText | undefined): string | undefined =>
  hint === undefined ? undefined : renderTranslatableText(hint);

/** A reading with its hint in English. */
export const withEnglishHint = <Reading extends { hint?: AnyTranslatableText | undefined }>({
  hint,
  ...reading
}: Reading) => ({
  ...reading,
  hint: englishHint(hint),
});
