import { expect, test } from 'vitest';
import { editDistance } from '../../src/settings/misspelled-variables.ts';

test.each([
  ['', '', 0],
  ['kitten', 'sitting', 3],
  ['PASSWROD', 'PASSWORD', 2],
  ['a', 'b', 1],
])('%s to %s is %d', (a, b, far) => expect(editDistance(a, b)).toBe(far));

test('words that are farther away than asked for are given up', () => {
  expect(editDistance('MQTT_URL', 'MQTT_URI', 1)).toBe(1);
  expect(editDistance('MQTT_URL', 'MQTT_XYZ', 2)).toBe(Number.POSITIVE_INFINITY);
});
