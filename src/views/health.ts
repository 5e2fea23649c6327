import * as z from 'zod/mini';
import type { Agent, CollectorState, State } from '../model/state.ts';
import { count, site, time } from './answers.ts';

const collectorHealthSchema = z.object({
  ok: z.boolean(),
  lastSuccess: z.nullable(time),
  duration: z.nullable(z.number()).check(z.describe('Seconds.')),
  consecutiveFailures: count,
  skippedTicks: count,
  nextRun: z.nullable(time),
  error: z.optional(z.string()),
});

const verdict = z.enum(['ok', 'failing']);

export const healthSchema = z.object({
  status: verdict,
  reasons: z.array(z.string()).check(z.describe('What fails; empty if all is well.')),
  agent: z.string(),
  site,
  version: z.string(),
  time,
  startedAt: time,
  broker: z.object({ url: z.string(), connected: z.boolean(), since: time, reconnects: count, error: z.optional(z.string()) }),
  collectors: z.record(z.string(), collectorHealthSchema),
});

export type Health = z.output<typeof healthSchema>;

/** What those hear who have not shown the token. */
export const briefHealthSchema = z.object({ status: verdict });

/** Milliseconds of grace beyond a collector's own limit: the random delay of a tick, and a busy machine. */
const grace = 5000;

/** A run that should have been over by now. */
const isOverdue = ({ nextRun, limit }: CollectorState, now: Date) => nextRun !== undefined && now.getTime() > nextRun.getTime() + limit * 1000 + grace;

const collectorHealth = (collector: CollectorState): z.output<typeof collectorHealthSchema> => ({
  ok: collector.error === undefined,
  lastSuccess: collector.lastSuccess?.toISOString() ?? null,
  duration: collector.duration ?? null,
  consecutiveFailures: collector.consecutiveFailures,
  skippedTicks: collector.skippedTicks,
  nextRun: collector.nextRun?.toISOString() ?? null,
  ...(collector.error === undefined ? {} : { error: collector.error }),
});

/** Is the loop alive, nothing overdue, and the broker connected? A device that can't be read is no failure of the agent. */
export function health(agent: Agent, state: State, now: Date): Health {
  const { broker } = state;
  const reasons = [
    ...(broker.connected ? [] : [`not connected to ${broker.url}${broker.error === undefined ? '' : `: ${broker.error}`}`]),
    ...(broker.connected && broker.error !== undefined ? [broker.error] : []),
    ...[...state.collectors.values()].filter((collector) => isOverdue(collector, now)).map(({ id, nextRun }) => `collector ${id} is overdue since ${nextRun?.toISOString()}`),
  ];
  return {
    status: reasons.length === 0 ? 'ok' : 'failing',
    reasons,
    agent: agent.name,
    site: agent.site ?? null,
    version: agent.version,
    time: now.toISOString(),
    startedAt: agent.startedAt.toISOString(),
    broker: {
      url: broker.url,
      connected: broker.connected,
      since: broker.since.toISOString(),
      reconnects: broker.reconnects,
      ...(broker.error === undefined ? {} : { error: broker.error }),
    },
    collectors: Object.fromEntries([...state.collectors].map(([id, collector]) => [id, collectorHealth(collector)])),
  };
}

export const briefHealth = ({ status }: Health): z.output<typeof briefHealthSchema> => ({ status });
