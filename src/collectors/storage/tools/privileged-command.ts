import { CommandError, type CommandResult } from '../../../lib/command.ts';
import { DrivesHelperError, isDrivesHelperPresent } from '../helper/drives-helper-client.ts';
import { commandTimeoutSeconds } from '../helper/protocol.ts';
import { accessTexts } from '../texts.ts';
import {
  type CommandRunner,
  drivesHelperRunner,
  hasSudoRefusedBefore,
  ownRightsRunner,
  sudoRunner,
} from './command-runner.ts';
import { canSudoGrantRights, explainMissingRight, type LinuxCapability } from './device-rights.ts';
import { HealthUnavailableError } from './nvme-access-methods.ts';

/** A question to the kernel about what is built of drives. */
export interface PrivilegedCommand {
  program: string;
  args: readonly string[];
  /** Debian's package of the program. */
  packageName: string;
  /** The node below /dev that the program opens, and the capability that it needs beside that. */
  node: string;
  capability: LinuxCapability | null;
}

/** Runs a command with this process's own rights, else by the helper, else by sudo. Rejects with a
 * HealthUnavailableError if a right or the program is missing. `helperSocket`: where this process reaches the
 * helper. */
export async function runPrivilegedCommand(
  { program, args, packageName, node, capability }: PrivilegedCommand,
  helperSocket: string,
): Promise<CommandResult> {
  const run = async (runner: CommandRunner) => {
    try {
      return await runner.run(program, args, commandTimeoutSeconds);
    } catch (error) {
      if (!(error instanceof CommandError && error.missing)) throw error;
      throw new HealthUnavailableError((texts = accessTexts) =>
        texts.notInstalled(program, `apt install ${packageName}`),
      );
    }
  };
  if (explainMissingRight(node, false, capability) === undefined) return run(ownRightsRunner);
  let helperError: DrivesHelperError | undefined;
  if (isDrivesHelperPresent(helperSocket)) {
    try {
      return await run(drivesHelperRunner(helperSocket));
    } catch (error) {
      if (!(error instanceof DrivesHelperError)) throw error;
      helperError = error;
    }
  }
  if (canSudoGrantRights() && !hasSudoRefusedBefore(program, args)) {
    try {
      return await run(sudoRunner);
    } catch (error) {
      const isRefused = hasSudoRefusedBefore(program, args) || error instanceof HealthUnavailableError;
      if (!isRefused) throw error;
    }
  }
  // The helper has what is missing here: it is what to mend.
  if (helperError?.forbidden === false) throw helperError;
  throw new HealthUnavailableError(explainMissingRight(node, helperError?.forbidden, capability) ?? '');
}
