import { expect, test } from 'vitest';
import { driveFindings } from '../../../../src/collectors/storage/nvme/problems.ts';
import type { DriveReading } from '../../../../src/collectors/storage/nvme/reading.ts';
import { findingsAfter } from '../../../helpers/findings.ts';

const wrongAfter = (...readings: Partial<DriveReading>[]) =>
  findingsAfter(driveFindings, ...readings.map((reading) => ({ limits: { warning: 84 }, ...reading }) as DriveReading));

test('a drive that reports a problem puts data at risk; another reason is another text', () => {
  const text = 'available spare below threshold (7 %, threshold 10 %)';
  const first = { problem: true, reason: () => text };
  expect(wrongAfter(first)).toEqual([`problem data_at_risk: ${text}`]);
  expect(wrongAfter(first, { problem: true, reason: () => 'read-only' })).toEqual(['problem data_at_risk: read-only']);
  expect(wrongAfter(first, {})).toEqual([`problem data_at_risk: ${text}?`]);
  expect(wrongAfter(first, { problem: false, reason: () => 'none' })).toEqual([]);
});

test('too hot until two degrees below its limit', () => {
  const text = 'temperature degraded: too hot: at its limit of 84 °C';
  const hot = { temperatureAlarm: true, temperature: 85 };
  expect(wrongAfter(hot)).toEqual([text]);
  expect(wrongAfter(hot, { temperatureAlarm: false, temperature: 82 })).toEqual([text]);
  expect(wrongAfter(hot, { temperatureAlarm: false, temperature: 81 })).toEqual([]);
  expect(wrongAfter(hot, {})).toEqual([`${text}?`]);
  expect(wrongAfter({ temperatureAlarm: false, temperature: 83 })).toEqual([]);
});
