import type { Declaration } from '../model/collector.ts';
import type { History, Line } from '../model/history.ts';
import { type AnyMetric, isPlainNumber, type Value } from '../model/metric.ts';
import type { CollectorState } from '../model/state.ts';

const length = 60;
/** A quarter of a kilobyte each. */
const most = 1000;

const minuteOf = (at: Date) => Math.floor(at.getTime() / 60_000);

/** A ring of minutes. A value stands until the next one. */
class Ring {
  readonly #values = new Float32Array(length).fill(Number.NaN);
  #newest: number | undefined;

  set(minute: number, value: number): void {
    // A clock that was set back begins the hour anew.
    if (this.#newest === undefined || minute < this.#newest || minute - this.#newest >= length) this.#values.fill(Number.NaN);
    else for (let passed = this.#newest + 1; passed < minute; passed += 1) this.#values[passed % length] = this.#values[this.#newest % length] as number;
    this.#values[minute % length] = value;
    this.#newest = minute;
  }

  until(minute: number): Line {
    const newest = this.#newest ?? minute;
    return Array.from({ length }, (_, index) => {
      const wanted = minute - length + 1 + index;
      const value = wanted <= newest - length ? Number.NaN : (this.#values[Math.min(wanted, newest) % length] as number);
      return Number.isNaN(value) ? undefined : value;
    });
  }
}

const worthALine = (metric: AnyMetric) => metric.kind === 'gauge' && isPlainNumber(metric);

/** The last hour of each metric that is worth it, in memory only. */
export class Hour implements History {
  readonly #rings = new Map<string, Map<string, Ring>>();
  #count = 0;

  /** Takes in what a collector's reading has left in its state. */
  record({ id, metrics }: Declaration, { entries, error }: CollectorState, at: Date): void {
    const rings = this.#rings.get(id) ?? new Map<string, Ring>();
    this.#rings.set(id, rings);
    for (const [path, entry] of entries) {
      const readable = error === undefined && entry.error === undefined && !entry.excluded;
      for (const [key, metric] of Object.entries(metrics[entry.of] ?? {})) {
        if (worthALine(metric)) this.#note(rings, `${path} ${key}`, readable ? entry.sample?.[key] : undefined, at);
      }
    }
  }

  line(collector: string, path: string, metric: string, now: Date): Line | undefined {
    return this.#rings.get(collector)?.get(`${path} ${metric}`)?.until(minuteOf(now));
  }

  #note(rings: Map<string, Ring>, name: string, value: Value | undefined, at: Date): void {
    let ring = rings.get(name);
    if (ring === undefined) {
      if (typeof value !== 'number' || this.#count >= most) return;
      ring = new Ring();
      rings.set(name, ring);
      this.#count += 1;
    }
    ring.set(minuteOf(at), typeof value === 'number' ? value : Number.NaN);
  }
}
