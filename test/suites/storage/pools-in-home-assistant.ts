import { expect } from 'vitest';
import { until } from '../../helpers/until.ts';
import { type EntityState, HomeAssistant } from '../home-assistant/home-assistant.ts';

const problemOfPool = /^lab (?:RAID|Btrfs|LVM) (\S+) Problem$/;

const poolsWithProblem = (problems: ReadonlyMap<string, EntityState>) =>
  [...problems].flatMap(([pool, { state }]) => (state === 'on' ? [pool] : []));

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
        const { problems } = await this.#shown();
        return pools.every((pool) => problems.get(pool)?.state === 'off');
      },
      seconds,
    );
  }

  /** Waits until *Problem* of this pool is on and the machine's *Problem reason* names it with all these words; expects
   * *Problem* of no other pool to be on. */
  async showsProblem(pool: string, words: readonly string[], seconds: number): Promise<void> {
    const { problems } = await until(
      `the problem of ${pool} in Home Assistant, with ${words.join(', ')}`,
      async () => {
        const shown = await this.#shown();
        const isNamed = [` ${pool}: `, ...words].every((word) => shown.reason?.includes(word));
        return isNamed && shown.problems.get(pool)?.state === 'on' && shown;
      },
      seconds,
    );
    expect(poolsWithProblem(problems)).toEqual([pool]);
  }

  /** Pools whose *Problem* was on while this lasted; a slow machine may not know for a reading. */
  async problemsDuring(work: Promise<unknown>): Promise<string[]> {
    let isDone = false;
    const done = work.finally(() => (isDone = true));
    const seen = new Set<string>();
    while (!isDone) {
      for (const pool of poolsWithProblem((await this.#shown()).problems)) seen.add(pool);
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 500))]);
    }
    await done;
    return [...seen];
  }

  /** *Problem* by the pools' own names, and *Problem reason* of the machine. */
  async #shown(): Promise<{ problems: ReadonlyMap<string, EntityState>; reason: string | undefined }> {
    const states = [...(await this.#homeAssistant.states()).values()];
    const nameOf = ({ attributes }: EntityState) => String(attributes.friendly_name);
    return {
      problems: new Map(
        states.flatMap((state) => {
          const [, pool] = problemOfPool.exec(nameOf(state)) ?? [];
          return pool === undefined ? [] : [[pool, state] as const];
        }),
      ),
      reason: states.find((state) => nameOf(state) === 'lab Problem reason')?.state,
    };
  }
}
