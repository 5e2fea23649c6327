import type { Memory } from '../model/memory.ts';
import { slug } from '../model/naming.ts';

/** All that outlives the process. The broker is asked once, at the first connection; from then on what is here counts. */
export class Memories {
  readonly contents = new Map<string, unknown>();
  readonly loaded: Promise<void>;
  isLoaded = false;
  #settle: () => void = () => undefined;

  constructor() {
    this.loaded = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Takes in what the broker kept, by collector and device; only the first time. */
  load(kept: ReadonlyMap<string, unknown>): void {
    if (this.isLoaded) return;
    for (const [path, content] of kept) this.contents.set(path, content);
    this.isLoaded = true;
    this.#settle();
  }

  /** One collector's share. */
  of(collector: string): Memory {
    const all = this;
    const path = (device: string) => `${collector}/${slug(device)}`;
    return {
      loaded: this.loaded,
      get isLoaded() {
        return all.isLoaded;
      },
      recall: (device) => all.contents.get(path(device)),
      keep(device, content) {
        if (all.isLoaded) all.contents.set(path(device), content);
      },
    };
  }
}
