import * as z from 'zod/mini';
import type { DeviceMemory } from '../../model/device-memory.ts';
import { PastMoment } from '../../model/past-moment.ts';
import { builtAt } from '../../version.ts';
import type { SiteCause } from './reading.ts';

const remembered = z.object({ cause: z.string(), since: z.iso.datetime() });
type Remembered = z.output<typeof remembered>;

/** This process saw what is the case now; another may have seen it begin. */
export const causeMemory = {
  parse: (content: unknown): Remembered | undefined => remembered.safeParse(content).data,
  merge: (ours: Remembered, theirs: Remembered): Remembered =>
    ours.cause === theirs.cause && Date.parse(theirs.since) < Date.parse(ours.since) ? theirs : ours,
};

interface TrackedCause {
  cause: SiteCause;
  began: PastMoment;
  /** It was so when this process first looked. */
  found: boolean;
}

/** Since when each site is as it is, beyond the process that looks. */
export class CauseTracker {
  readonly #memory: DeviceMemory;
  readonly #tracked = new Map<string, TrackedCause>();

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
  }

  sinceWhen(site: string, cause: SiteCause, now: Date): Date {
    const before = this.#tracked.get(site);
    const tracked = before?.cause === cause ? before : { cause, began: new PastMoment(), found: before === undefined };
    this.#tracked.set(site, tracked);
    const kept = causeMemory.parse(this.#memory.recall(site));
    // What was found here may have been so for longer.
    const since = new Date(
      Math.min(
        tracked.began.date.getTime(),
        tracked.found && kept?.cause === cause ? Date.parse(kept.since) : Number.POSITIVE_INFINITY,
      ),
    );
    // A clock that has not been set yet dates nothing.
    if (now >= builtAt) this.#memory.keep(site, { cause, since: since.toISOString() });
    return since;
  }
}
