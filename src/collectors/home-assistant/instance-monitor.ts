import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Observation } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { DeviceMemories } from '../../model/device-memories.ts';
import type { DeviceEvent } from '../../model/event.ts';
import { PastMoment, readClocksIncludingSleep } from '../../model/past-moment.ts';
import type { Secret } from '../../model/secret.ts';
import type { AgentIdentity } from '../../model/state.ts';
import { buildDate } from '../../version.ts';
import {
  historyAndEventsAfterVisit,
  type InstanceHistory,
  isHistoryWorthSaving,
  parseInstanceHistoryOrEmpty,
} from './instance-history.ts';
import { hintBuilderByState } from './instance-state.ts';
import type { HomeAssistantReadingByTable } from './reading.ts';
import type { ConfiguredInstance } from './settings.ts';
import { type VisitResult, visitInstance } from './visit-instance.ts';

/** Milliseconds that the first visit waits for the memory on the broker, and that one visit may take. */
const memoryTimeoutMs = 2000;
const visitTimeoutMs = 10_000;

/** Long enough to tell two tokens apart, too short to reveal anything about one. */
const fingerprintOf = (url: URL, token: Secret) =>
  createHash('sha256').update(`${url.href} ${token.reveal()}`).digest('hex').slice(0, 6);

/** Watches one Home Assistant instance. */
export class InstanceMonitor {
  readonly #instance: ConfiguredInstance;
  readonly #token: Secret | undefined;
  readonly #fingerprint: string | undefined;
  readonly #memory: DeviceMemories;
  readonly #agent: AgentIdentity;
  readonly #clock: typeof readClocksIncludingSleep;
  #history: InstanceHistory | undefined;
  /** The last content of the memory, whether it was saved here or read from a broker. */
  #savedContent: unknown;
  /** Start of the current outage, if this process saw it begin. */
  #outageStart: PastMoment | undefined;
  /** Whether the token was refused; undefined while this process does not know. */
  #wasRefused: boolean | undefined;

  constructor(
    instance: ConfiguredInstance,
    token: Secret | undefined,
    agent: AgentIdentity,
    memory: DeviceMemories,
    clock = readClocksIncludingSleep,
  ) {
    this.#instance = instance;
    this.#token = token;
    this.#fingerprint = token && fingerprintOf(instance.url, token);
    this.#agent = agent;
    this.#memory = memory;
    this.#clock = clock;
  }

  async read(
    authorities: string[] | undefined,
    signal: AbortSignal,
  ): Promise<Observation<HomeAssistantReadingByTable>> {
    await Promise.race([this.#memory.loaded, pause(memoryTimeoutMs, undefined, { ref: false })]);
    this.#loadHistory();
    const visit = await visitInstance(
      this.#instance.url,
      { token: this.#isRefused ? undefined : this.#token, authorities },
      AbortSignal.any([signal, AbortSignal.timeout(visitTimeoutMs)]),
    );
    if (visit.refused) this.#wasRefused = true;
    else if (visit.details !== undefined) this.#wasRefused = false;
    const result: VisitResult =
      visit.state === 'answering' && this.#isRefused ? { ...visit, state: 'token_refused' } : visit;
    const events = this.#saveHistory(result);
    const hint = hintBuilderByState[result.state]?.(result);
    return {
      table: 'instance',
      device: this.#device(result),
      reading: { visit: result, history: this.#history, hint },
      hint,
      events,
    };
  }

  /** Tries a refused token again: it may be valid now, after a backup was restored or a user was enabled. */
  tryToken(): void {
    this.#wasRefused = false;
  }

  get #isRefused(): boolean {
    return this.#fingerprint !== undefined && (this.#wasRefused ?? this.#history?.refused_token === this.#fingerprint);
  }

  /** Loads what the broker stores, at first and whenever its content is not that of this process. */
  #loadHistory(): void {
    if (!this.#memory.isLoaded(this.#instance.title)) return;
    const content = this.#memory.recall(this.#instance.title);
    if (this.#history !== undefined && content === this.#savedContent) return;
    const saved = parseInstanceHistoryOrEmpty(content);
    const { newest = saved.newest } = this.#history ?? {};
    this.#history = newest === undefined ? saved : { ...saved, newest };
    this.#savedContent = content;
  }

  #saveHistory(result: VisitResult): DeviceEvent[] {
    // A broker may have connected during the visit.
    this.#loadHistory();
    const now = new Date(this.#clock().wall);
    // Times of a clock that has not been set yet are useless.
    if (this.#history === undefined || now < buildDate) return [];
    const { history, events } = historyAndEventsAfterVisit(
      this.#correctOutageStart(this.#history, result),
      result,
      now,
    );
    const { refused_token: refusedBefore, ...rest } = history;
    const refused = this.#wasRefused === undefined ? refusedBefore : this.#wasRefused ? this.#fingerprint : undefined;
    this.#history = refused === undefined ? rest : { ...rest, refused_token: refused };
    if (isHistoryWorthSaving(parseInstanceHistoryOrEmpty(this.#savedContent), this.#history)) {
      this.#savedContent = this.#history;
      this.#memory.keep(this.#instance.title, this.#savedContent);
    }
    return events;
  }

  /** Corrects the start of the outage, because the clock may have been set since. */
  #correctOutageStart(history: InstanceHistory, { reachable }: VisitResult): InstanceHistory {
    const start = this.#outageStart;
    this.#outageStart = reachable
      ? undefined
      : (start ?? (history.outage === undefined ? new PastMoment(this.#clock) : undefined));
    return start === undefined || history.outage === undefined
      ? history
      : { ...history, outage: { ...history.outage, since: start.date.toISOString() } };
  }

  #device({ version = this.#history?.version }: VisitResult): Device {
    const { title, url } = this.#instance;
    return {
      id: title,
      name: title,
      model: 'Home Assistant',
      ...(version === undefined ? {} : { softwareVersion: version }),
      configurationUrl: url.href,
      via: this.#agent.id,
    };
  }
}
