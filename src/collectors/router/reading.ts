import type { WanReading } from './igd/reading.ts';
import type { Reach } from './reach/index.ts';
import type { Tr064Parts } from './tr064/parts.ts';
import type { Tr064Reading } from './tr064/reading.ts';

/** How a router or target is reached from here. */
export interface Reached {
  /** Undefined: can't be told. */
  reachable?: boolean | undefined;
  /** Absent where only something else of it answered. */
  reach?: Reach | undefined;
  /** Beyond its limits, or not reachable. */
  problem?: boolean | undefined;
}

export interface RouterReading extends Reached {
  /** Absent: its DNS server has never answered. `latency` in milliseconds. */
  dns?: { answers: boolean; latency?: number | undefined } | undefined;
  wan?: WanReading | undefined;
  tr064?: Tr064Reading | undefined;
  /** Since when the connection to the world has been the same. */
  connectedSince?: Date | undefined;
}

export type TargetReading = Reached;

/** Each table's reading. */
export type RouterReadings = { router: RouterReading; target: TargetReading } & Tr064Parts;
