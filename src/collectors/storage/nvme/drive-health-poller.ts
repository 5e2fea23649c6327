import { Poller } from '../../../lib/poller.ts';
import { NoAnswerError } from '../../../lib/with-timeout.ts';
import { definedMembers } from '../../../model/defined-members.ts';
import { TranslatableError } from '../../../model/translatable-error.ts';
import type { AnyTranslatableText } from '../../../model/translation.ts';
import { accessTexts } from '../texts.ts';
import { hasSudoRefusedBefore } from '../tools/command-runner.ts';
import {
  type AccessMethod,
  type DriveHealth,
  deviceNodePath,
  findAccessMethodAndHealth,
  HealthUnavailableError,
  isDriveAtFault,
  readDriveHealth,
} from '../tools/nvme-access-methods.ts';
import { DriveDroppedOffBusError } from '../tools/nvme-health-log.ts';
import { type NvmeHwmonReading, readNvmeHwmon } from '../tools/nvme-hwmon.ts';
import { readNamespaceUsedBytes, readTemperatureLimitsAndCapacity } from '../tools/nvme-identify.ts';
import { keepLastFinishedSelfTest, parseSelfTestSummary, type SelfTestSummary } from '../tools/self-tests.ts';
import type { NvmeDrive } from './drives.ts';
import type { TemperatureLimitsAndCapacity } from './reading.ts';
import { controllerStillHasSameSerial, type NvmeController } from './sysfs.ts';

const commandTimeoutSeconds = 10;
/** How long a reading waits for a drive; a later answer is used in the next reading. */
const answerTimeoutSeconds = 3;
/** Pause after the second failure, doubled after each further one. */
const firstPauseSeconds = 60;
const maxPauseSeconds = 3600;
/** How often the used bytes of namespaces are read, and the longest pause before what failed is read again. */
const usageIntervalSeconds = 3600;

/** The health of a drive, or what the kernel provides without it and how to get the health. */
export type DriveHealthOrHint =
  | { health: DriveHealth; method: AccessMethod }
  | { hint: AnyTranslatableText; hwmon: NvmeHwmonReading | undefined };

const pollerOptions = { timeoutSeconds: commandTimeoutSeconds, waitMs: answerTimeoutSeconds * 1000 };

/** Undefined for a drive that does not answer: that is no failure of a command. */
function pauseSeconds(failures: number, error: unknown): number | undefined {
  if (error instanceof DriveDroppedOffBusError) return undefined;
  // The first failure may be temporary, unless only the user can solve it.
  if (failures === 1 && !(error instanceof HealthUnavailableError)) return 0;
  const seconds = Math.min(maxPauseSeconds, Math.max(firstPauseSeconds, firstPauseSeconds * 2 ** (failures - 2)));
  // Readings do not come at exact intervals.
  return seconds - answerTimeoutSeconds;
}

/** Polls one drive, with growing pauses after failures. Without its health, what the kernel knows of it. */
export class DriveHealthPoller {
  readonly #health = new Poller(() => this.#readHealthAndSlowValues(), { ...pollerOptions, pauseSeconds });
  readonly #hwmon = new Poller(() => readNvmeHwmon(this.#controller.folder, commandTimeoutSeconds), pollerOptions);
  readonly #helperSocket: string;
  #drive: NvmeDrive;
  #method: AccessMethod | undefined;
  #limits: TemperatureLimitsAndCapacity | undefined;
  #usedBytes: ReadonlyMap<number, number> = new Map();
  #selfTests: { readAt: number; tests: SelfTestSummary | undefined } | undefined;
  #slowValuesDueAt = Number.NEGATIVE_INFINITY;
  #slowValueFailures = 0;

  /** `helperSocket`: where this process reaches the drives helper. */
  constructor(drive: NvmeDrive, helperSocket: string) {
    this.#drive = drive;
    this.#helperSocket = helperSocket;
  }

  /** The latest answer. Rejects if the drive can't be read or does not answer. */
  async poll(drive: NvmeDrive): Promise<DriveHealthOrHint> {
    this.#drive = drive;
    try {
      return await this.#answerOf(this.#health);
    } catch (error) {
      if (!(error instanceof HealthUnavailableError)) throw error;
      return { hint: error.wording, hwmon: await this.#answerOf(this.#hwmon) };
    }
  }

  /** Bytes in use by NSID. */
  get usedBytes(): ReadonlyMap<number, number> {
    return this.#usedBytes;
  }

  get selfTests(): SelfTestSummary | undefined {
    return this.#selfTests?.tests;
  }

  get isPending(): boolean {
    return this.#health.pendingSeconds !== undefined || this.#hwmon.pendingSeconds !== undefined;
  }

  async #answerOf<T>(poller: Poller<T>): Promise<T> {
    try {
      return (await poller.poll()).answer;
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      const { name } = this.#drive.controllers[0];
      const seconds = Math.round(poller.pendingSeconds ?? 0);
      throw new NoAnswerError((texts = accessTexts) => texts.noAnswer(name, seconds));
    }
  }

  /** After a failure, a drive with two ports may answer at the other one. */
  get #controller(): NvmeController {
    const { controllers } = this.#drive;
    const live = controllers.filter(({ state }) => state === undefined || state === 'live');
    return live[this.#health.failures % Math.max(1, live.length)] ?? controllers[0];
  }

  async #readHealthAndSlowValues(): Promise<{ health: DriveHealth; method: AccessMethod }> {
    const drive = this.#drive;
    const controller = this.#controller;
    const answer = await this.#readHealth(controller);
    // A health log does not say of which drive it is.
    if (!controllerStillHasSameSerial(controller))
      throw new TranslatableError((texts = accessTexts) => texts.noLongerSameDrive(controller.name, drive.serial));
    await this.#readSlowValues(drive, controller, answer);
    await this.#readSelfTests(controller, answer.method);
    const limits = { ...this.#limits, ...definedMembers(answer.health.limits) };
    return { ...answer, health: { ...answer.health, limits } };
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
    const answer = await findAccessMethodAndHealth(controller, commandTimeoutSeconds, this.#helperSocket);
    this.#method = answer.method;
    return answer;
  }

  /** Many drives have no such log, so that a failure says nothing. */
  async #readSelfTests(controller: NvmeController, { command, runner, namespace }: AccessMethod): Promise<void> {
    const now = performance.now() / 1000;
    if (this.#selfTests !== undefined && now - this.#selfTests.readAt < usageIntervalSeconds) return;
    this.#selfTests = { readAt: now, tests: this.#selfTests?.tests };
    try {
      const args = command.selfTestArgs(deviceNodePath(controller, { namespace }));
      if (runner.kind === 'sudo' && hasSudoRefusedBefore(command.program, args)) return;
      const { stdout } = await runner.run(command.program, args, commandTimeoutSeconds);
      this.#selfTests = {
        readAt: now,
        tests: keepLastFinishedSelfTest(parseSelfTestSummary(stdout), this.#selfTests.tests),
      };
    } catch {
      // The tests that were read before are still those that were.
    }
  }

  /** Reads what never or rarely changes; failures are ignored. */
  async #readSlowValues(
    drive: NvmeDrive,
    controller: NvmeController,
    { method, health }: { method: AccessMethod; health: DriveHealth },
  ): Promise<void> {
    if (performance.now() / 1000 < this.#slowValuesDueAt) return;
    let isComplete = true;
    const undefinedIfFailed = <T>(answer: Promise<T>) =>
      answer.catch(() => {
        isComplete = false;
        return undefined;
      });
    this.#limits ??= await undefinedIfFailed(
      readTemperatureLimitsAndCapacity(controller, method, commandTimeoutSeconds),
    );
    const usedBytes = new Map<number, number>();
    for (const namespace of drive.namespaces) {
      const bytes =
        health.usedBytes.get(namespace.id) ??
        (await undefinedIfFailed(readNamespaceUsedBytes(controller, namespace, method, commandTimeoutSeconds)));
      if (bytes !== undefined) usedBytes.set(namespace.id, bytes);
    }
    this.#usedBytes = usedBytes;
    this.#slowValueFailures = isComplete ? 0 : this.#slowValueFailures + 1;
    // The first failure may be that of a moment, as while a controller resets.
    const pauseSeconds = isComplete
      ? usageIntervalSeconds
      : Math.min(usageIntervalSeconds, firstPauseSeconds * 2 ** (this.#slowValueFailures - 2));
    this.#slowValuesDueAt = this.#slowValueFailures === 1 ? 0 : performance.now() / 1000 + pauseSeconds;
  }
}
