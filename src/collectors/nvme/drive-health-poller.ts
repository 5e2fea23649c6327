import { setTimeout as pause } from 'node:timers/promises';
import type { NvmeDrive } from './drives.ts';
import type { DriveLimitsAndCapacity } from './reading.ts';
import type { NvmeController } from './sysfs.ts';
import {
  type AccessMethod,
  type DriveHealth,
  findAccessMethodAndHealth,
  HealthUnavailableError,
  isDriveAtFault,
  readDriveHealth,
} from './tools/access-methods.ts';
import { NoDriveAnswerError } from './tools/health-log.ts';
import { type DriveHwmonReading, readDriveHwmon } from './tools/hwmon.ts';
import { readDriveLimitsAndCapacity, readNamespaceUsedBytes } from './tools/identify.ts';

const commandTimeoutSeconds = 10;
/** How long a reading waits for a drive; a later answer is used in the next reading. */
const answerTimeoutSeconds = 3;
/** Pause after the second failure, doubled after each further one. */
const firstPauseSeconds = 60;
const maxPauseSeconds = 3600;
/** How often the used bytes of namespaces are read. */
const usageIntervalSeconds = 3600;

/** The health of a drive, or what the kernel provides without it and how to get the health. */
export type DriveHealthOrHint =
  | { health: DriveHealth; method: AccessMethod }
  | { hint: string; hwmon: DriveHwmonReading | undefined };

const nowSeconds = () => performance.now() / 1000;

/** Polls one drive, with one request at a time and growing pauses after failures. */
export class DriveHealthPoller {
  #method: AccessMethod | undefined;
  #limits: DriveLimitsAndCapacity | undefined;
  #usedBytes: ReadonlyMap<number, number> = new Map();
  #usedBytesReadAt = Number.NEGATIVE_INFINITY;
  #pending: { done: Promise<void>; since: number } | undefined;
  #outcome: { answer: DriveHealthOrHint } | { error: unknown } | undefined;
  #failures = 0;
  #nextTryAt = Number.NEGATIVE_INFINITY;

  /** The latest answer. Rejects if the drive can't be read or does not answer. */
  async poll(drive: NvmeDrive): Promise<DriveHealthOrHint> {
    this.#pending ??= this.#start(drive);
    const { done, since } = this.#pending;
    await Promise.race([done, pause(answerTimeoutSeconds * 1000, undefined, { ref: false })]);
    const waitedSeconds = nowSeconds() - since;
    if (this.#pending !== undefined && (this.#outcome === undefined || waitedSeconds > commandTimeoutSeconds))
      throw new Error(`${drive.controllers[0].name}: no answer in ${Math.round(waitedSeconds)} s`);
    if (this.#outcome === undefined) throw new Error(`${drive.controllers[0].name}: no answer`);
    if ('error' in this.#outcome) throw this.#outcome.error;
    return this.#outcome.answer;
  }

  /** Bytes in use by NSID. */
  get usedBytes(): ReadonlyMap<number, number> {
    return this.#usedBytes;
  }

  get isPending(): boolean {
    return this.#pending !== undefined;
  }

  #start(drive: NvmeDrive): { done: Promise<void>; since: number } {
    const done = this.#request(drive).then(
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
        this.#pending = undefined;
      }),
    };
  }

  /** Undefined during the pause after a failure, if there is no hint to repeat. */
  async #request(drive: NvmeDrive): Promise<DriveHealthOrHint | undefined> {
    const liveControllers = drive.controllers.filter(({ state }) => state === undefined || state === 'live');
    // After a failure, a drive with two ports may answer at the other one.
    const controller = liveControllers[this.#failures % Math.max(1, liveControllers.length)] ?? drive.controllers[0];
    if (nowSeconds() < this.#nextTryAt) return this.#answerDuringPause(controller);
    try {
      const answer = await this.#readHealth(controller);
      await this.#readSlowValues(drive, controller, answer);
      this.#failures = 0;
      return {
        ...answer,
        health: { ...answer.health, limits: { ...this.#limits, ...withoutUndefined(answer.health.limits) } },
      };
    } catch (error) {
      if (!(error instanceof NoDriveAnswerError)) this.#countFailure(error);
      if (error instanceof HealthUnavailableError)
        return { hint: error.message, hwmon: await readDriveHwmon(controller.folder, commandTimeoutSeconds) };
      throw error;
    }
  }

  async #answerDuringPause(controller: NvmeController): Promise<DriveHealthOrHint | undefined> {
    if (this.#outcome === undefined || 'error' in this.#outcome || !('hint' in this.#outcome.answer)) return undefined;
    return { hint: this.#outcome.answer.hint, hwmon: await readDriveHwmon(controller.folder, commandTimeoutSeconds) };
  }

  async #readHealth(controller: NvmeController): Promise<{ health: DriveHealth; method: AccessMethod }> {
    if (this.#method !== undefined) {
      try {
        return { health: await readDriveHealth(controller, this.#method, commandTimeoutSeconds), method: this.#method };
      } catch (error) {
        if (isDriveAtFault(error)) throw error;
        this.#method = undefined;
      }
    }
    const answer = await findAccessMethodAndHealth(controller, commandTimeoutSeconds);
    this.#method = answer.method;
    return answer;
  }

  /** Reads what never or rarely changes; failures are ignored. */
  async #readSlowValues(
    drive: NvmeDrive,
    controller: NvmeController,
    { method, health }: { method: AccessMethod; health: DriveHealth },
  ): Promise<void> {
    this.#limits ??= await readDriveLimitsAndCapacity(controller, method, commandTimeoutSeconds).catch(() => ({}));
    if (nowSeconds() - this.#usedBytesReadAt < usageIntervalSeconds) return;
    this.#usedBytesReadAt = nowSeconds();
    const usedBytes = new Map<number, number>();
    for (const namespace of drive.namespaces) {
      const bytes =
        health.usedBytes.get(namespace.id) ??
        (await readNamespaceUsedBytes(controller, namespace, method, commandTimeoutSeconds).catch(() => undefined));
      if (bytes !== undefined) usedBytes.set(namespace.id, bytes);
    }
    this.#usedBytes = usedBytes;
  }

  #countFailure(error: unknown): void {
    this.#failures += 1;
    const doubled = firstPauseSeconds * 2 ** (this.#failures - 2);
    // The first failure may be temporary, unless only the user can solve it.
    const pauseSeconds =
      this.#failures === 1 && !(error instanceof HealthUnavailableError)
        ? 0
        : Math.min(maxPauseSeconds, Math.max(firstPauseSeconds, doubled));
    this.#nextTryAt = nowSeconds() + pauseSeconds - answerTimeoutSeconds;
  }
}

const withoutUndefined = (limits: DriveLimitsAndCapacity): DriveLimitsAndCapacity =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
