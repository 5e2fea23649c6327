import { expect, test } from 'vitest';
import { homeAssistantSettingsSchema } from '../../../src/collectors/home-assistant/settings.ts';
import { readVariables, type SettingProblem } from '../../../src/settings/read-variables.ts';

function read(env: Record<string, string>) {
  const problems: SettingProblem[] = [];
  const { HA_BASE_URL: instances, HA_TOKEN: tokens } = readVariables(homeAssistantSettingsSchema, env, problems);
  return {
    instances: instances?.map(({ title, url }) => [title, url.href]),
    tokens: instances?.map(({ name }) => tokens.get(name)?.reveal()),
    problems: problems.map(({ text }) => text),
  };
}

test('a single instance needs no name; several have their own names or those of their hosts', () => {
  expect(read({}).instances).toBeUndefined();
  expect(read({ HA_BASE_URL: 'http://homeassistant.local:8123/' }).instances).toEqual([
    ['Home Assistant', 'http://homeassistant.local:8123/'],
  ]);
  expect(read({ HA_BASE_URL: 'berlin=http://[fd00::1]:8123, https://ha.example,' }).instances).toEqual([
    ['Home Assistant berlin', 'http://[fd00::1]:8123/'],
    ['Home Assistant ha.example', 'https://ha.example/'],
  ]);
  expect(read({ HA_BASE_URL: 'http://supervisor/core' }).instances).toEqual([
    ['Home Assistant', 'http://supervisor/core'],
  ]);
});

test('a common token, and one for a single instance', () => {
  expect(
    read({ HA_BASE_URL: 'berlin=http://a,cellar=http://b', HA_TOKEN: 'all', HA_TOKEN_CELLAR: 'own' }).tokens,
  ).toEqual(['all', 'own']);
  expect(read({ HA_BASE_URL: 'http://a', HA_TOKEN: 'all' }).tokens).toEqual(['all']);
});

test.each([
  'homeassistant.local',
  'ftp://a',
  'http://',
  'http://user:pw@a',
  'http://a?b',
  'a=http://x,A=http://y',
  '=http://a',
  'http://a http://b',
])('%s is invalid', (HA_BASE_URL) => {
  expect(read({ HA_BASE_URL }).problems).toEqual([expect.stringContaining('HA_BASE_URL: got ')]);
});
