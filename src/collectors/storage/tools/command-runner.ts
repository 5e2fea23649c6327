import { CommandError, type CommandResult, runCommand } from '../../../lib/command.ts';
import { runByDrivesHelper } from '../helper/drives-helper-client.ts';

/** A way to run a command that asks a drive: with this process's own rights, with those of sudo's rule, or by the root helper. */
export interface CommandRunner {
  kind: 'own' | 'sudo' | 'helper';
  /** Resolves whatever the exit status; rejects with an error that names the command. */
  run(program: string, args: readonly string[], seconds: number): Promise<CommandResult>;
}

export const ownRunner: CommandRunner = {
  kind: 'own',
  run: (program, args, seconds) => runCommand(program, args, { seconds }),
};

/** `socketPath`: where this process reaches the helper. */
export const drivesHelperRunner = (socketPath: string): CommandRunner => ({
  kind: 'helper',
  run: (program, args, seconds) => runByDrivesHelper(socketPath, [program, ...args], seconds),
});

/** Programs, or subcommands of those that it allows otherwise, for which sudo requires a password, as an older rule does for newer
 * questions. They are not tried again, because sudo logs each attempt. */
const refusedBySudo = new Set<string>();
const allowedBySudo = new Set<string>();

const subcommandOf = (program: string, args: readonly string[]) => `${program} ${args[0]}`;

export const isRefusedBySudo = (program: string, args: readonly string[]): boolean =>
  refusedBySudo.has(program) || refusedBySudo.has(subcommandOf(program, args));

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
    const subcommand = subcommandOf(program, args);
    const result = await runWithSudo([program, ...args], seconds);
    if (result.status === 0 || !/^(sudo:|Sorry, user )/m.test(result.stderr)) {
      allowedBySudo.add(subcommand);
      return result;
    }
    const allowsOthers = [...allowedBySudo].some((allowed) => allowed.startsWith(`${program} `));
    refusedBySudo.add(allowsOthers && !allowedBySudo.has(subcommand) ? subcommand : program);
    throw new Error(`sudo -n ${program} ${args.join(' ')}: ${result.stderr.trim().split('\n')[0]}`);
  },
};
