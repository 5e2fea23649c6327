import type { ServerResponse } from 'node:http';
import { bounds } from '../model/bounds.ts';

/** Milliseconds between messages: below the server's idle timeout, and short enough for changes that no reading reports, such as a
 * lost broker. */
const heartbeatMs = 5000;
/** Milliseconds in which changes are collected into one message. */
const batchDelayMs = 250;

/** Server-sent events for the live pages: each message has the sections that have changed. Nothing is rendered while nobody listens. */
export class LiveSectionStream {
  readonly #listeners = new Set<ServerResponse>();
  readonly #runId: () => string;
  readonly #renderSections: (now: Date) => ReadonlyMap<string, string>;
  #sentSections: ReadonlyMap<string, string> = new Map();
  #heartbeatTimer: NodeJS.Timeout | undefined;
  #batchTimer: NodeJS.Timeout | undefined;

  /** `runId` differs each time the agent starts; `renderSections` gives all sections as they are now. */
  constructor(runId: () => string, renderSections: (now: Date) => ReadonlyMap<string, string>) {
    this.#runId = runId;
    this.#renderSections = renderSections;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Adds a listener until it disconnects; its first message has all sections. */
  addListener(response: ServerResponse): void {
    const now = new Date();
    this.#listeners.add(response);
    response.on('close', () => this.#removeListener(response));
    response.write(this.#message(this.#renderSections(now), now));
    this.#heartbeatTimer ??= setInterval(() => this.#send(), heartbeatMs).unref();
  }

  /** Schedules a message, after a reading. */
  update(): void {
    if (this.#listeners.size > 0) this.#batchTimer ??= setTimeout(() => this.#send(), batchDelayMs).unref();
  }

  #send(): void {
    clearTimeout(this.#batchTimer);
    this.#batchTimer = undefined;
    const now = new Date();
    const sections = this.#renderSections(now);
    const message = this.#message(
      new Map([...sections].filter(([id, text]) => this.#sentSections.get(id) !== text)),
      now,
    );
    this.#sentSections = sections;
    for (const response of this.#listeners) {
      if (response.writableLength > bounds.eventStream.bytes) response.destroy();
      else response.write(message);
    }
  }

  #message(sections: ReadonlyMap<string, string>, now: Date): string {
    return `event: sections\ndata: ${JSON.stringify({ run: this.#runId(), now, sections: Object.fromEntries(sections) })}\n\n`;
  }

  #removeListener(response: ServerResponse): void {
    this.#listeners.delete(response);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#heartbeatTimer);
    this.#heartbeatTimer = undefined;
  }
}
