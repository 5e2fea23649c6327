const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Upper limit of the estimate. */
const maxSeconds = 365 * 24 * 3600;

interface FreeSpaceSample {
  /** Milliseconds. */
  at: number;
  bytes: number;
}

/** Estimates when file systems will be full at the rate of the last 24 hours, from one sample an hour. */
export class TimeToFullEstimator {
  readonly #samples = new Map<string, FreeSpaceSample[]>();

  /** Forgets file systems that are not mounted: what is mounted there next may be another one, as of backup disks that
   * take turns. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#samples.keys()) if (!ids.has(id)) this.#samples.delete(id);
  }

  /** Seconds until the file system is full; undefined until there are samples of six hours. `at` is in milliseconds. */
  secondsToFull(id: string, bytes: number, at: number): number | undefined {
    // After the clock is set back, the times of older samples are in the future.
    const samples = (this.#samples.get(id) ?? []).filter((sample) => sample.at <= at && at - sample.at <= dayMs);
    if (at - (samples.at(-1)?.at ?? 0) >= hourMs) samples.push({ at, bytes });
    this.#samples.set(id, samples);
    const [oldest] = samples;
    if (oldest === undefined || at - oldest.at < 6 * hourMs) return undefined;
    const perSecond = ((oldest.bytes - bytes) * 1000) / (at - oldest.at);
    return perSecond > 0 ? Math.min(maxSeconds, bytes / perSecond) : maxSeconds;
  }
}
