/** Seconds to wait before the next try: they double from one to a minute, each by chance between the half and the whole. */
export function pauseBefore(attempt: number, chance = Math.random()): number {
  const whole = Math.min(60, 2 ** Math.min(attempt, 6));
  return whole * (0.5 + chance / 2);
}
