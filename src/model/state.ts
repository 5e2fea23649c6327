import type { Device, Part } from './device.ts';
import type { UntoldEvent } from './event.ts';
import type { Numbers, Sample } from './metric.ts';

/** Who this agent is, and the roots of its topics. */
export interface Agent {
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
export interface Entry {
  of: string;
  device: Device;
  part?: Part;
  /** The last good one; stays while the device can't be read. */
  sample?: Sample;
  /** The same reading's numbers, neither rounded nor settled. */
  numbers?: Numbers;
  /** Optional metrics that have had a value. */
  present: ReadonlySet<string>;
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
  limit: number;
  /** Entries by their path below the collector's topic. */
  entries: ReadonlyMap<string, Entry>;
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
export interface State {
  /** Those that are on, in the order of the catalogue. */
  collectors: ReadonlyMap<string, CollectorState>;
  broker: BrokerState;
  /** What outlives the process, by collector and device: `nvme/s4ewnx0n123`. */
  memories: ReadonlyMap<string, unknown>;
  /** What has happened and nobody has been told of, the oldest first. */
  events: readonly UntoldEvent[];
  /** Grows when devices, parts or announced metrics change, and not when only values do. */
  shape: number;
}
