import { bounds } from '../model/bounds.ts';

/** The beginning of a text, on one line and in quotation marks, for error messages. */
export const excerptOf = (text: string): string =>
  JSON.stringify(
    text
      .slice(0, 10 * bounds.excerpt.characters)
      .trim()
      .replaceAll(/\s+/g, ' ')
      .slice(0, bounds.excerpt.characters),
  );
