import { CommandError } from '../../../lib/command.ts';
import { describeError } from '../../../model/errors.ts';
import { DrivesHelperError, isDrivesHelperPresent } from '../helper/drives-helper-client.ts';
import { accessTexts } from '../texts.ts';
import {
  type CommandRunner,
  drivesHelperRunner,
  hasSudoRefusedBefore,
  ownRightsRunner,
  sudoRunner,
} from '../tools/command-runner.ts';
import { ataDriveLinuxCapability, canSudoGrantRights, explainMissingRight } from '../tools/device-rights.ts';
import { HealthUnavailableError } from '../tools/nvme-access-methods.ts';
import type { DriveIdentity } from './drive-identity.ts';
import { PowerModeCheckFailedError, parseSmartctlAnswer, type SmartctlAnswer } from './smartctl-answer.ts';
import type { StorageDrive } from './storage-drives.ts';

interface SmartctlQuestion {
  /** Ask first whether the drive sleeps, and if so, nothing more. */
  power: boolean;
  selfTests: boolean;
  statistics: boolean;
}

/** Asks one drive by smartctl: one command at a time. It remembers what works: `-d` and the path. */
export class SmartctlQuestioner {
  readonly #helperSocket: string;
  readonly #isTypeSet: boolean;
  #type: string | undefined;
  /** Paths that did not answer, of a drive with several. */
  #path = 0;

  /** `type`: smartctl's `-d`, if the settings have it. */
  constructor({ identity }: StorageDrive, type: string | undefined, helperSocket: string) {
    this.#helperSocket = helperSocket;
    this.#isTypeSet = type !== undefined;
    // smartctl knows the bridges of USB drives, and says which one it has found.
    this.#type = type ?? { ata: 'sat', scsi: 'scsi', usb: undefined, nvme: 'nvme', other: undefined }[identity.bus];
  }

  /** Rejects with a HealthUnavailableError if nothing is broken, else with an error that names the command. */
  async ask(drive: StorageDrive, question: SmartctlQuestion, seconds: number): Promise<SmartctlAnswer> {
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
    if (!isDrivesHelperPresent(this.#helperSocket)) return this.#askWithoutHelper(name, args, drive.identity, seconds);
    try {
      return await this.#run(drivesHelperRunner(this.#helperSocket), args, seconds);
    } catch (error) {
      if (!(error instanceof DrivesHelperError)) throw this.#explain(error, args, drive.identity);
      // It did not ask the drive, perhaps only this time.
      return this.#askWithoutHelper(name, args, drive.identity, seconds, error);
    }
  }

  /** `helperError`: why the helper, which is there, did not ask. */
  async #askWithoutHelper(
    name: string,
    args: readonly string[],
    identity: DriveIdentity,
    seconds: number,
    helperError?: DrivesHelperError,
  ): Promise<SmartctlAnswer> {
    // The kernel lets SCSI’s own questions through without a capability, but not those that carry ATA commands.
    const capability = identity.bus === 'scsi' ? null : ataDriveLinuxCapability;
    const missingRight = explainMissingRight(name, helperError?.forbidden, capability);
    const mayUseSudo = missingRight !== undefined && canSudoGrantRights() && !hasSudoRefusedBefore('smartctl', args);
    const runner = mayUseSudo ? sudoRunner : ownRightsRunner;
    try {
      return await this.#run(runner, args, seconds);
    } catch (error) {
      const isNotInstalled = error instanceof CommandError && error.missing;
      const isRightMissing =
        runner.kind === 'sudo'
          ? isNotInstalled || hasSudoRefusedBefore('smartctl', args)
          : missingRight !== undefined && !(error instanceof CommandError);
      if (!isRightMissing && !isNotInstalled) throw this.#explain(error, args, identity);
      // The helper has what is missing here: it is what to mend.
      if (helperError?.forbidden === false) throw helperError;
      if (isRightMissing && missingRight !== undefined) throw new HealthUnavailableError(missingRight);
      throw this.#explain(error, args, identity);
    }
  }

  async #run(runner: CommandRunner, args: readonly string[], seconds: number): Promise<SmartctlAnswer> {
    const { stdout, stderr } = await runner.run('smartctl', args, seconds);
    if (stdout.trim() === '' && stderr.trim() !== '') throw new Error(stderr.trim().split('\n')[0]);
    const answer = parseSmartctlAnswer(stdout);
    this.#type ??= answer.type;
    return answer;
  }

  #explain(error: unknown, args: readonly string[], identity: DriveIdentity): Error {
    if (error instanceof CommandError) {
      if (error.missing)
        return new HealthUnavailableError((texts = accessTexts) =>
          texts.notInstalled('smartctl', 'apt install smartmontools'),
        );
      return error;
    }
    this.#path += 1;
    const words = `smartctl ${args.join(' ')}: ${describeError(error)}`;
    if (error instanceof PowerModeCheckFailedError) return new PowerModeCheckFailedError(words);
    if (identity.bus === 'usb' && !this.#isTypeSet) {
      // An unknown bridge: most pass ATA on. Other guesses can reset it.
      if (this.#type === undefined) this.#type = 'sat';
      else return new HealthUnavailableError((texts = accessTexts) => texts.unknownBridge(words));
    }
    return new Error(words);
  }
}
