import { expect } from 'vitest';
import { until } from '../../helpers/until.ts';
import { type EntityState, HomeAssistant } from '../home-assistant/home-assistant.ts';

const ofPool = /^lab (RAID|Btrfs|LVM) (\S+) (Problem|Problem reason)$/;

/** What a person sees of the pools of the machine `lab` in Home Assistant, by the names of their entities. */
export class PoolsInHomeAssistant {
  readonly #homeAssistant: HomeAssistant;

  private constructor(homeAssistant: HomeAssistant) {
    this.#homeAssistant = homeAssistant;
  }

  /** Undefined without a command that starts Home Assistant. */
  static async start(broker: number): Promise<PoolsInHomeAssistant | undefined> {
    if (process.env.HOME_ASSISTANT_COMMAND === undefined) return undefined;
    return new PoolsInHomeAssistant(await HomeAssistant.start(broker));
  }

  /** Waits until *Problem* of each of these pools is off. */
  async areWell(pools: readonly string[], seconds: number): Promise<void> {
    await until(
      `no problem of ${pools.join(', ')} in Home Assistant`,
      async () => {
        const entities = await this.#entities();
        return pools.every((pool) => entities.get(`${pool} Problem`)?.state === 'off');
      },
      seconds,
    );
  }

  /** Waits until *Problem* of this pool is on with a reason that has all these words, and expects it of no other
   * pool. */
  async showsProblem(pool: string, words: readonly string[], seconds: number): Promise<void> {
    const entities = await until(
      `the problem of ${pool} in Home Assistant, with ${words.join(', ')}`,
      async () => {
        const now = await this.#entities();
        const reason = now.get(`${pool} Problem reason`)?.state ?? '';
        return now.get(`${pool} Problem`)?.state === 'on' && words.every((word) => reason.includes(word)) && now;
      },
      seconds,
    );
    const on = [...entities].flatMap(([name, { state }]) => (state === 'on' ? [name] : []));
    expect(on).toEqual([`${pool} Problem`]);
  }

  /** When *Problem* of each pool last changed. */
  async lastChanges(): Promise<Record<string, string>> {
    const problems = [...(await this.#entities())].filter(([name]) => name.endsWith(' Problem'));
    return Object.fromEntries(problems.map(([name, { last_changed: at, state }]) => [name, `${state} since ${at}`]));
  }

  /** By the pool's own name and the entity's: `srv Problem reason`. */
  async #entities(): Promise<Map<string, EntityState>> {
    const states = [...(await this.#homeAssistant.states()).values()];
    return new Map(
      states.flatMap((state) => {
        const [, , pool, entity] = ofPool.exec(String(state.attributes.friendly_name)) ?? [];
        return pool === undefined ? [] : [[`${pool} ${entity}`, state] as const];
      }),
    );
  }
}
