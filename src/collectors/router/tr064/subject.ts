import type { Values } from '../soap/values.ts';
import type { Told } from './reading.ts';

/** What a subject may ask of a box. Both reject where there was no answer, or the login was refused. */
export interface Box {
  /** Undefined: no such service, or the box can't do it, or not now. The service is named by the last part of its id. */
  ask(service: string, action: string): Promise<Values | undefined>;
  /** What stands at a path that an action told; undefined where nothing does. */
  fetch(path: string): Promise<string | undefined>;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Something to ask a box about, and how rarely. */
export interface Subject {
  /** Seconds */
  every: number;
  read(box: Box): Promise<Told>;
}
