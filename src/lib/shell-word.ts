/** A text as one word of a command line for a POSIX shell: in quotation marks if it needs them. */
export const shellWord = (text: string): string =>
  /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
