/** Maximum length of a state in Home Assistant (MAX_LENGTH_STATE_STATE). */
const maxStateLength = 255;

/** A cut ends behind a word that is not further from the limit than this. */
const longestWord = 40;

/** A text as the state of an entity: cut at a word, and “…” says so, where it is too long. */
export function shortenToStateLength(text: string): string {
  if (text.length <= maxStateLength) return text;
  const end = text.lastIndexOf(' ', maxStateLength - 2);
  return end < maxStateLength - longestWord ? `${text.slice(0, maxStateLength - 1)}…` : `${text.slice(0, end)} …`;
}
