import { expect, test } from 'vitest';
import { CounterPlausibility } from '../../../src/collectors/nvme/counter-plausibility.ts';
import type { HealthLog } from '../../../src/collectors/nvme/reading.ts';

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
/** As many readings as a lower count has to stand for. */
const standing = 1440;

/** What is seen last. */
function last(plausibility: CounterPlausibility, logs: HealthLog[], remembered = known) {
  const all = logs.map((one) => plausibility.check(one, remembered));
  const checked = all.at(-1);
  if (checked === undefined) throw new Error('nothing was seen');
  return checked;
}
const times = (count: number, told: Partial<HealthLog>) => Array.from({ length: count }, () => log(told));

test('a log in which several counters fall is no reading: temperatures are told, nothing is kept, and the drive is judged as before', () => {
  const bad = { criticalWarning: 0, hostReads: 5n, powerOnHours: 2n, mediaErrors: 0n, availableSpare: 100 };
  const readOnly = log({ criticalWarning: 8 });
  const checked = last(new CounterPlausibility(), [readOnly, log({ criticalWarning: 8 }), log(bad)]);
  expect(checked).toEqual({
    log: { criticalWarning: 8, temperature: 38, sensors: [38] },
    judged: readOnly,
    confirmed: {},
    restartedAt: {},
  });
});

test('a warning that such a log adds is told', () => {
  const { log: told, judged } = last(new CounterPlausibility(), [
    log({}),
    log({}),
    log({ criticalWarning: 8, hostReads: 5n, powerOnHours: 2n }),
  ]);
  expect([told.criticalWarning, judged]).toEqual([8, log({ criticalWarning: 8 })]);
});

test('the same as the first after a restart, by what is remembered', () => {
  const { log: told, judged, confirmed, restartedAt } = last(new CounterPlausibility(), [blank()]);
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
])('%s falls alone: it is unknown, the rest is told, and what was believed stands in for it', (counter, fallen) => {
  const checked = last(new CounterPlausibility(), [log({}), log({}), log(fallen)]);
  expect(checked.log).toEqual(log({ [counter]: undefined }));
  expect(checked.judged).toEqual(log({}));
  expect(counter in checked.confirmed).toBe(false);
  expect(checked.restartedAt).toEqual({});
});

test('it is back: told at once', () => {
  const plausibility = new CounterPlausibility();
  expect(last(plausibility, [log({}), log({}), blank(), log({})]).log).toEqual(log({}));
});

test('a lower count that stands for a day of readings is another life of the drive, from where it began', () => {
  const plausibility = new CounterPlausibility();
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

test('one that comes and goes, or jumps about, does not stand', () => {
  const plausibility = new CounterPlausibility();
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

test('zeros alone never stand: whoever answers has been switched on', () => {
  expect(
    last(new CounterPlausibility(), [log({}), log({}), ...Array.from({ length: 2 * standing }, blank)]),
  ).toMatchObject({ restartedAt: {}, judged: good });
});

test.each([1, 2, 8])(
  'counts that are huge for %i readings are told, and neither kept nor held against the next',
  (readings) => {
    const plausibility = new CounterPlausibility();
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
      last(new CounterPlausibility(), [log({ mediaErrors: 2n ** 32n - 1n }), log({})], {} as typeof known).confirmed
        .mediaErrors,
    ).toBe(3n);
  },
);

test('wear that wavers by the one percent of its rounding is no fall', () => {
  const plausibility = new CounterPlausibility();
  for (const percentageUsed of [12, 11, 12, 11])
    expect(last(plausibility, [log({ percentageUsed })]).log.percentageUsed).toBe(percentageUsed);
});

test('one reading is not enough to keep anything, and the same log twice is one reading', () => {
  const plausibility = new CounterPlausibility();
  const first = log({});
  expect(last(plausibility, [first, first, first]).confirmed).toEqual({});
  expect(last(plausibility, [log({ mediaErrors: 4n })]).confirmed.mediaErrors).toBe(3n);
});

test('a counter that is not there, as of another source, is neither a fall nor kept', () => {
  const plausibility = new CounterPlausibility();
  const checked = last(plausibility, [log({}), log({}), log({ dataUnitsWritten: undefined, mediaErrors: undefined })]);
  expect([
    checked.log.dataUnitsWritten,
    checked.confirmed.dataUnitsWritten,
    checked.confirmed.mediaErrors,
    checked.restartedAt,
  ]).toEqual([undefined, undefined, undefined, {}]);
  expect(last(plausibility, [log({})]).confirmed).toMatchObject({ mediaErrors: 3n, dataUnitsWritten: 73n });
});
