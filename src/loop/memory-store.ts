import { isDeepStrictEqual } from 'node:util';
import type { AnyCollector } from '../model/collector.ts';
import type { DeviceMemory, MemoryRules } from '../model/device-memory.ts';
import { describeError } from '../model/errors.ts';
import { parseBoundedJson } from '../model/json.ts';
import { slug } from '../model/naming.ts';

/** The largest that a collector writes, a drive's history of two years, has some 14 kB and three levels. */
const payloadBounds = { bytes: 64 * 1024, depth: 8 };

type Rememberer = Pick<AnyCollector, 'id' | 'memory'>;

/** One collector's. */
class CollectorMemory implements DeviceMemory {
  readonly loaded: Promise<void>;
  isLoaded = false;
  readonly #contents: Map<string, unknown>;
  readonly #root: string;
  readonly #rules: MemoryRules<unknown> | undefined;
  #settle: () => void = () => undefined;

  constructor(contents: Map<string, unknown>, { id, memory }: Rememberer) {
    this.#contents = contents;
    this.#root = `${id}/`;
    this.#rules = memory;
    this.loaded = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  load(kept: ReadonlyMap<string, string>): string[] {
    const dropped: string[] = [];
    for (const [path, payload] of kept) {
      if (!path.startsWith(this.#root)) continue;
      try {
        this.#take(path, payload);
      } catch (error) {
        dropped.push(`${JSON.stringify(path.slice(0, 100))}: ${describeError(error)}`);
      }
    }
    this.isLoaded = true;
    this.#settle();
    return dropped;
  }

  recall(device: string): unknown {
    return this.#contents.get(this.#root + slug(device));
  }

  keep(device: string, content: unknown): void {
    if (this.isLoaded) this.#contents.set(this.#root + slug(device), content);
  }

  #take(path: string, payload: string): void {
    if (this.#rules === undefined) throw new Error('this collector remembers nothing');
    const theirs = this.#rules.parse(parseBoundedJson(payload, payloadBounds));
    if (theirs === undefined) throw new Error('not what this collector remembers');
    const ours = this.#contents.get(path);
    const merged = ours === undefined ? theirs : this.#rules.merge(ours, theirs);
    if (!isDeepStrictEqual(merged, ours)) this.#contents.set(path, merged);
  }
}

/** All that outlives the process, by collector and device. */
export class MemoryStore {
  readonly contents = new Map<string, unknown>();
  readonly #memories = new Map<string, CollectorMemory>();
  readonly #told = new Set<string>();

  forCollector(collector: Rememberer): DeviceMemory {
    const memory = this.#memories.get(collector.id) ?? new CollectorMemory(this.contents, collector);
    this.#memories.set(collector.id, memory);
    return memory;
  }

  /** Takes in what a broker kept of these collectors, at each connection: it may be another broker, or one that was empty and has
   * its data back. Returns what was dropped, and why; the same only once. */
  load(kept: ReadonlyMap<string, string>, collectors: Iterable<string>): string[] {
    const dropped = [...collectors].flatMap((collector) => this.#memories.get(collector)?.load(kept) ?? []);
    const fresh = dropped.filter((one) => !this.#told.has(one));
    for (const one of fresh) this.#told.add(one);
    return fresh;
  }
}
