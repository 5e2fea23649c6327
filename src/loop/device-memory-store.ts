import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { collectorOfMemoryKey, memoryKey } from '../model/address.ts';
import { bounds } from '../model/bounds.ts';
import type { AnyCollectorDefinition } from '../model/collector.ts';
import type { DeviceMemories, MemoryFormat } from '../model/device-memories.ts';
import { describeError } from '../model/errors.ts';
import { parseJsonWithin } from '../model/json.ts';
import { slug } from '../model/naming.ts';

/** Milliseconds that the first reading waits for the broker. */
const loadTimeoutMs = 2000;

type MemoryOwner = Pick<AnyCollectorDefinition, 'id' | 'memory'>;

/** The memories of one collector's devices. */
export class CollectorMemory implements DeviceMemories {
  hasAnswered = false;
  readonly #loaded: Promise<void>;
  #ready: Promise<void> | undefined;
  #isComplete = false;
  readonly #contents: Map<string, unknown>;
  readonly #collector: string;
  readonly #rules: MemoryFormat<unknown> | undefined;
  readonly #listeners = new Map<string, (content: unknown) => void>();
  #settle: () => void = () => undefined;

  constructor(contents: Map<string, unknown>, { id, memory }: MemoryOwner) {
    this.#contents = contents;
    this.#collector = id;
    this.#rules = memory;
    this.#loaded = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Resolves when a broker has delivered retained data, though perhaps not all, or a short time after the first call:
   * then the collector reads without it. */
  get ready(): Promise<void> {
    if (this.#rules === undefined) return Promise.resolve();
    this.#ready ??= Promise.race([this.#loaded, pause(loadTimeoutMs, undefined, { ref: false })]);
    return this.#ready;
  }

  load(retained: ReadonlyMap<string, string>, isComplete: boolean): string[] {
    const rejected: string[] = [];
    for (const [path, payload] of retained) {
      if (collectorOfMemoryKey(path) !== this.#collector) continue;
      try {
        this.#merge(path, payload);
      } catch (error) {
        rejected.push(`${JSON.stringify(path.slice(0, 100))}: ${describeError(error)}`);
      }
    }
    this.#isComplete ||= isComplete;
    this.hasAnswered = true;
    this.#settle();
    return rejected;
  }

  isLoaded(device: string): boolean {
    return this.#isComplete || this.#contents.has(this.#keyOf(device));
  }

  recall(device: string): unknown {
    return this.#contents.get(this.#keyOf(device));
  }

  keep(device: string, content: unknown): void {
    if (this.isLoaded(device)) this.#contents.set(this.#keyOf(device), content);
  }

  onLoad(device: string, listener: (content: unknown) => void): void {
    this.#listeners.set(this.#keyOf(device), listener);
    const content = this.recall(device);
    if (content !== undefined) listener(content);
  }

  #keyOf(device: string): string {
    return memoryKey({ collector: this.#collector, device: slug(device) });
  }

  #merge(path: string, payload: string): void {
    if (this.#rules === undefined) throw new Error('this collector has no memory');
    const loaded = this.#rules.parse(parseJsonWithin(payload, bounds.memory));
    if (loaded === undefined) throw new Error('not in the format of this collector');
    const current = this.#contents.get(path);
    const merged = current === undefined ? loaded : this.#rules.merge(current, loaded);
    if (isDeepStrictEqual(merged, current)) return;
    this.#contents.set(path, merged);
    this.#listeners.get(path)?.(merged);
  }
}

/** Everything that outlives the process, by collector and device. */
export class DeviceMemoryStore {
  readonly contents = new Map<string, unknown>();
  readonly #memories = new Map<string, CollectorMemory>();
  readonly #reported = new Set<string>();

  forCollector(collector: MemoryOwner): CollectorMemory {
    const memory = this.#memories.get(collector.id) ?? new CollectorMemory(this.contents, collector);
    this.#memories.set(collector.id, memory);
    return memory;
  }

  /** Merges what a broker has retained for these collectors. Called at each connection: it may be another broker, or
   * one whose data was restored. `isComplete`: no more are expected. Returns which memories were rejected and why, each
   * only once. */
  load(retained: ReadonlyMap<string, string>, collectors: Iterable<string>, isComplete = true): string[] {
    const rejected = [...collectors].flatMap(
      (collector) => this.#memories.get(collector)?.load(retained, isComplete) ?? [],
    );
    const unreported = rejected.filter((text) => !this.#reported.has(text));
    for (const text of unreported) this.#reported.add(text);
    return unreported;
  }
}
