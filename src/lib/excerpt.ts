/** The beginning of a text, on one line and in quotation marks, for error messages. */
export const excerptOf = (text: string): string => JSON.stringify(text.trim().replaceAll(/\s+/g, ' ').slice(0, 120));
