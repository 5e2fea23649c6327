import { Roots } from '../../lib/roots.ts';
import type { Found, Observation } from '../../model/collector.ts';
import type { Agent } from '../../model/state.ts';
import { Addresses } from './addresses.ts';
import { defaultGateway } from './gateway.ts';
import type { RouterReadings } from './reading.ts';
import { Router } from './router.ts';
import type { RouterSettings } from './settings.ts';
import type { RouterSubject } from './subjects.ts';
import { Target } from './target.ts';

/** Goes round the routers and targets; none waits for another. */
export class Rounds {
  readonly #agent: Agent;
  readonly #settings: RouterSettings;
  readonly #roots: Roots;
  readonly #addresses = new Addresses();
  readonly #targets: Target[];
  /** By name and host: the default gateway can become another. */
  #routers = new Map<string, Router>();

  constructor(agent: Agent, settings: RouterSettings) {
    this.#agent = agent;
    this.#settings = settings;
    this.#roots = new Roots({ ...settings, HOST_SYS: '/sys', HOST_ROOT: '/' });
    this.#targets = settings.PING_TARGETS.map((subject) => new Target(agent, subject, settings, this.#addresses));
  }

  async read(): Promise<Observation<RouterReadings>[]> {
    const subjects = this.#subjects();
    const complaints = subjects.length > 0 ? [] : [{ complaint: 'there is no default gateway, and FRITZBOX_HOSTS names no router' }];
    const routers = this.#take(subjects);
    const found = await Promise.all([...routers.map((router) => router.read()), ...this.#targets.map(async (target): Promise<Found<RouterReadings>[]> => [await target.read()])]);
    return [...found.flat(), ...complaints];
  }

  async close(): Promise<void> {
    for (const one of [...this.#routers.values(), ...this.#targets]) one.close();
  }

  #subjects(): RouterSubject[] {
    const { FRITZBOX_HOSTS: named } = this.#settings;
    if (named.length > 0) return named;
    const host = defaultGateway(this.#roots);
    return host === undefined ? [] : [{ name: 'gateway', host }];
  }

  #take(subjects: readonly RouterSubject[]): Router[] {
    const before = this.#routers;
    const keyOf = ({ name, host }: RouterSubject) => `${name} ${host}`;
    this.#routers = new Map(
      subjects.map((subject) => [keyOf(subject), before.get(keyOf(subject)) ?? new Router(this.#agent, subject, this.#settings, this.#roots, this.#addresses)] as const),
    );
    for (const [key, router] of before) if (!this.#routers.has(key)) router.close();
    return [...this.#routers.values()];
  }
}
