import type { WanReading } from './igd/reading.ts';
import type { ProbeResult } from './probe/index.ts';
import type { Tr064PartReadingByTable } from './tr064/parts.ts';
import type { Tr064Reading } from './tr064/reading.ts';

/** How well a router or target can be reached from this machine. */
export interface ReachabilityReading {
  /** Undefined if unknown. */
  reachable?: boolean | undefined;
  /** Absent if the host did not reply to the probe but answered another request, such as DNS. */
  probe?: ProbeResult | undefined;
  /** Unreachable, or beyond its limits. */
  problem?: boolean | undefined;
}

export interface RouterReading extends ReachabilityReading {
  /** Absent until its DNS server has answered once. `latency` in milliseconds. */
  dns?: { answers: boolean; latency?: number | undefined } | undefined;
  wan?: WanReading | undefined;
  tr064?: Tr064Reading | undefined;
  /** Start of the current internet connection. */
  connectedSince?: Date | undefined;
}

export type TargetReading = ReachabilityReading;

/** The reading of each table. */
export type RouterReadingByTable = { router: RouterReading; target: TargetReading } & Tr064PartReadingByTable;
