import { expect, test } from 'vitest';
import { distance } from '../../../src/views/page/age.ts';

test.each([
  [0, '0 s'],
  [99.4, '99 s'],
  [100, '2 min'],
  [5999, '100 min'],
  [6000, '2 h'],
  [47 * 3600, '47 h'],
  [48 * 3600, '2 d'],
  [-90_000, '25 h'],
  [3 * 365.25 * 86_400, '3.0 years'],
])('%s s are %s', (seconds, text) => expect(distance(seconds)).toBe(text));

test('the browser can run it as it is', () => expect(new Function(`return (${distance})(12)`)()).toBe('12 s'));
