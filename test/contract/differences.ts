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

/** The smallest members in which two captures differ; a list is one member. */
export function differences(path: string, was: Json | undefined, now: Json | undefined): Difference[] {
  if (!isObject(was) || !isObject(now)) return isDeepStrictEqual(was, now) ? [] : [{ path, was, now }];
  return [...new Set([...Object.keys(was), ...Object.keys(now)])].flatMap((key) =>
    differences(`${path} ${key}`, was[key], now[key]),
  );
}
