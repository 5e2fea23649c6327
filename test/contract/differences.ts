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

/** A list of what has ids, by these: devices come in the order in which they were heard of. */
function byId(value: Json | undefined): Json | undefined {
  if (!Array.isArray(value)) return value;
  const entries = value.flatMap((one): [string, Json][] =>
    isObject(one) && typeof one.id === 'string' ? [[one.id, one]] : [],
  );
  return entries.length > 0 && new Set(entries.map(([id]) => id)).size === value.length
    ? Object.fromEntries(entries)
    : value;
}

/** The smallest members in which two captures differ; any other list is one member. */
export function differences(path: string, before: Json | undefined, after: Json | undefined): Difference[] {
  const [was, now] = [byId(before), byId(after)];
  if (!isObject(was) || !isObject(now)) return isDeepStrictEqual(was, now) ? [] : [{ path, was, now }];
  return [...new Set([...Object.keys(was), ...Object.keys(now)])].flatMap((key) =>
    differences(`${path} ${key}`, was[key], now[key]),
  );
}
