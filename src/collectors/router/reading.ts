import type { WanReading } from './igd/reading.ts';
import type { ProbeResult } from './probe/index.ts';
import type { Tr064PartReadings } from './tr064/parts.ts';
import type { Tr064Reading } from './tr064/reading.ts';

/** How a router or target is reached from here. */
export interface ReachabilityReading {
  /** Undefined: can't be told. */
  reachable?: boolean | undefined;
  /** Absent where only something else of it answered. */
  probe?: ProbeResult | undefined;
  /** Beyond its limits, or not reachable. */
  problem?: boolean | undefined;
}

export interface RouterReading extends ReachabilityReading {
  /** Absent: its DNS server has never answered. `latency` in milliseconds. */
  dns?: { answers: boolean; latency?: number | undefined } | undefined;
  wan?: WanReading | undefined;
  tr064?: Tr064Reading | undefined;
  /** Since when the connection to the world has been the same. */
  connectedSince?: Date | undefined;
}

export type TargetReading = ReachabilityReading;

/** Each table's reading. */
export type RouterReadings = { router: RouterReading; target: TargetReading } & Tr064PartReadings;
