import * as z from 'zod/mini';
import type { Memory } from '../../model/memory.ts';
import type { Cause } from './reading.ts';

const remembered = z.object({
  cause: z.string(),
  since: z.pipe(
    z.string(),
    z.transform((text) => new Date(text)),
  ),
});

interface Stand {
  cause: Cause;
  since: Date;
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
    const stand = before?.cause === cause ? before : { cause, since: now, found: before === undefined };
    this.#stands.set(site, stand);
    const kept = remembered.safeParse(this.#memory.recall(site)).data;
    // What was found here may have been so for longer.
    if (stand.found && kept?.cause === cause && kept.since < stand.since) stand.since = kept.since;
    this.#memory.keep(site, { cause, since: stand.since.toISOString() });
    return stand.since;
  }
}
