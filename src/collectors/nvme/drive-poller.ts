import { setTimeout as pause } from 'node:timers/promises';
import type { NvmeDrive } from './drives.ts';
import type { DriveLimits } from './reading.ts';
import type { NvmeController } from './sysfs.ts';
import {
  type AccessMethod,
  type DriveHealth,
  findAccessMethod,
  HealthUnavailableError,
  isWorthNoOtherMethod,
  readHealth,
} from './tools/access-methods.ts';
import { NoDriveAnswerError } from './tools/health-log.ts';
import { type HwmonReading, readHwmon } from './tools/hwmon.ts';
import { readDriveLimits, readNamespaceUsedBytes } from './tools/identify.ts';

/** Seconds that one command may take, and that a reading waits for a drive: the answer to a slow one comes with the next. */
const commandTimeoutSeconds = 10;
const answerTimeoutSeconds = 3;
/** Seconds to the next try after a second failure, doubled by each further one, and the longest. */
const firstPauseSeconds = 60;
const maxPauseSeconds = 3600;
/** Seconds between looks at how much of a namespace is in use. */
const usageIntervalSeconds = 3600;

/** What a drive told: its health, or what the kernel knows without it and why there is no more. */
export type DriveAnswer =
  | { health: DriveHealth; method: AccessMethod }
  | { hint: string; hwmon: HwmonReading | undefined };

const nowSeconds = () => performance.now() / 1000;

/** Asks one drive: one question at a time, and ever more rarely while it fails. */
export class DrivePoller {
  #method: AccessMethod | undefined;
  #limits: DriveLimits | undefined;
  #used: ReadonlyMap<number, number> = new Map();
  #usedAt = Number.NEGATIVE_INFINITY;
  #asking: { done: Promise<void>; since: number } | undefined;
  #outcome: { answer: DriveAnswer } | { error: unknown } | undefined;
  #failures = 0;
  #next = Number.NEGATIVE_INFINITY;

  /** The newest of the drive. Rejects if it can't be read, or does not answer. */
  async poll(drive: NvmeDrive): Promise<DriveAnswer> {
    this.#asking ??= this.#begin(drive);
    const { done, since } = this.#asking;
    await Promise.race([done, pause(answerTimeoutSeconds * 1000, undefined, { ref: false })]);
    const waiting = nowSeconds() - since;
    if (this.#asking !== undefined && (this.#outcome === undefined || waiting > commandTimeoutSeconds))
      throw new Error(`${drive.controllers[0].name}: no answer in ${Math.round(waiting)} s`);
    if (this.#outcome === undefined) throw new Error(`${drive.controllers[0].name}: no answer`);
    if ('error' in this.#outcome) throw this.#outcome.error;
    return this.#outcome.answer;
  }

  /** Bytes in use by NSID. */
  get used(): ReadonlyMap<number, number> {
    return this.#used;
  }

  get isAsking(): boolean {
    return this.#asking !== undefined;
  }

  #begin(drive: NvmeDrive): { done: Promise<void>; since: number } {
    const done = this.#ask(drive).then(
      (answer) => {
        this.#outcome = answer === undefined ? this.#outcome : { answer };
      },
      (error: unknown) => {
        this.#outcome = { error };
      },
    );
    return {
      since: nowSeconds(),
      done: done.then(() => {
        this.#asking = undefined;
      }),
    };
  }

  /** One question and what hangs on its answer; undefined while the pause after a failure lasts and nothing else can be had. */
  async #ask(drive: NvmeDrive): Promise<DriveAnswer | undefined> {
    const live = drive.controllers.filter(({ state }) => state === undefined || state === 'live');
    // A drive with two ports may answer at the other.
    const controller = live[this.#failures % Math.max(1, live.length)] ?? drive.controllers[0];
    if (nowSeconds() < this.#next) return this.#whilePausing(controller);
    try {
      const answer = await this.#readHealth(controller);
      await this.#readRarely(drive, controller, answer);
      this.#failures = 0;
      return { ...answer, health: { ...answer.health, limits: { ...this.#limits, ...defined(answer.health.limits) } } };
    } catch (error) {
      if (!(error instanceof NoDriveAnswerError)) this.#countFailure(error);
      if (error instanceof HealthUnavailableError)
        return { hint: error.message, hwmon: await readHwmon(controller.folder, commandTimeoutSeconds) };
      throw error;
    }
  }

  async #whilePausing(controller: NvmeController): Promise<DriveAnswer | undefined> {
    if (this.#outcome === undefined || 'error' in this.#outcome || !('hint' in this.#outcome.answer)) return undefined;
    return { hint: this.#outcome.answer.hint, hwmon: await readHwmon(controller.folder, commandTimeoutSeconds) };
  }

  async #readHealth(controller: NvmeController): Promise<{ health: DriveHealth; method: AccessMethod }> {
    if (this.#method !== undefined) {
      try {
        return { health: await readHealth(controller, this.#method, commandTimeoutSeconds), method: this.#method };
      } catch (error) {
        if (isWorthNoOtherMethod(error)) throw error;
        this.#method = undefined;
      }
    }
    const found = await findAccessMethod(controller, commandTimeoutSeconds);
    this.#method = found.method;
    return found;
  }

  /** What changes never or slowly. That it can't be had is no trouble. */
  async #readRarely(
    drive: NvmeDrive,
    controller: NvmeController,
    { method, health }: { method: AccessMethod; health: DriveHealth },
  ): Promise<void> {
    this.#limits ??= await readDriveLimits(controller, method, commandTimeoutSeconds).catch(() => ({}));
    if (nowSeconds() - this.#usedAt < usageIntervalSeconds) return;
    this.#usedAt = nowSeconds();
    const used = new Map<number, number>();
    for (const namespace of drive.namespaces) {
      const bytes =
        health.used.get(namespace.id) ??
        (await readNamespaceUsedBytes(controller, namespace, method, commandTimeoutSeconds).catch(() => undefined));
      if (bytes !== undefined) used.set(namespace.id, bytes);
    }
    this.#used = used;
  }

  #countFailure(error: unknown): void {
    this.#failures += 1;
    const doubled = firstPauseSeconds * 2 ** (this.#failures - 2);
    // The first failure may be a passing one; but what a person has to mend is not over in a minute.
    const wait =
      this.#failures === 1 && !(error instanceof HealthUnavailableError)
        ? 0
        : Math.min(maxPauseSeconds, Math.max(firstPauseSeconds, doubled));
    this.#next = nowSeconds() + wait - answerTimeoutSeconds;
  }
}

const defined = (limits: DriveLimits): DriveLimits =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
