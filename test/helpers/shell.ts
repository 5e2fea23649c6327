import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { program } from './agent.ts';
import { freePort } from './ports.ts';

/** Settings of an agent with a broker of its own that reads this machine alone. */
export const agentOptions = async () => ({
  AGENT_NAME: 'testling',
  ROUTER_SCHEDULE: 'off',
  NVME_SCHEDULE: 'off',
  STORAGE_SCHEDULE: 'off',
  HTTP_PORT: '0',
  MQTT_URL: `embedded://127.0.0.1:${await freePort()}`,
});

/** Kills a process or a process group, which may have ended. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}

/** Runs a shell command line, in which `agent` is the built program, in an empty folder; its processes end with the
 * test. */
export function shell(line: string, settings: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'shell-'));
  const { PATH = '' } = process.env;
  const child = spawn('sh', ['-c', line.replaceAll('agent', `'${process.execPath}' '${program}'`)], {
    cwd: folder,
    detached: true,
    env: { PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => (output[name] += chunk.toString()));
  const result = closed.then(() => output);
  const read = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '');
  onTestFinished(async () => {
    kill(-(child.pid ?? 0));
    await closed;
    rmSync(folder, { recursive: true, force: true });
  });
  return { child, result, read };
}

/** Whether the agent's status server answers. */
export const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/health/`).then(
    () => true,
    () => false,
  );
