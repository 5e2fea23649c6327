/** Seconds to wait before the next try: they double from one to a minute, each by chance between the half and the whole. */
export function backoffSeconds(attempt: number, chance = Math.random()): number {
  const whole = Math.min(60, 2 ** Math.min(attempt, 6));
  return whole * (0.5 + chance / 2);
}

/** Milliseconds to wait before a topic that the broker did not take is sent again: they double from five seconds to five minutes. */
export const retryPauseMs = (attempt: number): number => Math.min(300_000, 5000 * 2 ** Math.min(attempt, 6));
