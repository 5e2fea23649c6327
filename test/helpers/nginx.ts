import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from './ports.ts';
import { until } from './until.ts';

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** A real nginx with these servers, each the lines of its block; it ends with the test. Returns the port of each. */
export async function startNginx<Name extends string>(
  servers: Record<Name, { tls?: true; lines: string[] }>,
): Promise<Record<Name, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  const ports = {} as Record<Name, number>;
  const blocks: string[] = [];
  for (const [name, { tls, lines }] of Object.entries(servers) as [Name, { tls?: true; lines: string[] }][]) {
    ports[name] = await freePort();
    blocks.push(`server { listen 127.0.0.1:${ports[name]}${tls ? ' ssl' : ''}; ${lines.join(' ')} }`);
  }
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; ${process.getuid?.() === 0 ? 'user root;' : ''} events {} http { access_log off; ${temporary.join(' ')} ${blocks.join('\n')} }`,
  );
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')], {
    stdio: 'ignore',
  });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    rmSync(folder, { recursive: true, force: true });
  });
  for (const port of Object.values<number>(ports)) await until(`nginx on port ${port}`, () => answers(port));
  return ports;
}
