import { expect, test } from 'vitest';
import {
  CounterPlausibilityChecker,
  type CounterResetEvidenceByName,
  monotonicCounterNames,
} from '../../../../src/collectors/storage/nvme/counter-plausibility-checker.ts';
import type { HealthLog } from '../../../../src/collectors/storage/nvme/reading.ts';

const good: HealthLog = {
  criticalWarning: 0,
  temperature: 38,
  sensors: [38],
  availableSpare: 87,
  percentageUsed: 12,
  dataUnitsRead: 51n,
  dataUnitsWritten: 73n,
  hostReads: 900n,
  powerCycles: 77n,
  powerOnHours: 15_321n,
  mediaErrors: 3n,
};
const log = (told: Partial<HealthLog>): HealthLog => ({ ...good, ...told });
const blank = () =>
  log({
    availableSpare: 100,
    percentageUsed: 0,
    dataUnitsRead: undefined,
    dataUnitsWritten: undefined,
    hostReads: 0n,
    powerCycles: 0n,
    powerOnHours: 0n,
    mediaErrors: 0n,
  });
const known = { mediaErrors: 3n, percentageUsed: 12n, dataUnitsWritten: 72n };
/** Readings, one each minute, that confirm a lower count: a day from the first to the last. */
const standing = 1441;
let minutes = 0;

/** The result for the last log. */
function last(plausibility: CounterPlausibilityChecker, logs: HealthLog[], remembered = known) {
  const all = logs.map((one) => {
    minutes += 1;
    return plausibility.check(one, remembered, {}, minutes * 60_000);
  });
  const checked = all.at(-1);
  if (checked === undefined) throw new Error('no log was checked');
  return checked;
}
const times = (count: number, told: Partial<HealthLog>) => Array.from({ length: count }, () => log(told));

test('if several counters fall, only temperatures are published, nothing is stored, and the drive is judged as before', () => {
  const bad = { criticalWarning: 0, hostReads: 5n, powerOnHours: 2n, mediaErrors: 0n, availableSpare: 100 };
  const readOnly = log({ criticalWarning: 8 });
  const checked = last(new CounterPlausibilityChecker(), [readOnly, log({ criticalWarning: 8 }), log(bad)]);
  expect(checked).toEqual({
    log: { criticalWarning: 8, temperature: 38, sensors: [38] },
    judged: readOnly,
    confirmed: {},
    restartedAt: {},
    lowerCounts: expect.any(Object),
  });
});

test('an additional warning in such a log is published', () => {
  const { log: told, judged } = last(new CounterPlausibilityChecker(), [
    log({}),
    log({}),
    log({ criticalWarning: 8, hostReads: 5n, powerOnHours: 2n }),
  ]);
  expect([told.criticalWarning, judged]).toEqual([8, log({ criticalWarning: 8 })]);
});

test('the same applies to the first log after a restart, compared with the stored counts', () => {
  const { log: told, judged, confirmed, restartedAt } = last(new CounterPlausibilityChecker(), [blank()]);
  expect([told, judged]).toEqual([
    { criticalWarning: 0, temperature: 38, sensors: [38] },
    { criticalWarning: 0, temperature: 38, sensors: [38] },
  ]);
  expect([confirmed, restartedAt]).toEqual([{}, {}]);
});

test.each<[keyof HealthLog, Partial<HealthLog>]>([
  ['mediaErrors', { mediaErrors: 0n }],
  ['percentageUsed', { percentageUsed: 0 }],
  ['dataUnitsWritten', { dataUnitsWritten: 71n }],
  ['powerOnHours', { powerOnHours: 0n }],
])(
  'if only %s falls, it is unknown, the rest is published, and its earlier count is used for the verdict',
  (counter, fallen) => {
    const checked = last(new CounterPlausibilityChecker(), [log({}), log({}), log(fallen)]);
    expect(checked.log).toEqual(log({ [counter]: undefined }));
    expect(checked.judged).toEqual(log({}));
    expect(counter in checked.confirmed).toBe(false);
    expect(checked.restartedAt).toEqual({});
  },
);

test('a counter that recovers is published at once', () => {
  const plausibility = new CounterPlausibilityChecker();
  expect(last(plausibility, [log({}), log({}), blank(), log({})]).log).toEqual(log({}));
});

test('a lower count that lasts for a day of readings is a restart of the counter', () => {
  const plausibility = new CounterPlausibilityChecker();
  const before = last(plausibility, [log({}), log({}), ...times(standing - 1, { powerOnHours: 0n })]);
  expect([before.log.powerOnHours, before.restartedAt]).toEqual([undefined, {}]);
  const checked = last(plausibility, [log({ powerOnHours: 24n })]);
  expect([checked.log.powerOnHours, checked.restartedAt]).toEqual([24n, { powerOnHours: 0n }]);
  expect(last(plausibility, [log({ powerOnHours: 24n })])).toMatchObject({
    log: { powerOnHours: 24n },
    confirmed: { powerOnHours: 24n },
    restartedAt: {},
  });
});

test('a lower count that comes and goes, or keeps changing, is no restart', () => {
  const plausibility = new CounterPlausibilityChecker();
  const checked = last(plausibility, [
    log({}),
    log({}),
    ...times(standing - 1, { mediaErrors: 0n }),
    log({}),
    ...times(standing - 1, { mediaErrors: 0n }),
  ]);
  expect([checked.log.mediaErrors, checked.restartedAt]).toEqual([undefined, {}]);
  expect(
    last(
      plausibility,
      Array.from({ length: 2 * standing }, (_, index) => log({ mediaErrors: index % 2 === 0 ? 1n : 0n })),
    ).restartedAt,
  ).toEqual({});
});

test('zeros alone are never a restart, because a drive that answers has been switched on', () => {
  expect(
    last(new CounterPlausibilityChecker(), [log({}), log({}), ...Array.from({ length: 2 * standing }, blank)]),
  ).toMatchObject({ restartedAt: {}, judged: good });
});

test.each([1, 2, 8])(
  'huge counts in %i readings are published, but neither stored nor used against the next reading',
  (readings) => {
    const plausibility = new CounterPlausibilityChecker();
    const huge = last(plausibility, [
      log({}),
      log({}),
      ...times(readings, { mediaErrors: 2n ** 32n - 1n, percentageUsed: 255 }),
    ]);
    expect(huge.log.mediaErrors).toBe(2n ** 32n - 1n);
    expect(huge.confirmed).toMatchObject({ mediaErrors: 3n, percentageUsed: 12n });
    const checked = last(plausibility, [log({})]);
    expect([checked.log, checked.confirmed.mediaErrors]).toEqual([good, 3n]);
    // The same as the first that is ever checked of a drive.
    expect(
      last(new CounterPlausibilityChecker(), [log({ mediaErrors: 2n ** 32n - 1n }), log({})], {} as typeof known)
        .confirmed.mediaErrors,
    ).toBe(3n);
  },
);

test('wear that varies by one percent of rounding has not fallen', () => {
  const plausibility = new CounterPlausibilityChecker();
  for (const percentageUsed of [12, 11, 12, 11])
    expect(last(plausibility, [log({ percentageUsed })]).log.percentageUsed).toBe(percentageUsed);
});

test('one reading is not enough to store counts, and the same log twice is one reading', () => {
  const plausibility = new CounterPlausibilityChecker();
  const first = log({});
  expect(last(plausibility, [first, first, first]).confirmed).toEqual({});
  expect(last(plausibility, [log({ mediaErrors: 4n })]).confirmed.mediaErrors).toBe(3n);
});

test.each([
  'percentageUsed',
  'dataUnitsRead',
  'dataUnitsWritten',
  'hostReads',
  'hostWrites',
  'busyTime',
  'powerCycles',
  'powerOnHours',
  'unsafeShutdowns',
  'mediaErrors',
  'errorLogEntries',
  'warningTime',
  'criticalTime',
] as const)('%s never falls in the life of a drive', (counter) => {
  const whole = log(Object.fromEntries(monotonicCounterNames.map((name) => [name, 50n])));
  const plausibility = new CounterPlausibilityChecker();
  const fallen = last(plausibility, [whole, whole, { ...whole }, { ...whole, [counter]: 20n }], {
    mediaErrors: 0n,
    percentageUsed: 0n,
    dataUnitsWritten: 0n,
  });
  expect(fallen.log[counter]).toBeUndefined();
});

test('how long a lower count has lasted is stored in steps of ten minutes', () => {
  const plausibility = new CounterPlausibilityChecker();
  const check = (minute: number) =>
    plausibility.check(log({ dataUnitsWritten: 5n }), known, {}, minute * 60_000).lowerCounts;
  const first = check(0);
  expect(first.dataUnitsWritten?.seconds).toBe(0);
  for (let minute = 1; minute < 10; minute += 1) expect(check(minute)).toBe(first);
  expect(check(10).dataUnitsWritten?.seconds).toBe(600);
});

test('a counter that is missing, as with another source, has not fallen and is not stored', () => {
  const plausibility = new CounterPlausibilityChecker();
  const checked = last(plausibility, [log({}), log({}), log({ dataUnitsWritten: undefined, mediaErrors: undefined })]);
  expect([
    checked.log.dataUnitsWritten,
    checked.confirmed.dataUnitsWritten,
    checked.confirmed.mediaErrors,
    checked.restartedAt,
  ]).toEqual([undefined, undefined, undefined, {}]);
  expect(last(plausibility, [log({})]).confirmed).toMatchObject({ mediaErrors: 3n, dataUnitsWritten: 73n });
});

/** A machine that runs for `hours` at a time, with a reading each `interval` minutes. Returns the counts known in each
 * run, the first of each day for which `count` gives the drive's data units written. */
function runs(days: number, hours: number, interval: number, count: (day: number, minute: number) => bigint) {
  let lowerCounts: CounterResetEvidenceByName = {};
  let stored: { dataUnitsWritten?: bigint } = { dataUnitsWritten: 9_000_000n };
  return Array.from({ length: days }, (_, day) => {
    const plausibility = new CounterPlausibilityChecker();
    const known: bigint[] = [];
    for (let minute = 0; minute < hours * 60; minute += interval) {
      const checked = plausibility.check(
        log({ dataUnitsWritten: count(day, minute) }),
        stored,
        lowerCounts,
        (day * 24 * 60 + minute) * 60_000,
      );
      lowerCounts = checked.lowerCounts;
      if (checked.log.dataUnitsWritten !== undefined) known.push(checked.log.dataUnitsWritten);
      if (checked.restartedAt.dataUnitsWritten !== undefined) stored = checked.restartedAt;
      stored = { ...stored, ...(known.length < 2 ? {} : checked.confirmed) };
    }
    return known.length;
  });
}

test('a reset counter is accepted after a day, also on a machine that is switched off each night, or read each hour', () => {
  const count = (day: number, minute: number) => BigInt(50_000 + day * 1440 + minute);
  const nightly = runs(3, 16, 1, count);
  expect(nightly[0]).toBe(0);
  expect(nightly[1]).toBeGreaterThan(7 * 60);
  expect(nightly[2]).toBe(16 * 60);
  const hourly = runs(5, 24, 60, count);
  expect(hourly.map((known) => known > 0)).toEqual([false, false, true, true, true]);
});

test('a counter that begins anew with its machine is known soon after each start, once that was confirmed', () => {
  const known = runs(6, 16, 1, (_, minute) => BigInt(minute));
  expect(known[0]).toBe(0);
  expect(known.slice(2).every((readings) => readings === 16 * 60 - 9)).toBe(true);
});

test('a counter that falls again while the agent runs has to be confirmed from its beginning', () => {
  const plausibility = new CounterPlausibilityChecker();
  const check = (minute: number, dataUnitsWritten: bigint) =>
    plausibility.check(log({ dataUnitsWritten }), known, {}, minute * 60_000).lowerCounts.dataUnitsWritten;
  for (let minute = 0; minute < 20; minute += 1) expect(check(minute, 5n)?.from).toBe(5n);
  expect(check(20, 2n)).toEqual({ from: 2n, count: 2n, readings: 1, seconds: 0 });
});

test('the time in which the machine slept does not confirm a lower count', () => {
  const plausibility = new CounterPlausibilityChecker();
  const check = (minute: number, told: Partial<HealthLog> = { powerOnHours: 1n }) =>
    plausibility.check(log(told), known, {}, minute * 60_000);
  for (let minute = 0; minute < 10; minute += 1) check(minute, {});
  for (let minute = 10; minute < 100; minute += 1) check(minute);
  for (let minute = 0; minute < 100; minute += 1) expect(check(10 * 24 * 60 + minute).log.powerOnHours).toBeUndefined();
});

test('media errors that are added to a lower count are new errors, once two readings agree', () => {
  const plausibility = new CounterPlausibilityChecker();
  const bad = (mediaErrors: bigint, others: Partial<HealthLog> = {}) => log({ mediaErrors, ...others });
  expect(last(plausibility, [log({}), log({}), bad(0n), bad(0n), bad(1n)]).judged.mediaErrors).toBe(3n);
  expect(last(plausibility, [bad(1n)]).judged.mediaErrors).toBe(4n);
  expect(last(plausibility, [bad(1n, { hostReads: 1n })]).judged.mediaErrors).toBe(4n);
  expect(last(new CounterPlausibilityChecker(), [bad(0n), bad(2n), bad(2n)]).judged.mediaErrors).toBe(5n);
});
