/** On one line, and without what a terminal would interpret, or what reorders the text around it: much of what is
 * printed was written by others, such as the model of a drive. What joins characters stays, as in Persian and emoji. */
export const printableText = (text: string): string => replaceControls(onOneLine(text));

/** The same for text that may have lines. */
export const printableLines = (text: string): string => text.split(/\r?\n/).map(replaceControls).join('\n');

/** The same for text that has colours of this program, too. */
export const printableColouredLines = (text: string): string =>
  text
    .split(ownStyle)
    .map((part, index) => (index % 2 === 1 ? part : printableLines(part)))
    .join('');

export const onOneLine = (text: string): string => text.replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ');

/** What `styleText` writes for bold, dim, red to cyan, and their ends. */
const ownStyle = new RegExp(`(${'\u001b'}\\[(?:1|2|22|3[1-6]|39)m)`);

/** Characters of control, of bidirectional text (Unicode's Bidi_Control), the byte order mark, and half characters. */
const replaceControls = (text: string) =>
  text.replaceAll('\t', ' ').replace(/[\p{Cc}\p{Bidi_Control}\ufeff\p{Cs}]/gu, '\ufffd');
