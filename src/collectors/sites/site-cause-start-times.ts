import * as z from 'zod/mini';
import type { DeviceMemories } from '../../model/device-memories.ts';
import { PastMoment } from '../../model/past-moment.ts';
import { buildDate } from '../../version.ts';
import type { SiteStateCause } from './reading.ts';

const storedCauseSchema = z.object({ cause: z.string(), since: z.iso.datetime() });
type StoredCause = z.output<typeof storedCauseSchema>;

/** This process saw the current cause; another may have seen its beginning. */
export const siteCauseMemoryFormat = {
  parse: (content: unknown): StoredCause | undefined => storedCauseSchema.safeParse(content).data,
  merge: (ours: StoredCause, theirs: StoredCause): StoredCause =>
    ours.cause === theirs.cause && Date.parse(theirs.since) < Date.parse(ours.since) ? theirs : ours,
};

interface TrackedCause {
  cause: SiteStateCause;
  began: PastMoment;
  /** Whether it was the cause at the first reading of this process. */
  isFirst: boolean;
}

/** Tracks since when each site has had its cause, across restarts. */
export class SiteCauseStartTimes {
  readonly #memory: DeviceMemories;
  readonly #tracked = new Map<string, TrackedCause>();

  constructor(memory: DeviceMemories) {
    this.#memory = memory;
  }

  sinceWhen(site: string, cause: SiteStateCause, now: Date): Date {
    const before = this.#tracked.get(site);
    const tracked =
      before?.cause === cause ? before : { cause, began: new PastMoment(), isFirst: before === undefined };
    this.#tracked.set(site, tracked);
    const stored = siteCauseMemoryFormat.parse(this.#memory.recall(site));
    // The cause at the first reading may have begun earlier.
    const since = new Date(
      Math.min(
        tracked.began.date.getTime(),
        tracked.isFirst && stored?.cause === cause ? Date.parse(stored.since) : Number.POSITIVE_INFINITY,
      ),
    );
    // Times of a clock that has not been set yet are useless.
    if (now >= buildDate) this.#memory.keep(site, { cause, since: since.toISOString() });
    return since;
  }
}
