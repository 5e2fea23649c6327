import { expect, test } from 'vitest';
import { PastMoment } from '../../src/model/past-moment.ts';

const minute = 60_000;
const set = (text: string) => Date.parse(text);

test('a past moment keeps its distance from now when the clock is set, and its date while the clock slews', () => {
  const moment = { wall: set('1970-01-01T00:00:30Z'), monotonic: 5000 };
  const past = new PastMoment(() => moment);
  expect(past.date).toEqual(new Date('1970-01-01T00:00:30Z'));
  Object.assign(moment, { wall: set('2026-11-25T12:01:00Z'), monotonic: 5000 + minute });
  expect(past.date).toEqual(new Date('2026-11-25T12:00:00Z'));
  Object.assign(moment, { wall: set('2026-11-26T12:00:20Z'), monotonic: 5000 + 24 * 60 * minute });
  expect(past.date).toEqual(new Date('2026-11-25T12:00:00Z'));
  Object.assign(moment, { wall: set('2006-11-26T12:00:00Z') });
  expect(past.date).toEqual(new Date('2006-11-25T12:00:00Z'));
});
