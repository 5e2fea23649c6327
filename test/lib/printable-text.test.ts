import { expect, test } from 'vitest';
import { printableColouredLines, printableLines, printableText } from '../../src/lib/printable-text.ts';

test.each([
  ['a plain text, with ä and 🏠', 'a plain text, with ä and 🏠'],
  ['red \u001b[31m, a title \u001b]0;x\u0007', 'red \ufffd[31m, a title \ufffd]0;x\ufffd'],
  ['two \r\n lines\u2028and more', 'two lines and more'],
  [
    'C1 \u009b31m, reordered \u202e, isolated \u2066, half \ud800',
    'C1 \ufffd31m, reordered \ufffd, isolated \ufffd, half \ufffd',
  ],
  ['marks \u061c\u200e\u200f\u202a\u2069\ufeff', 'marks \ufffd\ufffd\ufffd\ufffd\ufffd\ufffd'],
  ['joined 👨‍👩‍👧, می‌خواهم, 🏴󠁧󠁢󠁥󠁮󠁧󠁿, soft\u00adhyphen', 'joined 👨‍👩‍👧, می‌خواهم, 🏴󠁧󠁢󠁥󠁮󠁧󠁿, soft\u00adhyphen'],
  ['a\ttab', 'a tab'],
])('%j', (text, printed) => expect(printableText(text)).toBe(printed));

test('lines keep their breaks, and no colours', () =>
  expect(printableLines('one\n  \u001b[31mtwo\u001b[39m\r\n\tthree\rfour')).toBe(
    'one\n  \ufffd[31mtwo\ufffd[39m\n three\ufffdfour',
  ));

test('lines of a terminal keep the colours of this program', () =>
  expect(
    printableColouredLines('\u001b[1mHost\u001b[22m\n  \u001b[31mlost\u001b[39m\n\u001b[8mhidden\u001b[2J\r'),
  ).toBe('\u001b[1mHost\u001b[22m\n  \u001b[31mlost\u001b[39m\n\ufffd[8mhidden\ufffd[2J\ufffd'));
