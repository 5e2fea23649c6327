import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { CommandError, runCommand } from '../../../lib/command.ts';
import { bounds } from '../../../model/bounds.ts';
import { describeError } from '../../../model/errors.ts';
import { parseJsonWithin } from '../../../model/json.ts';
import { driveOrProgramInCommand, explainCommandRefusal } from './drive-commands.ts';
import { commandTimeoutSeconds, type DrivesHelperAnswer } from './protocol.ts';

/** From the connection to the end of its request. */
const requestTimeoutMs = 2000;
/** From the connection to its end, including the wait for earlier commands for the drive. */
const connectionTimeoutMs = 3 * commandTimeoutSeconds * 1000;

/** A command that was killed at its limit has ended by then. */
const commandEndMs = (commandTimeoutSeconds + 1) * 1000;

/** The command of a request; undefined if it is none. */
function parseRequest(line: string): string[] | undefined {
  try {
    const { command } = parseJsonWithin(line, bounds.drivesHelperRequest) as { command?: unknown };
    return Array.isArray(command) && command.every((word) => typeof word === 'string') ? command : undefined;
  } catch {
    return undefined;
  }
}

/** Answers questions about drives: runs commands of a closed list, one at a time for each drive. */
export class DrivesHelperServer {
  readonly #sys: string;
  readonly #server: Server;
  /** The newest command for each drive, which the next one waits for. */
  readonly #lastByDrive = new Map<string, Promise<unknown>>();
  /** When the command that runs for a drive began, by `performance.now()`. */
  readonly #startByDrive = new Map<string, number>();
  #connections = 0;
  #idle: { afterMs: number; resolve: () => void } | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  /** `sys`: the machine's /sys. */
  constructor(sys: string) {
    this.#sys = sys;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = bounds.drivesHelperConnections.items;
  }

  /** Rejects if it can't listen there. */
  async listen(where: { fd: number } | { path: string }): Promise<void> {
    this.#server.listen(where);
    await once(this.#server, 'listening');
  }

  close(): void {
    clearTimeout(this.#idleTimer);
    this.#server.close();
  }

  /** Resolves when nobody has asked for so long, and no command is running. */
  waitUntilIdle(afterMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#idle = { afterMs, resolve };
      this.#restartIdleTimer();
    });
  }

  #restartIdleTimer(): void {
    clearTimeout(this.#idleTimer);
    if (this.#idle === undefined || this.#connections > 0 || this.#lastByDrive.size > 0) return;
    this.#idleTimer = setTimeout(this.#idle.resolve, this.#idle.afterMs);
  }

  #accept(socket: Socket): void {
    const withdrawn = new AbortController();
    const requestTimer = setTimeout(() => socket.destroy(), requestTimeoutMs);
    const connectionTimer = setTimeout(() => socket.destroy(), connectionTimeoutMs);
    let request = '';
    let isAsked = false;
    this.#connections += 1;
    this.#restartIdleTimer();
    socket.setEncoding('utf8');
    // The event `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(requestTimer);
      clearTimeout(connectionTimer);
      withdrawn.abort();
      this.#connections -= 1;
      this.#restartIdleTimer();
    });
    socket.on('data', (chunk: string) => {
      request += chunk;
      const end = request.indexOf('\n');
      // Nothing may follow the request.
      if (isAsked || request.length > bounds.drivesHelperRequest.bytes || (end !== -1 && end !== request.length - 1))
        socket.destroy();
      else if (end !== -1) {
        isAsked = true;
        clearTimeout(requestTimer);
        void this.#answer(request, withdrawn.signal).then((answer) => {
          if (!socket.destroyed) socket.end(`${JSON.stringify(answer)}\n`);
        });
      }
    });
  }

  async #answer(request: string, withdrawn: AbortSignal): Promise<DrivesHelperAnswer> {
    try {
      const command = parseRequest(request);
      if (command === undefined) return { refused: 'not a request' };
      const refused = explainCommandRefusal(command, this.#sys);
      if (refused !== undefined) return { refused };
      return await this.#runAfterEarlierCommands(command, withdrawn);
    } catch (error) {
      const { missing = false, timedOut = false } = error instanceof CommandError ? error : {};
      return { failure: describeError(error).slice(0, bounds.commandError.characters), missing, timedOut };
    }
  }

  async #runAfterEarlierCommands(command: readonly string[], withdrawn: AbortSignal): Promise<DrivesHelperAnswer> {
    const drive = driveOrProgramInCommand(command);
    // A process that waits for a dead drive in the kernel (state D) can't be killed; nobody shall wait for it, too.
    if (performance.now() - (this.#startByDrive.get(drive) ?? Number.POSITIVE_INFINITY) > commandEndMs)
      throw new CommandError(`${command.join(' ')}: an earlier command for ${drive} does not end`, { timedOut: true });
    const earlier = this.#lastByDrive.get(drive) ?? Promise.resolve();
    const answer = earlier
      .catch(() => undefined)
      .then(() => {
        this.#startByDrive.set(drive, performance.now());
        return run(command, withdrawn);
      })
      .finally(() => this.#startByDrive.delete(drive));
    this.#lastByDrive.set(drive, answer);
    try {
      return await answer;
    } finally {
      if (this.#lastByDrive.get(drive) === answer) this.#lastByDrive.delete(drive);
      this.#restartIdleTimer();
    }
  }
}

async function run([program = '', ...args]: readonly string[], withdrawn: AbortSignal): Promise<DrivesHelperAnswer> {
  if (withdrawn.aborted) return { refused: 'withdrawn' };
  const options = { seconds: commandTimeoutSeconds, cancelSignal: withdrawn };
  const { status, stdout, stderr } = await runCommand(program, args, options);
  return { status, stdout, stderr };
}
