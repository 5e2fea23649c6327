import { expect, test } from 'vitest';
import { shortenToStateLength } from '../../src/model/state-length.ts';

test('what fits stays as it is', () => {
  const text = `${'word '.repeat(50)}whole`;
  expect(text).toHaveLength(255);
  expect(shortenToStateLength(text)).toBe(text);
});

test('what is too long ends with a whole word and an ellipsis', () => {
  const shortened = shortenToStateLength('Anmeldung '.repeat(30));
  expect(shortened).toBe(`${'Anmeldung '.repeat(25)}…`);
  expect(shortenToStateLength(`${'word '.repeat(50)}longer than it`)).toBe(`${'word '.repeat(50)}…`);
  expect(shortenToStateLength(`${'a'.repeat(253)} b c`)).toBe(`${'a'.repeat(253)} …`);
});

test.each(['x'.repeat(300), `failed: ${'x'.repeat(300)}`])('a long word is cut itself: %s', (text) => {
  expect(shortenToStateLength(text)).toBe(`${text.slice(0, 254)}…`);
});
