import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  fromBaseUnit,
  possibleRangeOfUnit,
  prometheusBaseUnitName,
  toBaseUnit,
  type Unit,
} from '../../src/model/unit.ts';

test.each<[number, Unit, number, string]>([
  [57, '%', 0.57, 'ratio'],
  [2.35, '%', 0.0235, 'ratio'],
  [1.5, 'GiB', 1.5 * 1024 ** 3, 'bytes'],
  [1.1, 'TB', 1.1e12, 'bytes'],
  [2500, 'Mbit/s', 312_500_000, 'bytes_per_second'],
  [12, 'bit/s', 1.5, 'bytes_per_second'],
  [12.3, 'ms', 0.0123, 'seconds'],
  [9876, 'h', 35_553_600, 'seconds'],
  [2400, 'MHz', 2.4e9, 'hertz'],
  [3, '1/min', 0.05, 'per_second'],
  [-40.5, '°C', -40.5, 'celsius'],
])('%d %s are %d %s', (shown, unit, base, name) => {
  expect([toBaseUnit(shown, unit), fromBaseUnit(base, unit), prometheusBaseUnitName(unit)]).toEqual([
    base,
    shown,
    name,
  ]);
});

test('a number without a unit is a count', () => {
  expect([toBaseUnit(3, undefined), fromBaseUnit(3, undefined)]).toEqual([3, 3]);
  expect(possibleRangeOfUnit(undefined)).toEqual({ least: 0, most: Number.POSITIVE_INFINITY });
});

test('what is unknown stays unknown', () => expect(toBaseUnit(undefined, '%')).toBeUndefined());

test('decimals survive the way to the base unit and back', () => {
  const units: Unit[] = ['%', 'ms', 'd', 'MiB', 'TB', 'kbit/s', 'bit/s', 'GHz', 'K'];
  fc.assert(
    fc.property(fc.constantFrom(...units), fc.integer({ min: -1e9, max: 1e9 }), (unit, thousandths) => {
      expect(fromBaseUnit(toBaseUnit(thousandths / 1000, unit), unit)).toBe(thousandths / 1000);
    }),
  );
});
