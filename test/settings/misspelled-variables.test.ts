import { expect, test } from 'vitest';
import { allCollectors } from '../../src/collectors/index.ts';
import { titledSettingsSchemas } from '../../src/settings/index.ts';
import { editDistance, misspelledVariableWarnings } from '../../src/settings/misspelled-variables.ts';

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

test.each([
  ['SITE_NAME', 'SITE'],
  ['AGENT_SITE', 'SITE'],
  ['AGENT_SITE_NAME', undefined],
  ['LOG_LEVEL_NAME', 'LOG_LEVEL'],
  ['NAME', undefined],
  ['COMPOSE_PROJECT_NAME', undefined],
])('%s: did you mean %s?', (name, meant) => {
  const schemas = titledSettingsSchemas(allCollectors).map(({ schema }) => schema);
  expect(misspelledVariableWarnings({ [name]: 'x' }, schemas)).toEqual(
    meant === undefined ? [] : [`${name} is not a setting of this program; did you mean ${meant}?`],
  );
});
