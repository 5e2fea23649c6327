import { expect, test } from 'vitest';
import { parseEnvFile } from '../../src/settings/env-file.ts';

test.each([
  ['A=1', '1'],
  ['A = 1 ', '1'],
  ['export A=1', '1'],
  ['  A=1', '1'],
  ['A: 1', '1'],
  ['A=', ''],
  ['A=1 # comment', '1'],
  ['A=pass#word', 'pass#word'],
  ["A=pass#'word # comment", "pass#'word"],
  ['A="1"2#3', '"1"2#3'],
  ['A="a#\nB=c#d"', 'a#\nB=c#d'],
  ['A=# nothing', ''],
  ['A="1 # no comment" # comment', '1 # no comment'],
  ["A=' 1 '", ' 1 '],
  ['A=`it\'s "1"`', 'it\'s "1"'],
  ['A="a\\nb"', 'a\nb'],
  ["A='a\\nb'", 'a\\nb'],
  ['A="a\nb"', 'a\nb'],
  ['A="1"2', '"1"2'],
  ['A="1', '"1'],
  ["A=it's", "it's"],
  ['A=a=b', 'a=b'],
  ['A=https://a/b?c#d', 'https://a/b?c#d'],
  ['\uFEFFA=1', '1'],
  ['A=1\r\nB=2\r\n', '1'],
  ['A=0\nA=1', '1'],
])('%j', (content, value) => {
  const { variables, problems } = parseEnvFile(content);
  expect(variables.A).toBe(value);
  expect(problems).toEqual([]);
});

test('UTF-16 is told once', () =>
  expect(parseEnvFile(Buffer.from('\uFEFFA=1\nB=2\n', 'utf16le').toString())).toEqual({
    variables: {},
    problems: ['line 1: the file is UTF-16, or not text: save it as UTF-8'],
  }));

test('comments and empty lines are no settings', () =>
  expect(parseEnvFile('# A=1\n\n  # B\n   \n#\n')).toEqual({ variables: {}, problems: [] }));

test.each([
  ['MQTT_URL mqtt://x', 'line 1: expected MQTT_URL=value'],
  ['A=1\nexport MQTT_PASSWORD sesame', 'line 2: expected MQTT_PASSWORD=value'],
  ['# one\n\nsesame', 'line 3: expected NAME=value, or # before a comment'],
  ['A="1\n2"\nsesame open', 'line 3: expected NAME=value, or # before a comment'],
  ['=1', 'line 1: expected NAME=value, or # before a comment'],
  ['- A=1', 'line 1: expected NAME=value, or # before a comment'],
  ['[section]', 'line 1: expected NAME=value, or # before a comment'],
  ['mqtt://me:sesame@broker', 'line 1: expected NAME=value, or # before a comment'],
])('%j has a line that is no setting, which is named without its value', (content, problem) =>
  expect(parseEnvFile(content).problems).toEqual([problem]),
);
