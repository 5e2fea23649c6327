import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJsonWithin } from '../../src/model/json.ts';

const most = { bytes: 1000, depth: 4 };
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

test('the result of JSON.parse, within the bounds', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (text) => {
      expect(parseJsonWithin(text, { bytes: 1e6, depth: 5 })).toEqual(JSON.parse(text));
    }),
  );
  expect(parseJsonWithin(nested(4), most)).toEqual([[[[]]]]);
});

test('text that is too deep is rejected before parsing; brackets in strings do not count', () => {
  expect(() => parseJsonWithin(nested(5), most)).toThrow('nested more than 4 levels deep');
  expect(() => parseJsonWithin(nested(5_000_000), { bytes: 1e8, depth: 8 })).toThrow('nested more than 8 levels deep');
  expect(parseJsonWithin(JSON.stringify(['[[[[[[', '\\', '\\"[[[[[[', { '{{{{{{': 1 }]), most)).toEqual([
    '[[[[[[',
    '\\',
    '\\"[[[[[[',
    { '{{{{{{': 1 },
  ]);
});

test('text with too many bytes is rejected', () => {
  expect(() => parseJsonWithin(JSON.stringify('ü'.repeat(500)), most)).toThrow('more than 1000 bytes');
  expect(parseJsonWithin(JSON.stringify('u'.repeat(500)), most)).toHaveLength(500);
});

test('error messages contain nothing of the text', () => {
  expect(() => parseJsonWithin('\u001b[31msecret', most)).toThrow(/^not JSON$/);
});
