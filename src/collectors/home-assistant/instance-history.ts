import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import type { DeviceEvent } from '../../model/event.ts';
import type { VisitResult } from './visit-instance.ts';

const instant = z.iso.datetime();

const historySchema = z.object({
  version: z.optional(z.string()),
  /** About when the run began that was last seen. */
  started: z.optional(instant),
  /** The newest of its entities' states, by its own clock. */
  newest: z.optional(instant),
  restarts: z.number(),
  outages: z.number(),
  /** The outage that lasts. `down`: it was seen to be off, rather than out of reach. */
  outage: z.optional(z.object({ since: instant, cause: z.string(), down: z.boolean() })),
  last_outage: z.optional(z.object({ from: instant, to: instant })),
  /** A mark of the token that was refused. */
  refused_token: z.optional(z.string()),
});

/** What is kept of a Home Assistant beyond the process. */
export type InstanceHistory = z.output<typeof historySchema>;

export const instanceEventTypes = ['outage', 'restart'] as const;

/** What the broker kept, or a new beginning where that is nothing or can't be understood. */
export const parseInstanceHistory = (content: unknown): InstanceHistory =>
  instanceHistoryMemory.parse(content) ?? { restarts: 0, outages: 0 };

type Ended = NonNullable<InstanceHistory['last_outage']>;
type Lasting = NonNullable<InstanceHistory['outage']>;

const later = (a: Ended | undefined, b: Ended | undefined) =>
  a === undefined || (b !== undefined && Date.parse(b.to) > Date.parse(a.to)) ? b : a;
const earlier = (a: Lasting | undefined, b: Lasting | undefined) =>
  a === undefined || (b !== undefined && Date.parse(b.since) < Date.parse(a.since)) ? b : a;

/** Both may have counted the same, so the greater counts stay, and no sum is made. What this process saw is the newer. */
export const instanceHistoryMemory = {
  parse: (content: unknown): InstanceHistory | undefined => historySchema.safeParse(content).data,
  merge(ours: InstanceHistory, theirs: InstanceHistory): InstanceHistory {
    const last = later(ours.last_outage, theirs.last_outage);
    const currentOutage = earlier(ours.outage, theirs.outage);
    // One that began before the end of the last is over: the other broker was not told.
    const outage =
      currentOutage !== undefined && last !== undefined && Date.parse(currentOutage.since) < Date.parse(last.to)
        ? ours.outage
        : currentOutage;
    const { outage: _, last_outage: __, ...rest } = { ...theirs, ...ours };
    return {
      ...rest,
      restarts: Math.max(ours.restarts, theirs.restarts),
      outages: Math.max(ours.outages, theirs.outages),
      ...(outage === undefined ? {} : { outage }),
      ...(last === undefined ? {} : { last_outage: last }),
    };
  },
};

/** States in which the program itself is away, though the way to it is there. */
const downStates = new Set(['refused', 'hung_up', 'proxy_error', 'starting', 'stopping']);

/** Minutes between two looks at the newest state that are worth keeping. */
const saveIntervalMinutes = 60;

/** With a token: when all its states are younger than the newest that was seen before. Without: when it was off for a while, or
 * is of another version. */
function hasRestarted(before: InstanceHistory, { details, version }: VisitResult): boolean {
  if (before.version !== undefined && before.version !== version) return true;
  if (details?.oldest !== undefined && before.newest !== undefined) return details.oldest > new Date(before.newest);
  return before.outage?.down === true;
}

function historyWhileAway(before: InstanceHistory, { state }: VisitResult, now: Date): InstanceHistory {
  const outage = before.outage ?? { since: now.toISOString(), cause: state, down: false };
  return { ...before, outage: { ...outage, down: outage.down || downStates.has(state) } };
}

/** The history after a look, and what has happened since the one before. */
export function advanceHistory(
  before: InstanceHistory,
  visit: VisitResult,
  now: Date,
): { history: InstanceHistory; events: DeviceEvent[] } {
  if (!visit.reachable) return { history: historyWhileAway(before, visit, now), events: [] };
  const { outage, ...rest } = before;
  const events: DeviceEvent[] = [];
  const history: InstanceHistory = { ...rest, version: visit.version };
  if (outage !== undefined) {
    const from = new Date(outage.since);
    history.outages += 1;
    history.last_outage = { from: outage.since, to: now.toISOString() };
    events.push({
      type: 'outage',
      at: now,
      from,
      to: now,
      seconds: Math.round((now.getTime() - from.getTime()) / 1000),
      cause: outage.cause,
    });
  }
  const { oldest, newest } = visit.details ?? {};
  const restarted = hasRestarted(before, visit);
  if (restarted) {
    history.restarts += 1;
    const started = oldest ?? now;
    history.started = started.toISOString();
    events.push({
      type: 'restart',
      at: started,
      version: visit.version ?? null,
      version_before: before.version ?? null,
    });
  } else if (history.started === undefined && oldest !== undefined) history.started = oldest.toISOString();
  if (newest !== undefined) history.newest = newest.toISOString();
  else if (restarted) delete history.newest;
  return { history, events };
}

/** Does it differ in more than what changes with each look? */
export function isWorthSaving(kept: InstanceHistory, history: InstanceHistory): boolean {
  const { newest: before = history.newest, ...keptRest } = kept;
  const { newest, ...rest } = history;
  return (
    !isDeepStrictEqual(keptRest, rest) ||
    (newest !== undefined && Date.parse(newest) - Date.parse(before ?? newest) > saveIntervalMinutes * 60_000)
  );
}
