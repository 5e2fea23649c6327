import type { Agent, CollectorState, State } from '../model/state.ts';

export interface CollectorHealth {
  ok: boolean;
  lastSuccess: string | null;
  /** Seconds. */
  duration: number | null;
  consecutiveFailures: number;
  skippedTicks: number;
  nextRun: string | null;
  error?: string;
}

export interface Health {
  status: 'ok' | 'failing';
  reasons: string[];
  agent: string;
  site: string | null;
  version: string;
  time: string;
  startedAt: string;
  broker: { url: string; connected: boolean; since: string; reconnects: number; error?: string };
  collectors: Record<string, CollectorHealth>;
}

/** Milliseconds of grace beyond a collector's own limit: the random delay of a tick, and a busy machine. */
const grace = 5000;

/** A run that should have been over by now. */
const isOverdue = ({ nextRun, limit }: CollectorState, now: Date) => nextRun !== undefined && now.getTime() > nextRun.getTime() + limit * 1000 + grace;

const collectorHealth = (collector: CollectorState): CollectorHealth => ({
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
