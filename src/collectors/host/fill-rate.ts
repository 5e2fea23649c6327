const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What is longer than this is told as this. */
const maxDays = 365;

interface FreeSpaceSample {
  at: number;
  bytes: number;
}

/** Tells when file systems will be full if they fill at the pace of their last day, of which an hour apart is remembered. */
export class FillRateEstimator {
  readonly #samples = new Map<string, FreeSpaceSample[]>();

  /** Days until it is full; undefined until it has been seen for six hours. `at` in milliseconds. */
  daysToFull(id: string, bytes: number, at: number): number | undefined {
    for (const [other, samples] of this.#samples)
      if (at - (samples.at(-1)?.at ?? 0) > dayMs) this.#samples.delete(other);
    // A clock that was set back leaves times that are still to come.
    const samples = (this.#samples.get(id) ?? []).filter((sample) => sample.at <= at && at - sample.at <= dayMs);
    if (at - (samples.at(-1)?.at ?? 0) >= hourMs) samples.push({ at, bytes });
    this.#samples.set(id, samples);
    const [oldest] = samples;
    if (oldest === undefined || at - oldest.at < 6 * hourMs) return undefined;
    const perDay = ((oldest.bytes - bytes) * dayMs) / (at - oldest.at);
    return perDay > 0 ? Math.min(maxDays, bytes / perDay) : maxDays;
  }
}
