import type { SoapFields } from '../soap/soap-fields.ts';
import type { LoginOnlyData } from './reading.ts';

/** What a poll item may request of a FRITZ!Box. Both requests reject if there is no answer or the login is refused. */
export interface FritzBoxClient {
  /** Calls an action. Undefined if there is no such service, or if the FRITZ!Box cannot perform the action, for now or ever.
   * `service`: the last part of its id. */
  call(service: string, action: string): Promise<SoapFields | undefined>;
  /** The document at a path that an action returned; undefined if there is none. */
  fetch(path: string): Promise<string | undefined>;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A group of values of a FRITZ!Box, and how often they are read. */
export interface PollItem {
  intervalSeconds: number;
  read(client: FritzBoxClient): Promise<LoginOnlyData>;
}
