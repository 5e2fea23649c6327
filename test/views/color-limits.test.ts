import { expect, test } from 'vitest';
import { colorOf } from '../../src/views/color-limits.ts';

test.each([
  ['filesystem', 'used', 79.9, undefined],
  ['filesystem', 'used', 80, 'amber'],
  ['filesystem', 'used', 90, 'red'],
  ['drive', 'life_left', 20, undefined],
  ['drive', 'life_left', 19, 'amber'],
  ['drive', 'life_left', 9, 'red'],
  ['host', 'load_5', 99, undefined],
])('%s %s of %s: %s', (table, metric, value, color) => expect(colorOf(table, metric, value)).toBe(color));
