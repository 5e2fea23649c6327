/** The wall clock and a monotonic clock at the same moment, both in milliseconds. */
export interface ClockReading {
  wall: number;
  monotonic: number;
}

/** `performance.now()` does not advance while the machine sleeps. */
export const readClocks = (): ClockReading => ({ wall: Date.now(), monotonic: performance.now() });

/** Difference between the clocks that slewing or a busy machine explains; a greater one is a sleep or a clock jump. */
const clockToleranceMs = 2000;

/** Whether both clocks advanced by the same time from one reading to the next. */
export const haveClocksAdvancedAlike = (before: ClockReading, at: ClockReading): boolean =>
  Math.abs(at.wall - before.wall - (at.monotonic - before.monotonic)) < clockToleranceMs;

/** Measures how long the wall clock has run without a jump. Before that time it may have been wrong. */
export class TimeSinceClockJump {
  #before: ClockReading | undefined;
  #since = 0;

  /** Milliseconds since the last jump. Call it often: a clock that is set and set back between two calls is not
   * noticed. */
  steadyMsAt(clocks: ClockReading): number {
    if (this.#before === undefined || !haveClocksAdvancedAlike(this.#before, clocks)) this.#since = clocks.monotonic;
    this.#before = clocks;
    return clocks.monotonic - this.#since;
  }
}
