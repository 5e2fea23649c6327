import type { Options } from 'execa';
import { bounds } from '../model/bounds.ts';
import { trackProcessGroup } from './process-groups.ts';

export interface CommandResult {
  stdout: string;
  /** Its beginning. */
  stderr: string;
  status: number;
}

/** A command could not be run, timed out, was killed, or failed. */
export class CommandError extends Error {
  /** The command is not installed. */
  readonly missing: boolean;
  readonly timedOut: boolean;

  constructor(message: string, options: { missing?: boolean; timedOut?: boolean } = {}) {
    super(message);
    this.missing = options.missing ?? false;
    this.timedOut = options.timedOut ?? false;
  }
}

/** `killSignal` is sent when the time is up and when this process exits; SIGKILL by default. `input` is what the command
 * reads. */
type CommandOptions = { seconds: number } & Pick<Options, 'cancelSignal' | 'killSignal'> & { input?: Uint8Array };

/** What a command says of its failure. */
const beginningOf = (stderr: string) => stderr.slice(0, bounds.commandError.characters).trim();

/** Adds the folders of Debian's administration commands, which are not in an ordinary user's PATH. */
const searchPath = () => `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

/** Runs a command without a shell, in the C locale and with a timeout, and resolves whatever its exit status. When it ends, whatever it
 * has started and left behind is killed, which could hold its output open. Rejects with a CommandError that names the command. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const { execa } = await import('execa');
  const command = execa(file, args, {
    timeout: options.seconds * 1000,
    killSignal: options.killSignal ?? 'SIGKILL',
    env: { LC_ALL: 'C', PATH: searchPath() },
    // After sudo, this process may have no permission to enter its own working directory.
    cwd: '/',
    ...(options.input ? { input: options.input } : { stdin: 'ignore' }),
    maxBuffer: bounds.commandOutput.bytes,
    reject: false,
    detached: true,
    ...(options.cancelSignal ? { cancelSignal: options.cancelSignal } : {}),
  });
  if (command.pid !== undefined) trackProcessGroup(command.pid, command, options.killSignal);
  const result = await command;
  if (result.exitCode !== undefined && !result.timedOut && !result.isMaxBuffer)
    return { stdout: result.stdout, stderr: beginningOf(result.stderr), status: result.exitCode };
  const reason = result.timedOut
    ? `timed out after ${options.seconds} s`
    : result.originalMessage || beginningOf(result.stderr) || 'ended without an exit status';
  throw new CommandError(`${[file, ...args].join(' ')}: ${reason}`, {
    missing: result.code === 'ENOENT',
    timedOut: result.timedOut,
  });
}

/** Like `runCommand`, but also rejects if the exit status is not 0. */
export async function readCommandOutput(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const { stdout, stderr, status } = await runCommand(file, args, options);
  if (status === 0) return stdout;
  throw new CommandError(`${[file, ...args].join(' ')}: ${stderr || `exit status ${status}`}`);
}
