import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Found } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { Happening } from '../../model/event.ts';
import type { Memory } from '../../model/memory.ts';
import type { Secret } from '../../model/secret.ts';
import type { Agent } from '../../model/state.ts';
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
  #history: History | undefined;
  #refused: string | undefined;

  constructor(instance: Instance, token: Secret | undefined, agent: Agent, memory: Memory) {
    this.#instance = instance;
    this.#token = token;
    this.#mark = token && markOf(instance.url, token);
    this.#agent = agent;
    this.#memory = memory;
  }

  async read(authorities: string[] | undefined, signal: AbortSignal): Promise<Found<HomeAssistantReadings>> {
    await Promise.race([this.#memory.loaded, pause(recollection, undefined, { ref: false })]);
    this.#recall();
    const seen = await visit(this.#instance.url, { token: this.#isRefused ? undefined : this.#token, authorities }, AbortSignal.any([signal, AbortSignal.timeout(patience)]));
    if (seen.refused) this.#refused = this.#mark;
    else if (seen.insight !== undefined) this.#refused = undefined;
    const sight: Sight = seen.state === 'answering' && this.#isRefused ? { ...seen, state: 'token_refused' } : seen;
    const events = this.#remember(sight);
    const hint = hints[sight.state]?.(sight);
    return { of: 'instance', device: this.#device(sight), reading: { sight, history: this.#history, hint }, hint, events };
  }

  /** The token may have become good again: a backup was restored, a user was allowed. */
  tryToken(): void {
    this.#refused = undefined;
  }

  get #isRefused(): boolean {
    return this.#mark !== undefined && this.#refused === this.#mark;
  }

  #recall(): void {
    if (this.#history !== undefined || !this.#memory.isLoaded) return;
    this.#history = parseHistory(this.#memory.recall(this.#instance.title));
    this.#refused ??= this.#history.refused_token;
  }

  #remember(sight: Sight): Happening[] {
    if (this.#history === undefined) return [];
    const kept = parseHistory(this.#memory.recall(this.#instance.title));
    const { history, events } = after(this.#history, sight, new Date());
    const { refused_token: _, ...rest } = history;
    this.#history = this.#refused === undefined ? rest : { ...rest, refused_token: this.#refused };
    if (isWorthKeeping(kept, this.#history)) this.#memory.keep(this.#instance.title, this.#history);
    return events;
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
