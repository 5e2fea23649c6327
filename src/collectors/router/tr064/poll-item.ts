import type { XmlFields } from '../soap/xml-fields.ts';
import type { LoginOnlyData } from './reading.ts';

/** What a subject may ask of a box. Both reject where there was no answer, or the login was refused. */
export interface FritzBoxClient {
  /** Undefined: no such service, or the box can't do it, or not now. The service is named by the last part of its id. */
  ask(service: string, action: string): Promise<XmlFields | undefined>;
  /** What stands at a path that an action told; undefined where nothing does. */
  fetch(path: string): Promise<string | undefined>;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Something to ask a box about, and how rarely. */
export interface PollItem {
  /** Seconds */
  intervalSeconds: number;
  read(box: FritzBoxClient): Promise<LoginOnlyData>;
}
