import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
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

/** `killSignal` is sent when the time is up and when this process exits; SIGKILL by default. `input` is what the command
 * reads. */
interface CommandOptions {
  seconds: number;
  cancelSignal?: AbortSignal | undefined;
  killSignal?: NodeJS.Signals;
  input?: Uint8Array;
}

/** From a signal that a command may ignore to SIGKILL. */
const forceMs = 5000;
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

function startError(words: string, error: unknown): CommandError {
  const { code = '', message } = isErrno(error) ? error : { message: String(error) };
  return new CommandError(`${words}: ${exhausted[code] ?? message}`, { missing: code === 'ENOENT' });
}

/** Collects what a stream has; without an end it calls `overflown`. */
function collect(stream: Readable | null | undefined, overflown: () => void): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    if (text.length > bounds.commandOutput.bytes) return;
    text += chunk;
    if (text.length > bounds.commandOutput.bytes) overflown();
  });
  stream?.on('error', () => undefined);
  return () => text.replace(/\r?\n$/, '');
}

/** Runs a command without a shell, in the C locale and with a timeout, and resolves whatever its exit status. When it ends, whatever it
 * has started and left behind is killed, which could hold its output open. Rejects with a CommandError that names the command. */
export async function runCommand(
  file: string,
  args: readonly string[],
  { seconds, cancelSignal, killSignal = 'SIGKILL', input }: CommandOptions,
): Promise<CommandResult> {
  const words = [file, ...args].join(' ');
  if (cancelSignal?.aborted) throw new CommandError(`${words}: cancelled`);
  const child = start(words, file, args, input === undefined ? 'ignore' : 'pipe', killSignal);
  const ended = new AbortController();
  let failure: CommandError | undefined;
  const end = (reason: string, timedOut = false) => {
    if (failure !== undefined) return;
    failure = new CommandError(`${words}: ${reason}`, { timedOut });
    child.kill(killSignal);
    after(forceMs, ended.signal, () => child.kill('SIGKILL'));
  };
  const cancel = () => end('cancelled');
  cancelSignal?.addEventListener('abort', cancel, { once: true });
  after(seconds * 1000, ended.signal, () => end(`timed out after ${seconds} s`, true));
  const overflown = () => end(`more than ${bounds.commandOutput.bytes} characters of output`);
  const [stdout, stderr] = [collect(child.stdout, overflown), collect(child.stderr, overflown)];
  child.stdin?.on('error', () => undefined).end(input);
  try {
    const { status, signal } = await exitOf(words, child);
    if (failure !== undefined) throw failure;
    if (status !== null) return { stdout: stdout(), stderr: beginningOf(stderr()), status };
    throw new CommandError(`${words}: ${beginningOf(stderr()) || `ended by ${signal}`}`);
  } finally {
    ended.abort();
    cancelSignal?.removeEventListener('abort', cancel);
  }
}

/** Two for each pipe to the command, and two by which it tells that it has begun. */
const descriptorsOfStart = 8;

/** Throws if a command can't be given its pipes: Node never closes those of one that fails for lack of descriptors (`spawn` in
 * lib/internal/child_process.js), so that ever fewer would be left. */
function assertDescriptors(): void {
  const files: number[] = [];
  try {
    while (files.length < descriptorsOfStart) files.push(openSync('/dev/null', 'r'));
  } finally {
    for (const file of files) closeSync(file);
  }
}

function start(
  words: string,
  file: string,
  args: readonly string[],
  stdin: 'ignore' | 'pipe',
  killSignal: NodeJS.Signals,
): ChildProcess {
  try {
    assertDescriptors();
    const child = spawn(file, args, {
      env: { ...process.env, LC_ALL: 'C', PATH: searchPath() },
      // After sudo, this process may have no permission to enter its own working directory.
      cwd: '/',
      stdio: [stdin, 'pipe', 'pipe'],
      detached: true,
    });
    if (child.pid !== undefined) trackProcessGroup(child.pid, child, killSignal);
    return child;
  } catch (error) {
    throw startError(words, error);
  }
}

/** Resolves when the command has exited and its output has ended, which something outside its process group can hold open. */
function exitOf(words: string, child: ChildProcess): Promise<{ status: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      // Of a process that runs: it can't be killed by this user.
      if (child.pid === undefined) reject(startError(words, error));
    });
    child.once('close', (status, signal) => resolve({ status, signal }));
    child.once('exit', (status, signal) => {
      const waited = new AbortController();
      child.once('close', () => waited.abort());
      after(outputEndMs, waited.signal, () => {
        for (const stream of [child.stdout, child.stderr]) stream?.destroy();
        resolve({ status, signal });
      });
    });
  });
}

function after(milliseconds: number, cancelled: AbortSignal, run: () => void): void {
  pause(milliseconds, undefined, { signal: cancelled }).then(run, () => undefined);
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
