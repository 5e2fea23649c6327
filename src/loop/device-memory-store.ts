import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { collectorOfMemoryKey, memoryKey } from '../model/address.ts';
import { bounds } from '../model/bounds.ts';
import type { AnyCollectorDefinition } from '../model/collector.ts';
import type { DeviceMemories, DeviceMemory, MemoryFormat } from '../model/device-memories.ts';
import { describeError } from '../model/errors.ts';
import { parseJsonWithin } from '../model/json.ts';
import { slug } from '../model/naming.ts';

/** Milliseconds that the first reading waits for the broker. */
const loadTimeoutMs = 2000;

type MemoryOwner = Pick<AnyCollectorDefinition, 'id' | 'memory'>;

/** Content that has been stored; its text is made when it is published. */
class StoredMemory implements DeviceMemory {
  readonly content: unknown;
  #payload: string | undefined;

  constructor(content: unknown) {
    this.content = content;
  }

  get payload(): string {
    this.#payload ??= JSON.stringify(this.content);
    return this.#payload;
  }
}

/** Text that a broker has retained; it is parsed when its device is read. Anybody may have retained that of hundreds of
 * devices that nobody has, and parsed it is several times as large. */
class LoadedMemory implements DeviceMemory {
  readonly payload: string;
  readonly #parse: (payload: string) => unknown;
  #content: unknown;

  constructor(payload: string, parse: (payload: string) => unknown) {
    this.payload = payload;
    this.#parse = parse;
  }

  get content(): unknown {
    this.#content ??= this.#parse(this.payload);
    return this.#content;
  }
}

/** The memories of one collector's devices. */
export class CollectorMemory implements DeviceMemories {
  hasAnswered = false;
  readonly #loaded: Promise<void>;
  #ready: Promise<void> | undefined;
  #isComplete = false;
  readonly #contents: Map<string, DeviceMemory>;
  readonly #collector: string;
  readonly #rules: MemoryFormat<unknown> | undefined;
  readonly #listeners = new Map<string, (content: unknown) => void>();
  #settle: () => void = () => undefined;

  constructor(contents: Map<string, DeviceMemory>, { id, memory }: MemoryOwner) {
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
    return this.#contents.get(this.#keyOf(device))?.content;
  }

  keep(device: string, content: unknown): void {
    if (this.isLoaded(device)) this.#contents.set(this.#keyOf(device), new StoredMemory(content));
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
    const current = this.#contents.get(path);
    if (current?.payload === payload) return;
    const rules = this.#rules;
    if (rules === undefined) throw new Error('this collector has no memory');
    const parse = (text: string): unknown => {
      const content = rules.parse(parseJsonWithin(text, bounds.memory));
      if (content === undefined) throw new Error('not in the format of this collector');
      return content;
    };
    const loaded = parse(payload);
    const merged = current === undefined ? loaded : rules.merge(current.content, loaded);
    if (isDeepStrictEqual(merged, current?.content)) return;
    this.#contents.set(path, current === undefined ? new LoadedMemory(payload, parse) : new StoredMemory(merged));
    this.#listeners.get(path)?.(merged);
  }
}

/** Everything that outlives the process, by collector and device. */
export class DeviceMemoryStore {
  readonly contents = new Map<string, DeviceMemory>();
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
