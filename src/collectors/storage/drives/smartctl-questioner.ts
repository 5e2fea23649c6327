import { CommandError } from '../../../lib/command.ts';
import { describeError } from '../../../model/errors.ts';
import { DrivesHelperError, isDrivesHelperPresent } from '../helper/drives-helper-client.ts';
import { HealthUnavailableError } from '../tools/access-methods.ts';
import {
  type CommandRunner,
  drivesHelperRunner,
  isRefusedBySudo,
  ownRunner,
  sudoRunner,
} from '../tools/command-runner.ts';
import { ataCapability, canUseSudo, explainMissingRight } from '../tools/device-rights.ts';
import { PowerQuestionFailedError, parseSmartctlAnswer, type SmartctlAnswer } from './smartctl-answer.ts';
import type { WholeDrive } from './whole-drives.ts';

interface SmartctlQuestion {
  /** Ask first whether the drive sleeps, and if so, nothing more. */
  power: boolean;
  selfTests: boolean;
  statistics: boolean;
}

/** Asks one drive by smartctl: one command a question. It remembers what works: `-d`, the path, and the right. */
export class SmartctlQuestioner {
  readonly #helperSocket: string;
  readonly #isTypeSet: boolean;
  #type: string | undefined;
  /** Paths that did not answer, of a drive with several. */
  #path = 0;
  #isHelperOut = false;
  #isHelperForbidden = false;

  /** `type`: smartctl's `-d`, if the settings have it. */
  constructor({ identity }: WholeDrive, type: string | undefined, helperSocket: string) {
    this.#helperSocket = helperSocket;
    this.#isTypeSet = type !== undefined;
    // smartctl knows the bridges of USB drives, and says which one it has found.
    this.#type = type ?? { ata: 'sat', scsi: 'scsi', usb: undefined, nvme: 'nvme', other: undefined }[identity.bus];
  }

  /** Rejects with a HealthUnavailableError if nothing is broken, else with an error that names the command. */
  async ask(drive: WholeDrive, question: SmartctlQuestion, seconds: number): Promise<SmartctlAnswer> {
    const name = drive.names[this.#path % drive.names.length] ?? drive.names[0];
    const args = [
      '-j',
      ...(question.power ? ['-n', 'standby,3'] : []),
      '-i',
      '-H',
      '-A',
      ...(question.selfTests ? ['-c', '-l', 'selftest'] : []),
      ...(question.statistics ? ['-l', 'devstat'] : []),
      ...(this.#type === undefined ? [] : ['-d', this.#type]),
      `/dev/${name}`,
    ];
    // The kernel lets SCSI’s own questions through without a capability, but not those that carry ATA commands.
    const capability = drive.identity.bus === 'scsi' ? null : ataCapability;
    const missingRight = () => explainMissingRight(name, this.#isHelperForbidden, capability);
    const runner = this.#runner(missingRight(), args);
    try {
      const { stdout, stderr } = await runner.run('smartctl', args, seconds);
      if (stdout.trim() === '' && stderr.trim() !== '') throw new Error(stderr.trim().split('\n')[0]);
      const answer = parseSmartctlAnswer(stdout);
      this.#type ??= answer.type;
      return answer;
    } catch (error) {
      throw this.#explain(error, drive, `smartctl ${args.join(' ')}`, runner, missingRight());
    }
  }

  #runner(missingRight: string | undefined, args: readonly string[]): CommandRunner {
    if (!this.#isHelperOut && isDrivesHelperPresent(this.#helperSocket)) return drivesHelperRunner(this.#helperSocket);
    return missingRight !== undefined && canUseSudo() && !isRefusedBySudo('smartctl', args) ? sudoRunner : ownRunner;
  }

  #explain(
    error: unknown,
    { identity }: WholeDrive,
    command: string,
    { kind }: CommandRunner,
    missingRight: string | undefined,
  ): Error {
    if (error instanceof DrivesHelperError) {
      this.#isHelperOut = true;
      this.#isHelperForbidden = error.forbidden;
      return error;
    }
    if (error instanceof CommandError) {
      if (error.missing) return new HealthUnavailableError('smartctl is not installed: apt install smartmontools');
      return error;
    }
    if (kind !== 'helper' && missingRight !== undefined) return new HealthUnavailableError(missingRight);
    this.#path += 1;
    const words = `${command}: ${describeError(error)}`;
    if (error instanceof PowerQuestionFailedError) return new PowerQuestionFailedError(words);
    if (identity.bus === 'usb' && !this.#isTypeSet) {
      // An unknown bridge: most pass ATA on. Other guesses can reset it.
      if (this.#type === undefined) this.#type = 'sat';
      else return new HealthUnavailableError(`${words}; STORAGE_DRIVE_TYPES can say how to ask it (smartctl -d)`);
    }
    return new Error(words);
  }
}
