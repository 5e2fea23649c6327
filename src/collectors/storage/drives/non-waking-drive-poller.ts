import { CommandError } from '../../../lib/command.ts';
import { Poller } from '../../../lib/poller.ts';
import { NoAnswerError } from '../../../lib/with-timeout.ts';
import { definedMembers } from '../../../model/defined-members.ts';
import { PastMoment } from '../../../model/past-moment.ts';
import type { AnyTranslatableText } from '../../../model/translation.ts';
import { accessTexts } from '../texts.ts';
import { HealthUnavailableError } from '../tools/nvme-access-methods.ts';
import { keepLastFinishedSelfTest, type SelfTestSummary } from '../tools/self-tests.ts';
import type { AtaDeviceStatistics, DriveHealthReport } from './drive-health-report.ts';
import { AnotherDriveAnsweredError, PowerModeCheckFailedError, type SmartctlAnswer } from './smartctl-answer.ts';
import { SmartctlQuestioner } from './smartctl-questioner.ts';
import type { StorageDrive } from './storage-drives.ts';

const commandTimeoutSeconds = 10;
/** How long a reading waits for a drive; a later answer is used in the next reading. */
const answerTimeoutSeconds = 3;
/** Readings do not come at exact intervals. */
const slackSeconds = 5;
const pollSeconds = 60;
/** A question each minute would keep the drive's own standby timer from running out. */
const rotatingPollSeconds = 600;
/** The same for a drive that nobody uses. */
const idlePollSeconds = 1800;
const unsupportedPollSeconds = 3600;
const selfTestsSeconds = 3600;
const statisticsSeconds = 24 * 3600;

export type DrivePowerMode = 'active' | 'standby';

/** What is known of a drive. Asleep, it is what was known before. */
export interface DrivePowerAndReport {
  /** Undefined until the drive has been asked. */
  power?: DrivePowerMode | undefined;
  report?: DriveHealthReport | undefined;
  /** When the report came. */
  readAt?: PastMoment | undefined;
  /** Why there is no report, and how to get it. */
  hint?: AnyTranslatableText | undefined;
}

/** Asks one drive, as rarely as it takes, without waking it: while it sleeps, it only hears CHECK POWER MODE. */
export class NonWakingDrivePoller {
  readonly #poller = new Poller(() => this.#ask(), {
    timeoutSeconds: commandTimeoutSeconds + slackSeconds,
    waitMs: answerTimeoutSeconds * 1000,
  });
  readonly #questioner: SmartctlQuestioner;
  #drive: StorageDrive;
  #state: DrivePowerAndReport = {};
  /** By which the drive has identified itself; of one behind a USB bridge it is not what the kernel knows. */
  #serial: string | undefined;
  #error: unknown;
  #failures = 0;
  #dueAt = Number.NEGATIVE_INFINITY;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #activityAtAnswer: string | undefined;
  #activityBefore = '';
  #isInUse = false;
  /** The drive does not tell whether it sleeps, so that it is asked only while it is in use. */
  #isPowerUnknowable = false;
  /** An SSD that does not answer the power question is not asked it again. */
  #skipsPowerQuestion = false;
  #selfTests: { at: number; value: SelfTestSummary | undefined } | undefined;
  #statistics: { at: number; value: AtaDeviceStatistics | undefined } | undefined;

  /** `type`: smartctl's `-d`, if the settings have it. `helperSocket`: where this process reaches the drives helper. */
  constructor(drive: StorageDrive, type: string | undefined, helperSocket: string) {
    this.#drive = drive;
    this.#questioner = new SmartctlQuestioner(drive, type, helperSocket);
  }

  /** The latest that is known. Rejects if the drive can't be read, with an AnotherDriveAnsweredError if another one
   * answers. */
  async poll(drive: StorageDrive): Promise<DrivePowerAndReport> {
    this.#drive = drive;
    const { activity } = drive;
    this.#isInUse = activity !== '' && this.#activityBefore !== '' && activity !== this.#activityBefore;
    this.#activityBefore = activity;
    if (drive.isSuspended) return { ...this.#state, power: 'standby' };
    if (this.#poller.pendingSeconds !== undefined || this.#isDue()) await this.#pollOnce();
    if (this.#error instanceof HealthUnavailableError) return { hint: this.#error.wording };
    if (this.#error !== undefined) throw this.#error;
    return this.#state;
  }

  get isPending(): boolean {
    return this.#poller.pendingSeconds !== undefined;
  }

  async #pollOnce(): Promise<void> {
    try {
      await this.#poller.poll();
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      // The drive may be on its way; what was known is good for the length of a question.
      const seconds = this.#poller.pendingSeconds ?? 0;
      if (this.#state.report === undefined || seconds > commandTimeoutSeconds)
        throw new NoAnswerError((texts = accessTexts) => texts.noAnswer(this.#drive.names[0], Math.round(seconds)));
    }
  }

  #isDue(): boolean {
    const now = performance.now() / 1000;
    const { isRotational, activity } = this.#drive;
    if (now < this.#dueAt) return false;
    if (!isRotational || this.#state.power !== 'active' || this.#error !== undefined) return true;
    if (this.#isPowerUnknowable) return this.#isInUse;
    return activity !== this.#activityAtAnswer || now - this.#answeredAt >= idlePollSeconds - slackSeconds;
  }

  async #ask(): Promise<void> {
    const now = performance.now() / 1000;
    const isDue = (slow: { at: number } | undefined, seconds: number) => slow === undefined || now - slow.at >= seconds;
    const selfTests = isDue(this.#selfTests, selfTestsSeconds);
    const statistics = this.#drive.identity.bus !== 'scsi' && isDue(this.#statistics, statisticsSeconds);
    const { activity } = this.#drive;
    try {
      const answer = await this.#askDrive({ selfTests, statistics });
      this.#checkSerial(answer);
      this.#failures = 0;
      this.#error = undefined;
      this.#answeredAt = now;
      this.#activityAtAnswer = activity;
      this.#keep(answer, now, { selfTests, statistics });
    } catch (error) {
      this.#failures += 1;
      this.#error = error;
      this.#dueAt = now + this.#pauseAfterFailure(error);
      // A drive may hang on a log that it does not have.
      if (error instanceof CommandError && error.timedOut && (selfTests || statistics)) {
        this.#selfTests = { at: now, value: this.#selfTests?.value };
        this.#statistics = { at: now, value: this.#statistics?.value };
      }
    }
  }

  /** A drive that does not answer the power question is asked again without it, if it may. */
  async #askDrive(logs: { selfTests: boolean; statistics: boolean }): Promise<SmartctlAnswer> {
    const ask = (power: boolean) => this.#questioner.ask(this.#drive, { power, ...logs }, commandTimeoutSeconds);
    if (!this.#skipsPowerQuestion) {
      try {
        return await ask(true);
      } catch (error) {
        if (!(error instanceof PowerModeCheckFailedError) || !this.#maySkipPowerQuestion()) throw error;
      }
    }
    const answer = await ask(false);
    this.#skipsPowerQuestion = !this.#drive.isRotational;
    return answer.kind === 'report' ? { ...answer, isPowerUnknowable: true } : answer;
  }

  #checkSerial(answer: SmartctlAnswer): void {
    const serial = answer.kind === 'report' ? answer.report.serial : undefined;
    if (serial === undefined) return;
    this.#serial ??= serial;
    if (serial !== this.#serial) throw new AnotherDriveAnsweredError(this.#drive.names[0], this.#serial, serial);
  }

  #keep(answer: SmartctlAnswer, now: number, asked: { selfTests: boolean; statistics: boolean }): void {
    if (answer.kind === 'asleep') {
      this.#state = { ...this.#state, power: 'standby' };
      this.#dueAt = now + rotatingPollSeconds - slackSeconds;
      return;
    }
    const { report, isPowerUnknowable } = answer;
    this.#isPowerUnknowable = isPowerUnknowable;
    if (asked.selfTests)
      this.#selfTests = { at: now, value: keepLastFinishedSelfTest(report.selfTests, this.#selfTests?.value) };
    // A drive without statistics is not asked for them again.
    if (asked.statistics)
      this.#statistics = { at: report.statistics ? now : Number.POSITIVE_INFINITY, value: report.statistics };
    this.#state = {
      power: 'active',
      readAt: new PastMoment(),
      report: {
        ...report,
        ...definedMembers(this.#statistics?.value),
        selfTests: this.#selfTests?.value,
      },
    };
    const seconds = report.isSupported ? this.#pollSeconds : unsupportedPollSeconds;
    this.#dueAt = now + seconds - slackSeconds;
  }

  get #pollSeconds(): number {
    return this.#drive.isRotational ? rotatingPollSeconds : pollSeconds;
  }

  /** The first failure may be that of a moment, or another way may work, unless only the user can solve it. */
  #pauseAfterFailure(error: unknown): number {
    if (this.#failures === 1 && !(error instanceof HealthUnavailableError)) return 0;
    const seconds = Math.min(rotatingPollSeconds, pollSeconds * 2 ** Math.max(0, this.#failures - 2));
    return seconds - slackSeconds;
  }

  /** Whether the drive may be asked without the question that it did not answer. An SSD does not sleep; others must be
   * in use, but for the first time behind a USB bridge, many of which do not pass the question on. */
  #maySkipPowerQuestion(): boolean {
    const { isRotational, identity } = this.#drive;
    return !isRotational || this.#isInUse || (identity.bus === 'usb' && this.#state.report === undefined);
  }
}
