import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Program {
  pid: number | undefined;
  /** All that it has written so far. */
  output(): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Programs in network namespaces, and a folder that all of them share. */
export class Programs {
  readonly folder = mkdtempSync(join(tmpdir(), 'lab-'));
  readonly #running = new Set<Program>();

  start(
    namespace: string,
    command: string,
    args: readonly string[],
    environment: Record<string, string> = {},
  ): Program {
    const { PATH = '' } = process.env;
    const child: ChildProcess = spawn('ip', ['netns', 'exec', namespace, command, ...args], {
      cwd: this.folder,
      env: { PATH: `${PATH}:/usr/sbin`, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let written = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (written += chunk.toString()));
    const ended = once(child, 'close');
    const program: Program = {
      pid: child.pid,
      output: () => written,
      stop: async (signal = 'SIGTERM') => {
        child.kill(signal);
        await ended;
        this.#running.delete(program);
      },
    };
    this.#running.add(program);
    return program;
  }

  async end(): Promise<void> {
    await Promise.all([...this.#running].map((program) => program.stop('SIGKILL')));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
