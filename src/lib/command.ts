import { closeSync, openSync } from 'node:fs';
import type { Subprocess } from 'execa';
import { bounds } from '../model/bounds.ts';
import { trackProcessGroup } from './process-groups.ts';

export interface CommandResult {
  /** Without the line break at its end. */
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

/** `killSignal` is sent when the time is up and when this process exits; SIGKILL by default. `input` is what the
 * command reads. */
interface CommandOptions {
  seconds: number;
  cancelSignal?: AbortSignal | undefined;
  killSignal?: NodeJS.Signals;
  input?: Uint8Array;
}

/** From the exit of a command, and the end of all in its process group, to the end of its output. */
const outputEndMs = 1000;

/** What a command says of its failure. */
const beginningOf = (stderr: string) => stderr.slice(0, bounds.commandError.characters).trim();

/** Adds the folders of Debian's administration commands, which are not in an ordinary user's PATH. */
const searchPath = () => `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

/** Limits of this process and of the machine, by the error of spawn(2). */
const exhausted: Record<string, string> = {
  EMFILE:
    'this process has too many open files to start it; raise the limit (ulimit -n, LimitNOFILE= in a systemd unit)',
  ENFILE: 'the machine has too many open files to start it',
  EAGAIN: 'too many processes to start it (ulimit -u, TasksMax= in a systemd unit)',
  ENOMEM: 'too little memory to start it',
};

const isErrno = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error;

function describeStartError(error: unknown): string {
  const { code = '', message } = isErrno(error) ? error : { message: String(error) };
  return exhausted[code] ?? message;
}

/** Two for each pipe to the command, and two by which it tells that it has begun. */
const descriptorsOfStart = 8;

/** Throws if a command can't be given its pipes: Node never closes those of one that fails for lack of descriptors
 * (`spawn` in lib/internal/child_process.js), so that ever fewer would be left. */
function assertDescriptors(): void {
  const files: number[] = [];
  try {
    while (files.length < descriptorsOfStart) files.push(openSync('/dev/null', 'r'));
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** Runs a command without a shell, in the C locale and with a timeout, and resolves whatever its exit status. When it
 * ends, whatever it has started and left behind is killed, which could hold its output open. Rejects with a
 * CommandError that names the command. */
export async function runCommand(
  file: string,
  args: readonly string[],
  { seconds, cancelSignal, killSignal = 'SIGKILL', input }: CommandOptions,
): Promise<CommandResult> {
  const words = [file, ...args].join(' ');
  if (cancelSignal?.aborted) throw new CommandError(`${words}: cancelled`);
  const { execa } = await import('execa');
  try {
    assertDescriptors();
  } catch (error) {
    throw new CommandError(`${words}: ${describeStartError(error)}`);
  }
  const command = execa(file, args, {
    timeout: seconds * 1000,
    killSignal,
    env: { LC_ALL: 'C', PATH: searchPath() },
    // After sudo, this process may have no permission to enter its own working directory.
    cwd: '/',
    ...(input ? { input } : { stdin: 'ignore' }),
    maxBuffer: bounds.commandOutput.bytes,
    reject: false,
    detached: true,
    ...(cancelSignal ? { cancelSignal } : {}),
  });
  if (command.pid !== undefined) trackProcessGroup(command.pid, command, killSignal);
  command.once('exit', () => endOutput(command));
  const result = await command;
  if (result.exitCode !== undefined && !result.timedOut && !result.isMaxBuffer)
    return { stdout: result.stdout, stderr: beginningOf(result.stderr), status: result.exitCode };
  throw new CommandError(`${words}: ${describeFailure(result, seconds)}`, {
    missing: result.code === 'ENOENT',
    timedOut: result.timedOut,
  });
}

/** Something outside the process group may hold the output open. */
function endOutput({ stdout, stderr }: Subprocess): void {
  const timer = setTimeout(() => {
    for (const stream of [stdout, stderr]) stream?.destroy();
  }, outputEndMs);
  timer.unref();
}

/** What execa tells of a command that has no exit status, or one that does not count. */
interface FailedCommand {
  timedOut: boolean;
  isCanceled: boolean;
  isMaxBuffer: boolean;
  signal?: string | undefined;
  cause?: unknown;
  stderr: string;
}

function describeFailure(result: FailedCommand, seconds: number): string {
  if (result.timedOut) return `timed out after ${seconds} s`;
  if (result.isCanceled) return 'cancelled';
  if (result.isMaxBuffer) return `more than ${bounds.commandOutput.bytes} characters of output`;
  if (result.signal === undefined) return describeStartError(result.cause);
  return beginningOf(result.stderr) || `ended by ${result.signal}`;
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
