import { isDeepStrictEqual } from 'node:util';
import type { Json } from './capture.ts';

export interface Difference {
  /** `everything-on topics infra-monitor/testling/host/testling cpu_used` */
  path: string;
  was: Json | undefined;
  now: Json | undefined;
}

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of an object, or of a list of objects: by their ids, for devices come in the order in which they were
 * heard of, else by their places if there are `length`. */
function membersOf(value: Json | undefined, length: number | undefined): Json | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isObject)) return value;
  const ids = new Set(value.map(({ id }) => id));
  const haveIds = value.every(({ id }) => typeof id === 'string') && ids.size === value.length;
  if (!haveIds && value.length !== length) return value;
  return Object.fromEntries(value.map((one, place) => [haveIds ? String(one.id) : String(place), one]));
}

const lengthOf = (value: Json | undefined) => (Array.isArray(value) ? value.length : undefined);

/** The smallest members in which two captures differ; a list of plain values, or of another length, is one member. */
export function differences(path: string, before: Json | undefined, after: Json | undefined): Difference[] {
  const [was, now] = [membersOf(before, lengthOf(after)), membersOf(after, lengthOf(before))];
  if (!isObject(was) || !isObject(now)) return isDeepStrictEqual(was, now) ? [] : [{ path, was, now }];
  return [...new Set([...Object.keys(was), ...Object.keys(now)])].flatMap((key) =>
    differences(`${path} ${key}`, was[key], now[key]),
  );
}
