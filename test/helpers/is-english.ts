/** Whether a text has an English word that no German one is spelled like. */
export const isEnglish = (text: string): boolean =>
  /\b(the|of|and|is|are|when|with|not|it|its|or|has|no|for|by|below|answers?|unknown|lost|none)\b/i.test(text);
