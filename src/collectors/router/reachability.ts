import { lossPercent, type PingStats } from '../../lib/probe/ping.ts';
import { type ProbeResult, probeMethods } from '../../lib/probe/reachability-probe.ts';
import { disabledDiagnostic, type MetricDeclarations } from '../../model/metric.ts';
import type { SharedOrPerNameValues } from '../../model/shared-or-per-name-values.ts';
import { toBaseUnit } from '../../model/unit.ts';

/** How well a router or target can be reached from this machine. */
export interface ReachabilityReading {
  /** Undefined if unknown. */
  reachable?: boolean | undefined;
  /** The settings name the host. */
  isNamed?: boolean;
  /** Absent if the host did not reply to the probe but answered another request, such as DNS. */
  probe?: ProbeResult | undefined;
  /** Unreachable, or beyond its limits. */
  problem?: boolean | undefined;
}

const defaultMaxLossPercent = 50;

export interface LatencyAndLossLimits {
  maxLatencyMs: number | undefined;
  maxLossPercent: number;
}

export const latencyAndLossLimitsOf = (
  name: string,
  settings: { PING_LATENCY_LIMIT: SharedOrPerNameValues<number>; PING_LOSS_LIMIT: SharedOrPerNameValues<number> },
): LatencyAndLossLimits => ({
  maxLatencyMs: settings.PING_LATENCY_LIMIT.get(name),
  maxLossPercent: settings.PING_LOSS_LIMIT.get(name) ?? defaultMaxLossPercent,
});

/** Whether the host is unreachable, too slow, or loses too many packets; undefined if its reachability is unknown. */
export function isUnreachableOrBeyondLimits(
  { reachable, probe }: ReachabilityReading,
  { maxLatencyMs, maxLossPercent }: LatencyAndLossLimits,
): boolean | undefined {
  if (reachable !== true) return reachable === undefined ? undefined : true;
  if (probe === undefined) return false;
  return (
    lossPercent(probe.stats) > maxLossPercent ||
    (maxLatencyMs !== undefined && (probe.stats.meanMs ?? 0) > maxLatencyMs)
  );
}

const latencyMetric = (
  name: string,
  select: (stats: PingStats) => number | undefined,
  overrides: typeof disabledDiagnostic | object = {},
): MetricDeclarations<ReachabilityReading>[string] => ({
  kind: 'gauge',
  name,
  perAgent: true,
  deviceClass: 'duration',
  unit: 'ms',
  precision: 1,
  deadband: 0.5,
  ...overrides,
  value: ({ probe }) => toBaseUnit(probe && select(probe.stats), 'ms'),
});

/** Metrics that routers and targets share. Each agent that watches a router has its own, but one whether it is a
 * problem. */
export const reachabilityMetrics = {
  reachable: {
    kind: 'boolean',
    name: 'Reachable',
    perAgent: true,
    deviceClass: 'connectivity',
    value: (r) => r.reachable,
  },
  latency: latencyMetric('Latency', ({ meanMs }) => meanMs),
  latency_min: latencyMetric('Lowest latency', ({ minMs }) => minMs, disabledDiagnostic),
  latency_max: latencyMetric('Highest latency', ({ maxMs }) => maxMs, disabledDiagnostic),
  jitter: latencyMetric('Jitter', ({ jitterMs }) => jitterMs, { ...disabledDiagnostic, optional: true }),
  packet_loss: {
    kind: 'gauge',
    name: 'Packet loss',
    perAgent: true,
    unit: '%',
    precision: 1,
    icon: 'mdi:package-variant-remove',
    value: ({ probe }) => toBaseUnit(probe && lossPercent(probe.stats), '%'),
  },
  problem: { kind: 'boolean', name: 'Problem', deviceClass: 'problem', value: (r) => r.problem },
  reached_by: {
    kind: 'enum',
    name: 'Reached by',
    perAgent: true,
    options: probeMethods,
    icon: 'mdi:radar',
    ...disabledDiagnostic,
    value: ({ probe, reachable }) => (reachable ? probe?.by : undefined),
  },
} satisfies MetricDeclarations<ReachabilityReading>;

const dayMs = 86_400_000;

/** Those of a target: a web server has a certificate. */
export const targetMetrics = {
  ...reachabilityMetrics,
  certificate_left: {
    kind: 'gauge',
    name: 'Certificate days left',
    deviceClass: 'duration',
    unit: 'd',
    category: 'diagnostic',
    optional: true,
    // Negative once it has ended.
    least: Number.NEGATIVE_INFINITY,
    // In whole days, so that it changes once a day.
    value: ({ probe }) =>
      probe?.certificate && toBaseUnit(Math.floor((probe.certificate.validTo.getTime() - Date.now()) / dayMs), 'd'),
  },
} satisfies MetricDeclarations<ReachabilityReading>;
