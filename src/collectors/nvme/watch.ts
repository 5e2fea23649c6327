import { setTimeout as pause } from 'node:timers/promises';
import { CommandError } from '../../lib/run.ts';
import type { Drive } from './drives.ts';
import type { Limits } from './reading.ts';
import type { Controller } from './sysfs.ts';
import { type Warmth, warmth } from './tools/hwmon.ts';
import { limitsOf, useOf } from './tools/slow.ts';
import { askHealth, findWay, type Health, NoHealth, type Way } from './tools/ways.ts';

/** Seconds that one command may take, and that a reading waits for a drive: the answer to a slow one comes with the next. */
const limit = 10;
const patience = 3;
/** Seconds to the next try after a second failure, doubled by each further one, and the longest. */
const firstPause = 60;
const longestPause = 3600;
/** Seconds between looks at how much of a namespace is in use. */
const useInterval = 3600;

/** What a drive told: its health, or what the kernel knows without it and why there is no more. */
export type Told = { health: Health; way: Way } | { hint: string; warmth: Warmth | undefined };

const seconds = () => performance.now() / 1000;

/** Asks one drive: one question at a time, and ever more rarely while it fails. */
export class Watch {
  #way: Way | undefined;
  #limits: Limits | undefined;
  #used: ReadonlyMap<number, number> = new Map();
  #usedAt = Number.NEGATIVE_INFINITY;
  #asking: { over: Promise<void>; since: number } | undefined;
  #outcome: { told: Told } | { error: unknown } | undefined;
  #failures = 0;
  #next = Number.NEGATIVE_INFINITY;

  /** The newest of the drive. Rejects if it can't be read, or does not answer. */
  async ask(drive: Drive): Promise<Told> {
    this.#asking ??= this.#begin(drive);
    const { over, since } = this.#asking;
    await Promise.race([over, pause(patience * 1000, undefined, { ref: false })]);
    const waiting = seconds() - since;
    if (this.#asking !== undefined && (this.#outcome === undefined || waiting > limit)) throw new Error(`${drive.controllers[0].name}: no answer in ${Math.round(waiting)} s`);
    if (this.#outcome === undefined) throw new Error(`${drive.controllers[0].name}: no answer`);
    if ('error' in this.#outcome) throw this.#outcome.error;
    return this.#outcome.told;
  }

  /** Bytes in use by NSID. */
  get used(): ReadonlyMap<number, number> {
    return this.#used;
  }

  get isAsking(): boolean {
    return this.#asking !== undefined;
  }

  #begin(drive: Drive): { over: Promise<void>; since: number } {
    const over = this.#round(drive).then(
      (told) => {
        this.#outcome = told === undefined ? this.#outcome : { told };
      },
      (error: unknown) => {
        this.#outcome = { error };
      },
    );
    return {
      since: seconds(),
      over: over.then(() => {
        this.#asking = undefined;
      }),
    };
  }

  /** One question and what hangs on its answer; undefined while the pause after a failure lasts and nothing else can be had. */
  async #round(drive: Drive): Promise<Told | undefined> {
    const live = drive.controllers.filter(({ state }) => state === undefined || state === 'live');
    // A drive with two ports may answer at the other.
    const controller = live[this.#failures % Math.max(1, live.length)] ?? drive.controllers[0];
    if (seconds() < this.#next) return this.#whilePausing(controller);
    try {
      const told = await this.#health(controller);
      await this.#slow(drive, controller, told);
      this.#failures = 0;
      return { ...told, health: { ...told.health, limits: { ...this.#limits, ...defined(told.health.limits) } } };
    } catch (error) {
      this.#failed(error);
      if (error instanceof NoHealth) return { hint: error.message, warmth: await warmth(controller.folder, limit) };
      throw error;
    }
  }

  async #whilePausing(controller: Controller): Promise<Told | undefined> {
    if (this.#outcome === undefined || 'error' in this.#outcome || !('hint' in this.#outcome.told)) return undefined;
    return { hint: this.#outcome.told.hint, warmth: await warmth(controller.folder, limit) };
  }

  async #health(controller: Controller): Promise<{ health: Health; way: Way }> {
    if (this.#way !== undefined) {
      try {
        return { health: await askHealth(controller, this.#way, limit), way: this.#way };
      } catch (error) {
        if (error instanceof CommandError && error.timedOut) throw error;
        this.#way = undefined;
      }
    }
    const found = await findWay(controller, limit);
    this.#way = found.way;
    return found;
  }

  /** What changes never or slowly. That it can't be had is no trouble. */
  async #slow(drive: Drive, controller: Controller, { way, health }: { way: Way; health: Health }): Promise<void> {
    this.#limits ??= await limitsOf(controller, way, limit).catch(() => ({}));
    if (seconds() - this.#usedAt < useInterval) return;
    this.#usedAt = seconds();
    const used = new Map<number, number>();
    for (const namespace of drive.namespaces) {
      const bytes = health.used.get(namespace.id) ?? (await useOf(controller, namespace, way, limit).catch(() => undefined));
      if (bytes !== undefined) used.set(namespace.id, bytes);
    }
    this.#used = used;
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    const doubled = firstPause * 2 ** (this.#failures - 2);
    // The first failure may be a passing one; but what a person has to mend is not over in a minute.
    const wait = this.#failures === 1 && !(error instanceof NoHealth) ? 0 : Math.min(longestPause, Math.max(firstPause, doubled));
    this.#next = seconds() + wait - patience;
  }
}

const defined = (limits: Limits): Limits => Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
