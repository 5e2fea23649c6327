import type { Device, DevicePart } from './device.ts';
import type { PendingEvent } from './event.ts';
import type { MetricSample, RawNumbers } from './metric.ts';

/** Who this agent is, and the roots of its topics. */
export interface AgentIdentity {
  /** Slug of the name: the agent's level in topics. */
  id: string;
  name: string;
  site?: string;
  version: string;
  /** The process's, not the machine's. Moves with a clock that is set. */
  readonly startedAt: Date;
  baseTopic: string;
  discoveryPrefix: string;
}

/** The latest of one device or part. */
export interface StateEntry {
  table: string;
  device: Device;
  part?: DevicePart;
  /** The last good one; stays while the device can't be read. */
  sample?: MetricSample;
  /** The same reading's numbers, neither rounded nor settled. */
  rawNumbers?: RawNumbers;
  /** Optional metrics that have had a value. */
  presentMetrics: ReadonlySet<string>;
  /** Set while it can't be read: why. */
  error?: string;
  /** Set while it is not read whole: what mends that. */
  hint?: string;
  /** Set while the settings leave it out. */
  excluded?: true;
  /** When it became what it is now, readable or not. */
  since: Date;
}

/** The latest of one collector. */
export interface CollectorState {
  id: string;
  /** Seconds that a reading may take. */
  timeoutSeconds: number;
  /** Entries by their path below the collector's topic. */
  entries: ReadonlyMap<string, StateEntry>;
  lastSuccess?: Date;
  lastRun?: Date;
  /** Seconds that the last reading took. */
  duration?: number;
  /** Set while the collector as a whole fails. */
  error?: string;
  /** What is wrong and belongs to no device. */
  complaints: readonly string[];
  consecutiveFailures: number;
  skippedTicks: number;
  nextRun?: Date;
  /** The same by `performance.now()`: whoever sets the clock makes nothing late. */
  due?: number;
}

export interface BrokerState {
  /** Without credentials. */
  url: string;
  connected: boolean;
  since: Date;
  error?: string;
  reconnects: number;
}

/** All that the agent knows: the latest outcomes. Views are functions of it. */
export interface AgentState {
  /** Those that are on, in the order of the catalogue. */
  collectors: ReadonlyMap<string, CollectorState>;
  broker: BrokerState;
  /** What outlives the process, by collector and device: `nvme/s4ewnx0n123`. */
  memories: ReadonlyMap<string, unknown>;
  /** What has happened and nobody has been told of, the oldest first. */
  pendingEvents: readonly PendingEvent[];
  /** Grows when devices, parts or announced metrics change, and not when only values do. */
  discoveryRevision: number;
}
