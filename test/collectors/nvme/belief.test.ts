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
function last(belief: CounterPlausibility, logs: HealthLog[], remembered = known) {
  const all = logs.map((one) => belief.see(one, remembered));
  const seen = all.at(-1);
  if (seen === undefined) throw new Error('nothing was seen');
  return seen;
}
const times = (count: number, told: Partial<HealthLog>) => Array.from({ length: count }, () => log(told));

test('a log in which several counters fall is no reading: temperatures are told, nothing is kept, and the drive is judged as before', () => {
  const bad = { criticalWarning: 0, hostReads: 5n, powerOnHours: 2n, mediaErrors: 0n, availableSpare: 100 };
  const readOnly = log({ criticalWarning: 8 });
  const seen = last(new CounterPlausibility(), [readOnly, log({ criticalWarning: 8 }), log(bad)]);
  expect(seen).toEqual({
    log: { criticalWarning: 8, temperature: 38, sensors: [38] },
    judged: readOnly,
    firm: {},
    anew: {},
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
  const { log: told, judged, firm, anew } = last(new CounterPlausibility(), [blank()]);
  expect([told, judged]).toEqual([
    { criticalWarning: 0, temperature: 38, sensors: [38] },
    { criticalWarning: 0, temperature: 38, sensors: [38] },
  ]);
  expect([firm, anew]).toEqual([{}, {}]);
});

test.each<[keyof HealthLog, Partial<HealthLog>]>([
  ['mediaErrors', { mediaErrors: 0n }],
  ['percentageUsed', { percentageUsed: 0 }],
  ['dataUnitsWritten', { dataUnitsWritten: 71n }],
  ['powerOnHours', { powerOnHours: 0n }],
])('%s falls alone: it is unknown, the rest is told, and what was believed stands in for it', (counter, fallen) => {
  const seen = last(new CounterPlausibility(), [log({}), log({}), log(fallen)]);
  expect(seen.log).toEqual(log({ [counter]: undefined }));
  expect(seen.judged).toEqual(log({}));
  expect(counter in seen.firm).toBe(false);
  expect(seen.anew).toEqual({});
});

test('it is back: told at once', () => {
  const belief = new CounterPlausibility();
  expect(last(belief, [log({}), log({}), blank(), log({})]).log).toEqual(log({}));
});

test('a lower count that stands for a day of readings is another life of the drive, from where it began', () => {
  const belief = new CounterPlausibility();
  const before = last(belief, [log({}), log({}), ...times(standing - 1, { powerOnHours: 0n })]);
  expect([before.log.powerOnHours, before.anew]).toEqual([undefined, {}]);
  const seen = last(belief, [log({ powerOnHours: 24n })]);
  expect([seen.log.powerOnHours, seen.anew]).toEqual([24n, { powerOnHours: 0n }]);
  expect(last(belief, [log({ powerOnHours: 24n })])).toMatchObject({
    log: { powerOnHours: 24n },
    firm: { powerOnHours: 24n },
    anew: {},
  });
});

test('one that comes and goes, or jumps about, does not stand', () => {
  const belief = new CounterPlausibility();
  const seen = last(belief, [
    log({}),
    log({}),
    ...times(standing - 1, { mediaErrors: 0n }),
    log({}),
    ...times(standing - 1, { mediaErrors: 0n }),
  ]);
  expect([seen.log.mediaErrors, seen.anew]).toEqual([undefined, {}]);
  expect(
    last(
      belief,
      Array.from({ length: 2 * standing }, (_, index) => log({ mediaErrors: index % 2 === 0 ? 1n : 0n })),
    ).anew,
  ).toEqual({});
});

test('zeros alone never stand: whoever answers has been switched on', () => {
  expect(
    last(new CounterPlausibility(), [log({}), log({}), ...Array.from({ length: 2 * standing }, blank)]),
  ).toMatchObject({ anew: {}, judged: good });
});

test.each([1, 2, 8])(
  'counts that are huge for %i readings are told, and neither kept nor held against the next',
  (readings) => {
    const belief = new CounterPlausibility();
    const huge = last(belief, [
      log({}),
      log({}),
      ...times(readings, { mediaErrors: 2n ** 32n - 1n, percentageUsed: 255 }),
    ]);
    expect(huge.log.mediaErrors).toBe(2n ** 32n - 1n);
    expect(huge.firm).toMatchObject({ mediaErrors: 3n, percentageUsed: 12n });
    const seen = last(belief, [log({})]);
    expect([seen.log, seen.firm.mediaErrors]).toEqual([good, 3n]);
    // The same as the first that is ever seen of a drive.
    expect(
      last(new CounterPlausibility(), [log({ mediaErrors: 2n ** 32n - 1n }), log({})], {} as typeof known).firm
        .mediaErrors,
    ).toBe(3n);
  },
);

test('wear that wavers by the one percent of its rounding is no fall', () => {
  const belief = new CounterPlausibility();
  for (const percentageUsed of [12, 11, 12, 11])
    expect(last(belief, [log({ percentageUsed })]).log.percentageUsed).toBe(percentageUsed);
});

test('one reading is not enough to keep anything, and the same log twice is one reading', () => {
  const belief = new CounterPlausibility();
  const first = log({});
  expect(last(belief, [first, first, first]).firm).toEqual({});
  expect(last(belief, [log({ mediaErrors: 4n })]).firm.mediaErrors).toBe(3n);
});

test('a counter that is not there, as of another source, is neither a fall nor kept', () => {
  const belief = new CounterPlausibility();
  const seen = last(belief, [log({}), log({}), log({ dataUnitsWritten: undefined, mediaErrors: undefined })]);
  expect([seen.log.dataUnitsWritten, seen.firm.dataUnitsWritten, seen.firm.mediaErrors, seen.anew]).toEqual([
    undefined,
    undefined,
    undefined,
    {},
  ]);
  expect(last(belief, [log({})]).firm).toMatchObject({ mediaErrors: 3n, dataUnitsWritten: 73n });
});
