import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import type { DeviceEvent } from '../../model/event.ts';
import { optionalField } from '../../model/tolerant-schemas.ts';
import type { VisitResult } from './visit-instance.ts';

const timestampSchema = z.iso.datetime();

/** The greater count wins each merge, so one that cannot be right must not be read. The rest of the history is. */
const countSchema = z.catch(z.int().check(z.minimum(0), z.maximum(1_000_000)), 0);

const historySchema = z.object({
  version: optionalField(z.string()),
  /** About when Home Assistant was last started. */
  started: optionalField(timestampSchema),
  /** When the newest state of its entities was set, by Home Assistant's clock. */
  newest: optionalField(timestampSchema),
  restarts: countSchema,
  outages: countSchema,
  /** The current outage. `down`: Home Assistant itself was seen to be down, rather than unreachable. */
  outage: optionalField(z.object({ since: timestampSchema, cause: z.string(), down: z.boolean() })),
  last_outage: optionalField(z.object({ from: timestampSchema, to: timestampSchema })),
  /** Fingerprint of the token that was refused. */
  refused_token: optionalField(z.string()),
});

/** What is remembered of a Home Assistant instance across restarts of the agent. */
export type InstanceHistory = z.output<typeof historySchema>;

export const instanceEventTypes = ['outage', 'restart'] as const;

/** The stored history, or an empty one if there is none or it is invalid. */
export const parseInstanceHistoryOrEmpty = (content: unknown): InstanceHistory =>
  instanceHistoryMemoryFormat.parse(content) ?? { restarts: 0, outages: 0 };

type PastOutage = NonNullable<InstanceHistory['last_outage']>;
type CurrentOutage = NonNullable<InstanceHistory['outage']>;

const later = (a: PastOutage | undefined, b: PastOutage | undefined) =>
  a === undefined || (b !== undefined && Date.parse(b.to) > Date.parse(a.to)) ? b : a;
const earlier = (a: CurrentOutage | undefined, b: CurrentOutage | undefined) =>
  a === undefined || (b !== undefined && Date.parse(b.since) < Date.parse(a.since)) ? b : a;

/** Both sides may have counted the same events, so the greater count is used, not the sum. What this process saw is
 * newer. */
export const instanceHistoryMemoryFormat = {
  parse: (content: unknown): InstanceHistory | undefined => historySchema.safeParse(content).data,
  merge(ours: InstanceHistory, theirs: InstanceHistory): InstanceHistory {
    const last = later(ours.last_outage, theirs.last_outage);
    const currentOutage = earlier(ours.outage, theirs.outage);
    // An outage that began before the last one ended is over: the other broker did not receive its end.
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

/** States in which Home Assistant itself is down although the network is not. */
const downStates = new Set(['refused', 'hung_up', 'proxy_error', 'starting', 'stopping']);

/** Minutes between two values of `newest` that are worth saving. */
const saveIntervalMinutes = 60;

/** With a token, a restart shows when all states are newer than the newest one before. Without, it shows when Home
 * Assistant was down. A new version shows it in any case. */
function hasRestarted(before: InstanceHistory, { details, version }: VisitResult): boolean {
  if (before.version !== undefined && before.version !== version) return true;
  if (details?.oldest !== undefined && before.newest !== undefined) return details.oldest > new Date(before.newest);
  return before.outage?.down === true;
}

function historyDuringOutage(before: InstanceHistory, { state }: VisitResult, now: Date): InstanceHistory {
  const outage = before.outage ?? { since: now.toISOString(), cause: state, down: false };
  return { ...before, outage: { ...outage, down: outage.down || downStates.has(state) } };
}

/** A clock that was wrong may have dated an outage after now. */
function withoutFutureOutages(history: InstanceHistory, now: Date): InstanceHistory {
  const { outage, last_outage: last, ...rest } = history;
  const isPast = (at: string) => Date.parse(at) <= now.getTime();
  return {
    ...rest,
    ...(outage !== undefined && isPast(outage.since) ? { outage } : {}),
    ...(last !== undefined && isPast(last.to) ? { last_outage: last } : {}),
  };
}

/** The history after a visit, and the events since the previous one. */
export function historyAndEventsAfterVisit(
  stored: InstanceHistory,
  visit: VisitResult,
  now: Date,
): { history: InstanceHistory; events: DeviceEvent[] } {
  const before = withoutFutureOutages(stored, now);
  if (visit.reachable === undefined) return { history: before, events: [] };
  if (!visit.reachable) return { history: historyDuringOutage(before, visit, now), events: [] };
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
  const isRestart = hasRestarted(before, visit);
  if (isRestart) {
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
  else if (isRestart) delete history.newest;
  return { history, events };
}

/** Whether the history differs in more than what changes with each visit. */
export function isHistoryWorthSaving(saved: InstanceHistory, history: InstanceHistory): boolean {
  const { newest: before = history.newest, ...savedRest } = saved;
  const { newest, ...rest } = history;
  return (
    !isDeepStrictEqual(savedRest, rest) ||
    (newest !== undefined && Date.parse(newest) - Date.parse(before ?? newest) > saveIntervalMinutes * 60_000)
  );
}
