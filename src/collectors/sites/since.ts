import * as z from 'zod/mini';
import type { Memory } from '../../model/memory.ts';
import { Past } from '../../model/past.ts';
import { builtAt } from '../../version.ts';
import type { Cause } from './reading.ts';

const remembered = z.object({ cause: z.string(), since: z.iso.datetime() });
type Remembered = z.output<typeof remembered>;

/** This process saw what is the case now; another may have seen it begin. */
export const memory = {
  parse: (content: unknown): Remembered | undefined => remembered.safeParse(content).data,
  merge: (ours: Remembered, theirs: Remembered): Remembered => (ours.cause === theirs.cause && Date.parse(theirs.since) < Date.parse(ours.since) ? theirs : ours),
};

interface Stand {
  cause: Cause;
  began: Past;
  /** It was so when this process first looked. */
  found: boolean;
}

/** Since when each site is as it is, beyond the process that looks. */
export class Since {
  readonly #memory: Memory;
  readonly #stands = new Map<string, Stand>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  of(site: string, cause: Cause, now: Date): Date {
    const before = this.#stands.get(site);
    const stand = before?.cause === cause ? before : { cause, began: new Past(), found: before === undefined };
    this.#stands.set(site, stand);
    const kept = memory.parse(this.#memory.recall(site));
    // What was found here may have been so for longer.
    const since = new Date(Math.min(stand.began.date.getTime(), stand.found && kept?.cause === cause ? Date.parse(kept.since) : Number.POSITIVE_INFINITY));
    // A clock that has not been set yet dates nothing.
    if (now >= builtAt) this.#memory.keep(site, { cause, since: since.toISOString() });
    return since;
  }
}
