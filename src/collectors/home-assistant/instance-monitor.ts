import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Observation } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { DeviceMemory } from '../../model/device-memory.ts';
import type { DeviceEvent } from '../../model/event.ts';
import { PastMoment, readClocksSinceBoot } from '../../model/past-moment.ts';
import type { Secret } from '../../model/secret.ts';
import type { AgentIdentity } from '../../model/state.ts';
import { builtAt } from '../../version.ts';
import { advanceHistory, type InstanceHistory, isWorthSaving, parseInstanceHistory } from './instance-history.ts';
import { hintTextByState } from './instance-state.ts';
import type { HomeAssistantReadings } from './reading.ts';
import type { InstanceAddress } from './settings.ts';
import { type VisitResult, visitInstance } from './visit-instance.ts';

/** Milliseconds that the first look waits for what the broker remembers, and that one look may take. */
const memoryTimeoutMs = 2000;
const visitTimeoutMs = 10_000;

/** Enough to tell two tokens apart, and to tell nobody anything of one. */
const markOf = (url: URL, token: Secret) =>
  createHash('sha256').update(`${url.href} ${token.reveal()}`).digest('hex').slice(0, 6);

/** Watches one Home Assistant. */
export class InstanceMonitor {
  readonly #instance: InstanceAddress;
  readonly #token: Secret | undefined;
  readonly #mark: string | undefined;
  readonly #memory: DeviceMemory;
  readonly #agent: AgentIdentity;
  readonly #clock: typeof readClocksSinceBoot;
  #history: InstanceHistory | undefined;
  /** What of the history was kept last, here or by a broker. */
  #kept: unknown;
  /** Since when it has been away, where it went away under our eyes. */
  #away: PastMoment | undefined;
  /** Whether it took the token, as far as this process knows. */
  #refusedMark: boolean | undefined;

  constructor(
    instance: InstanceAddress,
    token: Secret | undefined,
    agent: AgentIdentity,
    memory: DeviceMemory,
    clock = readClocksSinceBoot,
  ) {
    this.#instance = instance;
    this.#token = token;
    this.#mark = token && markOf(instance.url, token);
    this.#agent = agent;
    this.#memory = memory;
    this.#clock = clock;
  }

  async read(authorities: string[] | undefined, signal: AbortSignal): Promise<Observation<HomeAssistantReadings>> {
    await Promise.race([this.#memory.loaded, pause(memoryTimeoutMs, undefined, { ref: false })]);
    this.#loadHistory();
    const found = await visitInstance(
      this.#instance.url,
      { token: this.#isRefused ? undefined : this.#token, authorities },
      AbortSignal.any([signal, AbortSignal.timeout(visitTimeoutMs)]),
    );
    if (found.refused) this.#refusedMark = true;
    else if (found.details !== undefined) this.#refusedMark = false;
    const result: VisitResult =
      found.state === 'answering' && this.#isRefused ? { ...found, state: 'token_refused' } : found;
    const events = this.#saveHistory(result);
    const hint = hintTextByState[result.state]?.(result);
    return {
      table: 'instance',
      device: this.#device(result),
      reading: { visit: result, history: this.#history, hint },
      hint,
      events,
    };
  }

  /** The token may have become good again: a backup was restored, a user was allowed. */
  tryToken(): void {
    this.#refusedMark = false;
  }

  get #isRefused(): boolean {
    return this.#mark !== undefined && (this.#refusedMark ?? this.#history?.refused_token === this.#mark);
  }

  /** Takes up what a broker kept, at first and whenever it is another one. */
  #loadHistory(): void {
    if (!this.#memory.isLoaded) return;
    const content = this.#memory.recall(this.#instance.title);
    if (this.#history !== undefined && content === this.#kept) return;
    const kept = parseInstanceHistory(content);
    const { newest = kept.newest } = this.#history ?? {};
    this.#history = newest === undefined ? kept : { ...kept, newest };
    this.#kept = content;
  }

  #saveHistory(result: VisitResult): DeviceEvent[] {
    // A broker may have come while we looked.
    this.#loadHistory();
    const now = new Date(this.#clock().wall);
    // A clock that has not been set yet dates nothing.
    if (this.#history === undefined || now < builtAt) return [];
    const { history, events } = advanceHistory(this.#dated(this.#history, result), result, now);
    const { refused_token: refusedBefore, ...rest } = history;
    const refused = this.#refusedMark === undefined ? refusedBefore : this.#refusedMark ? this.#mark : undefined;
    this.#history = refused === undefined ? rest : { ...rest, refused_token: refused };
    if (isWorthSaving(parseInstanceHistory(this.#kept), this.#history)) {
      this.#kept = this.#history;
      this.#memory.keep(this.#instance.title, this.#kept);
    }
    return events;
  }

  /** The clock may have been set since an outage began. */
  #dated(history: InstanceHistory, { reachable }: VisitResult): InstanceHistory {
    const away = this.#away;
    this.#away = reachable
      ? undefined
      : (away ?? (history.outage === undefined ? new PastMoment(this.#clock) : undefined));
    return away === undefined || history.outage === undefined
      ? history
      : { ...history, outage: { ...history.outage, since: away.date.toISOString() } };
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
