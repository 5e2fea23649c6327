import type { ServerResponse } from 'node:http';

/** Below the server's own bound on connections. */
const most = 50;
/** What a listener may leave unread, in bytes. */
const patience = 1_000_000;
/** Milliseconds: within the server's bound on silence, and soon enough for what nobody announces, as a broker that went away. */
const beat = 5000;
/** Milliseconds in which changes come together into one message. */
const pause = 250;

/** Everyone who watches the page live: each is told what has changed, once. `tell` gives all sections as they are now;
 * nothing is rendered while nobody listens. */
export class Audience {
  readonly #listeners = new Set<ServerResponse>();
  readonly #run: () => string;
  readonly #tell: (now: Date) => ReadonlyMap<string, string>;
  #told: ReadonlyMap<string, string> = new Map();
  #beat: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;

  /** `run` tells one life of the agent from the next. */
  constructor(run: () => string, tell: (now: Date) => ReadonlyMap<string, string>) {
    this.#run = run;
    this.#tell = tell;
  }

  get isFull(): boolean {
    return this.#listeners.size >= most;
  }

  /** Takes in a listener, who gets everything first, until it leaves. */
  admit(response: ServerResponse): void {
    const now = new Date();
    this.#listeners.add(response);
    response.on('close', () => this.#dismiss(response));
    response.write(this.#message(this.#tell(now), now));
    this.#beat ??= setInterval(() => this.#send(), beat).unref();
  }

  /** Something was read: whoever listens hears of it soon. */
  update(): void {
    if (this.#listeners.size > 0) this.#soon ??= setTimeout(() => this.#send(), pause).unref();
  }

  #send(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const now = new Date();
    const all = this.#tell(now);
    const message = this.#message(new Map([...all].filter(([id, text]) => this.#told.get(id) !== text)), now);
    this.#told = all;
    for (const response of this.#listeners) {
      if (response.writableLength > patience) response.destroy();
      else response.write(message);
    }
  }

  #message(sections: ReadonlyMap<string, string>, now: Date): string {
    return `event: sections\ndata: ${JSON.stringify({ run: this.#run(), now, sections: Object.fromEntries(sections) })}\n\n`;
  }

  #dismiss(response: ServerResponse): void {
    this.#listeners.delete(response);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#beat);
    this.#beat = undefined;
  }
}
