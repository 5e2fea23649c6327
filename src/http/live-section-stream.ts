import type { ServerResponse } from 'node:http';
import { bounds } from '../model/bounds.ts';

/** Milliseconds between messages: below the server's idle timeout, and short enough for changes that no reading
 * reports, such as a lost broker. */
const heartbeatMs = 5000;
/** Milliseconds in which changes are collected into one message. */
const batchDelayMs = 250;

interface LiveSections {
  now: Date;
  byId: ReadonlyMap<string, string>;
}

/** Server-sent events for the live pages: each message has the sections that have changed. Nothing is rendered while
 * nobody listens. */
export class LiveSectionStream {
  readonly #listeners = new Set<ServerResponse>();
  /** Those that have had their first message. */
  readonly #started = new Set<ServerResponse>();
  readonly #runId: () => string;
  readonly #latestSections: () => Promise<LiveSections>;
  #sent: LiveSections | undefined;
  #heartbeatTimer: NodeJS.Timeout | undefined;
  #batchTimer: NodeJS.Timeout | undefined;

  /** `runId` differs each time the agent starts; `latestSections` gives all sections as they are now. */
  constructor(runId: () => string, latestSections: () => Promise<LiveSections>) {
    this.#runId = runId;
    this.#latestSections = latestSections;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Adds a listener until it disconnects; its first message has all sections. */
  addListener(response: ServerResponse): void {
    this.#listeners.add(response);
    response.on('close', () => this.#removeListener(response));
    response.flushHeaders();
    this.#batchTimer ??= setTimeout(() => void this.#sendOrEnd(), 0).unref();
    this.#heartbeatTimer ??= setInterval(() => void this.#sendOrEnd(), heartbeatMs).unref();
  }

  /** Schedules a message, after a reading. */
  update(): void {
    if (this.#listeners.size > 0) this.#batchTimer ??= setTimeout(() => void this.#sendOrEnd(), batchDelayMs).unref();
  }

  /** A page that can't be rendered ends the streams, as it answers a request with an error. */
  async #sendOrEnd(): Promise<void> {
    try {
      await this.#send();
    } catch {
      for (const response of this.#listeners) response.destroy();
    }
  }

  /** Sends all sections to those that have none yet, and what has changed to the others. */
  async #send(): Promise<void> {
    clearTimeout(this.#batchTimer);
    this.#batchTimer = undefined;
    if (this.#listeners.size === 0) return;
    const latest = await this.#latestSections();
    const before = this.#sent?.byId;
    this.#sent = latest;
    const changes = this.#message(latest, ([id, text]) => before?.get(id) !== text);
    const isNew = (response: ServerResponse) => !this.#started.has(response);
    const everything = [...this.#listeners].some(isNew) ? this.#message(latest, () => true) : '';
    for (const response of this.#listeners) {
      if (response.writableLength > bounds.eventStream.bytes) response.destroy();
      else response.write(isNew(response) ? everything : changes);
      this.#started.add(response);
    }
  }

  #message({ now, byId }: LiveSections, isIncluded: (section: [id: string, text: string]) => boolean): string {
    const sections = Object.fromEntries([...byId].filter(isIncluded));
    return `event: sections\ndata: ${JSON.stringify({ run: this.#runId(), now, sections })}\n\n`;
  }

  #removeListener(response: ServerResponse): void {
    this.#listeners.delete(response);
    this.#started.delete(response);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#heartbeatTimer);
    this.#heartbeatTimer = undefined;
  }
}
