import { CommandError, type CommandResult, runCommand } from '../../../lib/command.ts';
import { runCommandByDrivesHelper } from '../helper/drives-helper-client.ts';

/** A way to run a command that asks a drive: with this process's own rights, with those of sudo's rule, or by the root
 * helper. */
export interface CommandRunner {
  kind: 'own' | 'sudo' | 'helper';
  /** Resolves whatever the exit status; rejects with an error that names the command. */
  run(program: string, args: readonly string[], seconds: number): Promise<CommandResult>;
}

export const ownRightsRunner: CommandRunner = {
  kind: 'own',
  run: (program, args, seconds) => runCommand(program, args, { seconds }),
};

/** `socketPath`: where this process reaches the helper. */
export const drivesHelperRunner = (socketPath: string): CommandRunner => ({
  kind: 'helper',
  run: (program, args, seconds) => runCommandByDrivesHelper(socketPath, [program, ...args], seconds),
});

/** Questions for which sudo requires a password, as an older rule does for newer ones, and programs of which it allows
 * none for a kind of drive. They are not tried again, because sudo logs each attempt. */
const refusedBySudo = new Set<string>();
const allowedBySudo = new Set<string>();

/** The question to any drive of the kind (`smartctl -j -i /dev/sd`), and all questions of the program to those
 * (`smartctl /dev/sd`). */
function questionAndScope(program: string, args: readonly string[]): [question: string, scope: string] {
  const words = args.map((word) => word.replace(/^(\/dev\/(?:nvme|sd)).*/, '$1'));
  const kind = words.find((word) => word.startsWith('/dev/')) ?? '';
  return [`${program} ${words.join(' ')}`, `${program} ${kind}`];
}

export const hasSudoRefusedBefore = (program: string, args: readonly string[]): boolean =>
  questionAndScope(program, args).some((key) => refusedBySudo.has(key));

/** sudo's own last word, with nothing from the command. It also warns, as of a host without an address, and then runs
 * the command. */
const refusalIn = ({ status, stdout, stderr }: CommandResult): string | undefined =>
  status === 0 || stdout.trim() !== '' ? undefined : /(?:^|\n)((?:sudo:|Sorry, user ).*)$/.exec(stderr.trim())?.[1];

/** By its rule, sudo itself ends a command that takes too long. SIGTERM rather than SIGKILL, because sudo can pass it
 * on and would otherwise leave the command running. */
async function runWithSudo(commandLine: readonly string[], seconds: number): Promise<CommandResult> {
  const startedAt = performance.now();
  try {
    return await runCommand('sudo', ['-n', ...commandLine], { seconds: seconds + 3, killSignal: 'SIGTERM' });
  } catch (error) {
    if (performance.now() - startedAt < seconds * 1000) throw error;
    throw new CommandError(`sudo -n ${commandLine.join(' ')}: timed out after ${seconds} s`, { timedOut: true });
  }
}

export const sudoRunner: CommandRunner = {
  kind: 'sudo',
  async run(program, args, seconds) {
    const [question, scope] = questionAndScope(program, args);
    const result = await runWithSudo([program, ...args], seconds);
    const refusal = refusalIn(result);
    if (refusal === undefined) {
      allowedBySudo.add(question).add(scope);
      return result;
    }
    const allowsOthers = allowedBySudo.has(scope) && !allowedBySudo.has(question);
    refusedBySudo.add(allowsOthers ? question : scope);
    throw new Error(`sudo -n ${program} ${args.join(' ')}: ${refusal}`);
  },
};
