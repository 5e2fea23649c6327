import type { HostReading } from './reading.ts';

/** Percentage of the memory in use from which it is short. */
export const defaultMemoryLimitPercent = 95;
/** The shortage is over when this share more is available. */
const hysteresisShare = 0.02;
const maxSwapUsedShare = 0.5;
const maxPressureShare = 0.2;

/** Measures for how long memory has been short: little is available, and the machine swaps or waits for memory. */
export class MemoryShortageTimer {
  readonly #minAvailableShare: number;
  #since: number | undefined;

  constructor(limitPercent: number = defaultMemoryLimitPercent) {
    this.#minAvailableShare = 1 - limitPercent / 100;
  }

  /** Seconds, 0 while memory is not short; undefined if that is unknown. `now`: seconds of a monotonic clock. */
  update({ memory, pressure }: HostReading, now: number): number | undefined {
    if (memory === undefined || memory.total <= 0) return undefined;
    const { total, available, swapTotal = 0, swapFree = swapTotal } = memory;
    const share = this.#minAvailableShare + (this.#since === undefined ? 0 : hysteresisShare);
    const isSwapUsed = swapTotal > 0 && (swapTotal - swapFree) / swapTotal > maxSwapUsedShare;
    const isWaiting = (pressure?.memory ?? 0) > maxPressureShare;
    const isShort = available / total < share && (this.#since !== undefined || isSwapUsed || isWaiting);
    if (!isShort) this.#since = undefined;
    else this.#since ??= now;
    return this.#since === undefined ? 0 : now - this.#since;
  }
}
