import type { ServerResponse } from 'node:http';

/** Below the server's own bound on connections. */
const maxListeners = 50;
/** What a listener may leave unread, in bytes. */
const maxUnreadBytes = 1_000_000;
/** Milliseconds: within the server's bound on silence, and soon enough for what nobody announces, as a broker that went away. */
const heartbeatMs = 5000;
/** Milliseconds in which changes come together into one message. */
const batchDelayMs = 250;

/** Everyone who watches the page live: each is told what has changed, once. `tell` gives all sections as they are now;
 * nothing is rendered while nobody listens. */
export class EventStream {
  readonly #listeners = new Set<ServerResponse>();
  readonly #run: () => string;
  readonly #renderSections: (now: Date) => ReadonlyMap<string, string>;
  #sentSections: ReadonlyMap<string, string> = new Map();
  #heartbeatTimer: NodeJS.Timeout | undefined;
  #batchTimer: NodeJS.Timeout | undefined;

  /** `run` tells one life of the agent from the next. */
  constructor(run: () => string, renderSections: (now: Date) => ReadonlyMap<string, string>) {
    this.#run = run;
    this.#renderSections = renderSections;
  }

  get isFull(): boolean {
    return this.#listeners.size >= maxListeners;
  }

  /** Takes in a listener, who gets everything first, until it leaves. */
  addListener(response: ServerResponse): void {
    const now = new Date();
    this.#listeners.add(response);
    response.on('close', () => this.#removeListener(response));
    response.write(this.#message(this.#renderSections(now), now));
    this.#heartbeatTimer ??= setInterval(() => this.#send(), heartbeatMs).unref();
  }

  /** Something was read: whoever listens hears of it soon. */
  update(): void {
    if (this.#listeners.size > 0) this.#batchTimer ??= setTimeout(() => this.#send(), batchDelayMs).unref();
  }

  #send(): void {
    clearTimeout(this.#batchTimer);
    this.#batchTimer = undefined;
    const now = new Date();
    const all = this.#renderSections(now);
    const message = this.#message(new Map([...all].filter(([id, text]) => this.#sentSections.get(id) !== text)), now);
    this.#sentSections = all;
    for (const response of this.#listeners) {
      if (response.writableLength > maxUnreadBytes) response.destroy();
      else response.write(message);
    }
  }

  #message(sections: ReadonlyMap<string, string>, now: Date): string {
    return `event: sections\ndata: ${JSON.stringify({ run: this.#run(), now, sections: Object.fromEntries(sections) })}\n\n`;
  }

  #removeListener(response: ServerResponse): void {
    this.#listeners.delete(response);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#heartbeatTimer);
    this.#heartbeatTimer = undefined;
  }
}
