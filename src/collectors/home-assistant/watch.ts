import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Found } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { Happening } from '../../model/event.ts';
import type { Memory } from '../../model/memory.ts';
import { Past, sinceBoot } from '../../model/past.ts';
import type { Secret } from '../../model/secret.ts';
import type { Agent } from '../../model/state.ts';
import { builtAt } from '../../version.ts';
import { after, type History, isWorthKeeping, parseHistory } from './history.ts';
import type { HomeAssistantReadings } from './reading.ts';
import type { Instance } from './settings.ts';
import { hints } from './states.ts';
import { type Sight, visit } from './visit.ts';

/** Milliseconds that the first look waits for what the broker remembers, and that one look may take. */
const recollection = 2000;
const patience = 10_000;

/** Enough to tell two tokens apart, and to tell nobody anything of one. */
const markOf = (url: URL, token: Secret) => createHash('sha256').update(`${url.href} ${token.reveal()}`).digest('hex').slice(0, 6);

/** Watches one Home Assistant. */
export class Watch {
  readonly #instance: Instance;
  readonly #token: Secret | undefined;
  readonly #mark: string | undefined;
  readonly #memory: Memory;
  readonly #agent: Agent;
  readonly #clock: typeof sinceBoot;
  #history: History | undefined;
  /** What of the history was kept last, here or by a broker. */
  #kept: unknown;
  /** Since when it has been away, where it went away under our eyes. */
  #away: Past | undefined;
  /** Whether it took the token, as far as this process knows. */
  #refused: boolean | undefined;

  constructor(instance: Instance, token: Secret | undefined, agent: Agent, memory: Memory, clock = sinceBoot) {
    this.#instance = instance;
    this.#token = token;
    this.#mark = token && markOf(instance.url, token);
    this.#agent = agent;
    this.#memory = memory;
    this.#clock = clock;
  }

  async read(authorities: string[] | undefined, signal: AbortSignal): Promise<Found<HomeAssistantReadings>> {
    await Promise.race([this.#memory.loaded, pause(recollection, undefined, { ref: false })]);
    this.#recall();
    const seen = await visit(this.#instance.url, { token: this.#isRefused ? undefined : this.#token, authorities }, AbortSignal.any([signal, AbortSignal.timeout(patience)]));
    if (seen.refused) this.#refused = true;
    else if (seen.insight !== undefined) this.#refused = false;
    const sight: Sight = seen.state === 'answering' && this.#isRefused ? { ...seen, state: 'token_refused' } : seen;
    const events = this.#remember(sight);
    const hint = hints[sight.state]?.(sight);
    return { of: 'instance', device: this.#device(sight), reading: { sight, history: this.#history, hint }, hint, events };
  }

  /** The token may have become good again: a backup was restored, a user was allowed. */
  tryToken(): void {
    this.#refused = false;
  }

  get #isRefused(): boolean {
    return this.#mark !== undefined && (this.#refused ?? this.#history?.refused_token === this.#mark);
  }

  /** Takes up what a broker kept, at first and whenever it is another one. */
  #recall(): void {
    if (!this.#memory.isLoaded) return;
    const content = this.#memory.recall(this.#instance.title);
    if (this.#history !== undefined && content === this.#kept) return;
    const kept = parseHistory(content);
    const { newest = kept.newest } = this.#history ?? {};
    this.#history = newest === undefined ? kept : { ...kept, newest };
    this.#kept = content;
  }

  #remember(sight: Sight): Happening[] {
    // A broker may have come while we looked.
    this.#recall();
    const now = new Date(this.#clock().wall);
    // A clock that has not been set yet dates nothing.
    if (this.#history === undefined || now < builtAt) return [];
    const { history, events } = after(this.#dated(this.#history, sight), sight, now);
    const { refused_token: refusedBefore, ...rest } = history;
    const refused = this.#refused === undefined ? refusedBefore : this.#refused ? this.#mark : undefined;
    this.#history = refused === undefined ? rest : { ...rest, refused_token: refused };
    if (isWorthKeeping(parseHistory(this.#kept), this.#history)) {
      this.#kept = this.#history;
      this.#memory.keep(this.#instance.title, this.#kept);
    }
    return events;
  }

  /** The clock may have been set since an outage began. */
  #dated(history: History, { reachable }: Sight): History {
    const away = this.#away;
    this.#away = reachable ? undefined : (away ?? (history.outage === undefined ? new Past(this.#clock) : undefined));
    return away === undefined || history.outage === undefined ? history : { ...history, outage: { ...history.outage, since: away.date.toISOString() } };
  }

  #device({ version = this.#history?.version }: Sight): Device {
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
