/** Milliseconds for which a rendering is used again if nothing is known to have changed: elapsed times, and what no
 * reading reports. */
const lifetimeMs = 1000;

/** Something that takes long to make, made once for all who ask for it: never twice at a time, and again only when
 * something has changed, or after a second. */
export class SharedRendering<T> {
  readonly #render: () => Promise<T>;
  #latest: Promise<T> | undefined;
  #isRunning = false;
  /** Something has changed since the latest rendering began. */
  #isStale = false;
  #end = 0;
  #next: Promise<T> | undefined;

  constructor(render: () => Promise<T>) {
    this.#render = render;
  }

  /** Something has changed. */
  expire(): void {
    this.#isStale = true;
  }

  /** A rendering that has all changes up to now. */
  get(): Promise<T> {
    const isFresh = !this.#isStale && (this.#isRunning || performance.now() < this.#end + lifetimeMs);
    if (this.#latest !== undefined && isFresh) return this.#latest;
    if (!this.#isRunning) return this.#start();
    this.#next ??= this.#startAfter(this.#latest);
    return this.#next;
  }

  async #startAfter(running: Promise<T> | undefined): Promise<T> {
    await running?.catch(() => undefined);
    this.#next = undefined;
    return this.get();
  }

  #start(): Promise<T> {
    this.#isRunning = true;
    this.#isStale = false;
    this.#latest = this.#finish(this.#render());
    return this.#latest;
  }

  async #finish(rendering: Promise<T>): Promise<T> {
    try {
      return await rendering;
    } catch (error) {
      this.#isStale = true;
      throw error;
    } finally {
      this.#isRunning = false;
      this.#end = performance.now();
    }
  }
}
