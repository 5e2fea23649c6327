import { expect, test } from 'vitest';
import { parseXml } from '../../src/lib/xml.ts';

const bound = { bytes: 1000, items: 10, depth: 3 };

test('a document within the bounds', () =>
  expect(
    parseXml('<?xml version="1.0"?><a><!-- x --><b><c>1</c></b><d/></a>', 'a', bound).child('b')?.textOf('c'),
  ).toBe('1'));

test.each([
  [`<a>${'x'.repeat(1000)}</a>`, 'the answer has 1007 bytes, more than 1000'],
  [`<a>${'<b/>'.repeat(10)}</a>`, 'the answer has more than 10 elements'],
  [`<a>${'<b></b>'.repeat(10)}</a>`, 'the answer has more than 10 elements'],
  ['<a><b><c><d/><e></e></c></b></a>', 'the answer is nested more than 3 levels deep'],
])('%j', (text, error) => expect(() => parseXml(text, 'a', bound)).toThrow(error));
