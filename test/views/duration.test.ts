import { expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../src/cli/german-names-and-page-texts.ts';
import { formatDuration } from '../../src/views/duration.ts';

test.each([
  [0, '0 s', '0 s'],
  [119, '119 s', '119 s'],
  [120, '2 min', '2 min'],
  [7200, '2 h', '2 h'],
  [172_799, '48 h', '48 h'],
  [172_800, '2 d', '2 Tagen'],
  [90 * 86_400, '90 d', '90 Tagen'],
])('%d seconds are %s, or behind “seit” %s', (seconds, inEnglish, inGerman) => {
  expect(formatDuration(seconds)).toBe(inEnglish);
  expect(formatDuration(seconds, germanNamesAndPageTexts.durationUnits)).toBe(inGerman);
});
