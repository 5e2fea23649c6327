import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The built program. */
export const program = join(import.meta.dirname, '../../dist/infra-monitor.js');

export interface AgentProcess {
  process: ChildProcess;
  /** All that it has written so far. */
  output(): string;
  /** Its exit status, or the signal that ended it. */
  ended: Promise<number | string>;
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

/** Starts the built program, or another build of it, in an empty folder, with these settings and no others; it ends
 * with the test. Routers that are really there are left alone unless the settings say otherwise. */
export function startAgent(settings: Record<string, string>, args: string[] = [], built = program): AgentProcess {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-'));
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [built, ...args], {
    cwd: folder,
    env: { PATH, HTTP_PORT: '0', AGENT_NAME: 'testling', ROUTER_SCHEDULE: 'off', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return ended;
  };
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  return { process: child, output: () => written, ended, stop };
}
