import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from './ports.ts';
import { until } from './until.ts';

export interface Mosquitto {
  port: number;
  url: string;
  /** Its configuration and data. */
  folder: string;
  process(): ChildProcess;
  /** What it has logged so far. */
  output(): string;
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** A real Mosquitto on a free port of 127.0.0.1; `lines` are added to its configuration, where FOLDER stands for its
 * folder. */
export async function startMosquitto(
  lines: string[] = ['allow_anonymous true'],
  files: Record<string, string | Buffer> = {},
): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const port = await freePort();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const configuration = [
    `user ${process.getuid?.() === 0 ? 'root' : ''}`,
    `listener ${port} 127.0.0.1`,
    'log_type all',
    ...lines,
  ].filter((line) => line !== 'user ');
  writeFileSync(join(folder, 'mosquitto.conf'), `${configuration.join('\n')}\n`.replaceAll('FOLDER', folder));
  let child: ChildProcess;
  let written = '';
  const start = async () => {
    child = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (written += chunk.toString()));
    await until(`mosquitto on port ${port}: ${written}`, () => answers(port));
  };
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'close');
  };
  await start();
  onTestFinished(async () => {
    child.kill('SIGCONT');
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  return { port, url: `mqtt://127.0.0.1:${port}`, folder, process: () => child, output: () => written, kill, start };
}
