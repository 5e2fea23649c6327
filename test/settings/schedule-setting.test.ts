import { expect, test } from 'vitest';
import { scheduleSetting } from '../../src/settings/schedule-setting.ts';

const parse = (text: string) => scheduleSetting('*/5 * * * * *').safeParse(text).data;

test.each([
  ['30s', '*/30 * * * * *'],
  ['1s', '*/1 * * * * *'],
  ['60s', '0 */1 * * * *'],
  ['5m', '0 */5 * * * *'],
  ['5 m', '0 */5 * * * *'],
  ['120M', '0 0 */2 * * *'],
  ['12h', '0 0 */12 * * *'],
  ['24h', '0 0 0 * * *'],
  ['1d', '0 0 0 * * *'],
  ['86400s', '0 0 0 * * *'],
  ['0 0 4 * * 1', '0 0 4 * * 1'],
  ['off', 'off'],
  ['OFF', 'off'],
])('%s is %s', (text, cron) => expect(parse(text)).toBe(cron));

test.each([
  '0s',
  '45s',
  '7m',
  '90s',
  '90m',
  '5h',
  '2d',
  '30',
  '30x',
  's',
  '-5s',
  '1.5h',
  '999999999s',
  '* * * * *',
  '0 0 0 31 2 *',
])('%s is no schedule', (text) => expect(parse(text)).toBeUndefined());
