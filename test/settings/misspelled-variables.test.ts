import { expect, test } from 'vitest';
import { editDistance } from '../../src/settings/misspelled-variables.ts';

test.each([
  ['', '', 0],
  ['kitten', 'sitting', 3],
  ['PASSWROD', 'PASSWORD', 2],
  ['a', 'b', 1],
])('%s to %s is %d', (a, b, far) => expect(editDistance(a, b)).toBe(far));
