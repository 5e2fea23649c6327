import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = readFileSync(join(import.meta.dirname, '../../docs/glossary-german.md'), 'utf8');

/** Rows of the first table of docs/glossary-german.md: words of English texts, and what the German ones have
 * instead. */
export const glossary = file.split('\n').flatMap((line) => {
  const [, english, inGerman] = /^\| ([^|]+?) \| ([^|]+?) \| [^|]*\|$/.exec(line) ?? [];
  if (english === undefined || inGerman === undefined || english === 'English' || english.startsWith('-')) return [];
  return [{ english: english.split(', '), inGerman: inGerman.split(', ') }];
});

/** Rows of the second table: words of German texts, and those that they replace. */
export const replacedWords = [...file.matchAll(/^\| (\S[^|]*?) \| ([^|]+?) \|$/gm)]
  .filter(([, word = '']) => word !== 'word' && !word.startsWith('-'))
  .map(([, word = '', not = '']) => ({ word, not: not.split(', ') }));

export const hasWord = (text: string, word: string): boolean => text.toLowerCase().includes(word.toLowerCase());
