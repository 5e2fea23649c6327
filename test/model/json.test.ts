import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBounded } from '../../src/model/json.ts';

const most = { bytes: 1000, depth: 4 };
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

test('what JSON.parse gives, within the bounds', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (text) => {
      expect(parseBounded(text, { bytes: 1e6, depth: 5 })).toEqual(JSON.parse(text));
    }),
  );
  expect(parseBounded(nested(4), most)).toEqual([[[[]]]]);
});

test('too deep is refused unread; brackets in texts have no depth', () => {
  expect(() => parseBounded(nested(5), most)).toThrow('nested more than 4 deep');
  expect(() => parseBounded(nested(5_000_000), { bytes: 1e8, depth: 8 })).toThrow('nested more than 8 deep');
  expect(parseBounded(JSON.stringify(['[[[[[[', '\\', '\\"[[[[[[', { '{{{{{{': 1 }]), most)).toEqual(['[[[[[[', '\\', '\\"[[[[[[', { '{{{{{{': 1 }]);
});

test('too large is refused, by its bytes', () => {
  expect(() => parseBounded(JSON.stringify('ü'.repeat(500)), most)).toThrow('1002 bytes, more than 1000');
  expect(parseBounded(JSON.stringify('u'.repeat(500)), most)).toHaveLength(500);
});

test('the words of an error hold nothing of the text', () => {
  expect(() => parseBounded('\u001b[31msecret', most)).toThrow(/^no JSON$/);
});
