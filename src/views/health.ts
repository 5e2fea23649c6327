import * as z from 'zod/mini';
import type { CollectorMetadata } from '../model/collector.ts';
import { type Problem, severities } from '../model/problem.ts';
import type { AgentIdentity, AgentState, CollectorState } from '../model/state.ts';
import { english, type Language } from './language.ts';
import { collectorOverdueMs } from './overdue.ts';
import { findProblems } from './problems.ts';
import { countSchema, siteSchema, timeSchema } from './response-schemas.ts';

const collectorHealthSchema = z.object({
  ok: z.boolean(),
  lastSuccess: z.nullable(timeSchema),
  durationSeconds: z.nullable(z.number()).check(z.describe('How long the last reading took.')),
  duration: z.nullable(z.number()).check(z.describe('The same as `durationSeconds`, for clients of earlier versions.')),
  consecutiveFailures: countSchema,
  skippedTicks: countSchema,
  nextRun: z.nullable(timeSchema),
  error: z.optional(z.string()),
});

const problemSchema = z.object({
  id: z.string(),
  cause: z.string().check(z.describe('The same for all agents that see the same fault.')),
  place: z.enum(['broker', 'collector', 'device', 'part']),
  subject: z.string(),
  serialNumber: z.optional(z.string()),
  severity: z.enum(severities),
  text: z.string(),
  since: timeSchema,
  certain: z.boolean().check(z.describe('False while it can’t be read whether the problem lasts.')),
  explainedBy: z.optional(z.string()).check(z.describe('The id of the problem that explains this one.')),
  clearsAt: z.optional(z.string()).check(z.describe('When it will be over, in words.')),
  remedy: z.optional(z.string()).check(z.describe('What to do.')),
});

const statusSchema = z.enum(['ok', 'failing']);

export const agentHealthSchema = z.object({
  status: statusSchema,
  reasons: z.array(z.string()).check(z.describe('What fails; empty if nothing does.')),
  agent: z.string(),
  site: siteSchema,
  version: z.string(),
  time: timeSchema,
  startedAt: timeSchema,
  broker: z.object({
    url: z.string(),
    connected: z.boolean(),
    since: timeSchema,
    reconnects: countSchema,
    error: z.optional(z.string()),
    limitation: z.optional(z.string()).check(z.describe('What the broker cannot do that the agent would use.')),
  }),
  collectors: z.record(z.string(), collectorHealthSchema),
  problems: z
    .array(problemSchema)
    .check(z.describe('What is wrong with all that the agent reads, the worst first; `status` does not depend on it.')),
});

export type AgentHealth = z.output<typeof agentHealthSchema>;

/** Health without the reasons, for clients that have not shown the token. */
export const briefAgentHealthSchema = z.object({ status: statusSchema });

const roundToMs = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : Math.round(seconds * 1000) / 1000;

const collectorHealth = (collector: CollectorState): z.output<typeof collectorHealthSchema> => ({
  ok: collector.error === undefined,
  lastSuccess: collector.lastSuccess?.toISOString() ?? null,
  durationSeconds: roundToMs(collector.duration),
  duration: roundToMs(collector.duration),
  consecutiveFailures: collector.consecutiveFailures,
  skippedTicks: collector.skippedTicks,
  nextRun: collector.nextRun?.toISOString() ?? null,
  ...(collector.error === undefined ? {} : { error: collector.error }),
});

/** A problem in a response. */
export const problemToResponseJson = ({
  id,
  cause,
  place,
  subject,
  serialNumber,
  severity,
  text,
  since,
  certain,
  explainedBy,
  clearsAt,
  remedy,
}: Problem): z.output<typeof problemSchema> => ({
  id,
  cause,
  place,
  subject,
  ...(serialNumber === undefined ? {} : { serialNumber }),
  severity,
  text,
  since: since.toISOString(),
  certain,
  ...(explainedBy === undefined ? {} : { explainedBy }),
  ...(clearsAt === undefined ? {} : { clearsAt }),
  ...(remedy === undefined ? {} : { remedy }),
});

/** Health of the agent itself: it fails while the broker is disconnected or a collector overdue. A device that can't be
 * read is no failure of the agent. `monotonic` is `performance.now()` at `now`. */
export function buildAgentHealth(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  now: Date,
  monotonic = performance.now(),
  language: Language = english,
): AgentHealth {
  const { broker } = state;
  const { problems: texts } = language;
  const reasons = [
    ...(broker.connected
      ? []
      : [[texts.notConnectedTo(broker.url), ...(broker.error === undefined ? [] : [broker.error])].join(': ')]),
    ...(broker.connected && broker.error !== undefined ? [broker.error] : []),
    ...[...state.collectors.values()].flatMap((collector) => {
      const lateMs = collectorOverdueMs(collector, monotonic);
      return lateMs === undefined
        ? []
        : [texts.overdueSince(collector.id, new Date(now.getTime() - lateMs).toISOString())];
    }),
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
      ...(broker.limitation === undefined ? {} : { limitation: broker.limitation }),
    },
    collectors: Object.fromEntries([...state.collectors].map(([id, collector]) => [id, collectorHealth(collector)])),
    problems: findProblems(catalogue, agent, state, language, monotonic).map(problemToResponseJson),
  };
}

export const briefAgentHealth = ({ status }: AgentHealth): z.output<typeof briefAgentHealthSchema> => ({ status });
