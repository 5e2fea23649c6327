/** Seconds to wait before the next attempt. The wait doubles from one second to one minute; jitter takes up to half of
 * it. */
export function reconnectPauseSeconds(attempt: number, random = Math.random()): number {
  const maxSeconds = Math.min(60, 2 ** Math.min(attempt, 6));
  return maxSeconds * (0.5 + random / 2);
}

/** Milliseconds to wait before a message that the broker did not accept is sent again: doubles from five seconds to
 * five minutes. */
export const resendPauseMs = (attempt: number): number => Math.min(300_000, 5000 * 2 ** Math.min(attempt, 6));
