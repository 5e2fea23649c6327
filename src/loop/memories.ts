import type { Memory } from '../model/memory.ts';
import { slug } from '../model/naming.ts';

/** One collector's. The broker is asked once, at the first connection; from then on what is here counts. */
class Share implements Memory {
  readonly loaded: Promise<void>;
  isLoaded = false;
  readonly #contents: Map<string, unknown>;
  readonly #root: string;
  #settle: () => void = () => undefined;

  constructor(contents: Map<string, unknown>, collector: string) {
    this.#contents = contents;
    this.#root = `${collector}/`;
    this.loaded = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  load(kept: ReadonlyMap<string, unknown>): void {
    if (this.isLoaded) return;
    for (const [path, content] of kept) if (path.startsWith(this.#root)) this.#contents.set(path, content);
    this.isLoaded = true;
    this.#settle();
  }

  recall(device: string): unknown {
    return this.#contents.get(this.#root + slug(device));
  }

  keep(device: string, content: unknown): void {
    if (this.isLoaded) this.#contents.set(this.#root + slug(device), content);
  }
}

/** All that outlives the process, by collector and device. */
export class Memories {
  readonly contents = new Map<string, unknown>();
  readonly #shares = new Map<string, Share>();

  of(collector: string): Memory {
    return this.#share(collector);
  }

  /** Takes in what the broker kept of these collectors; only the first time. */
  load(kept: ReadonlyMap<string, unknown>, collectors: Iterable<string>): void {
    for (const collector of collectors) this.#share(collector).load(kept);
  }

  #share(collector: string): Share {
    const share = this.#shares.get(collector) ?? new Share(this.contents, collector);
    this.#shares.set(collector, share);
    return share;
  }
}
