import type { Options } from 'execa';

export interface CommandResult {
  stdout: string;
  stderr: string;
  status: number;
}

/** Why a command gave no answer. */
export class CommandError extends Error {
  /** There is no such command. */
  readonly missing: boolean;
  readonly timedOut: boolean;

  constructor(message: string, options: { missing?: boolean; timedOut?: boolean } = {}) {
    super(message);
    this.missing = options.missing ?? false;
    this.timedOut = options.timedOut ?? false;
  }
}

/** `killSignal`: what ends it at the limit, and when we end ourselves. */
type CommandLimit = { seconds: number } & Pick<Options, 'cancelSignal' | 'killSignal'>;

/** Where Debian keeps the commands of administrators, which users of other kinds have not in their path. */
const searchPath = () => `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

/** Runs a command without a shell, in the C locale, with an end to the wait, whatever its exit status. Rejects with what was
 * run and why there is no answer. */
export async function runCommand(file: string, args: readonly string[], limit: CommandLimit): Promise<CommandResult> {
  const { execa } = await import('execa');
  const result = await execa(file, args, {
    timeout: limit.seconds * 1000,
    killSignal: limit.killSignal ?? 'SIGKILL',
    env: { LC_ALL: 'C', PATH: searchPath() },
    // Our own may be a folder that we may not enter, as after sudo.
    cwd: '/',
    stdin: 'ignore',
    maxBuffer: 1_000_000,
    reject: false,
    ...(limit.cancelSignal ? { cancelSignal: limit.cancelSignal } : {}),
  });
  if (result.exitCode !== undefined && !result.timedOut && !result.isMaxBuffer)
    return { stdout: result.stdout, stderr: result.stderr, status: result.exitCode };
  const why = result.timedOut
    ? `timed out after ${limit.seconds} s`
    : result.originalMessage || result.stderr || 'ended without an answer';
  throw new CommandError(`${[file, ...args].join(' ')}: ${why}`, {
    missing: result.code === 'ENOENT',
    timedOut: result.timedOut,
  });
}

/** The same for a command that is to end well. */
export async function readCommandOutput(file: string, args: readonly string[], limit: CommandLimit): Promise<string> {
  const { stdout, stderr, status } = await runCommand(file, args, limit);
  if (status === 0) return stdout;
  throw new CommandError(`${[file, ...args].join(' ')}: ${stderr || `exit status ${status}`}`);
}
