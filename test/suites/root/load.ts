import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../../helpers/ports.ts';
import { outputOf } from './other-programs.ts';

/** A loop device that is written to, and traffic over the loopback interface, until the test ends. */
export async function makeLoad(): Promise<{ disk: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'truth-'));
  const attach = `truncate -s 64M ${folder}/image; losetup --find --show ${folder}/image`;
  const device = outputOf('sh', '-c', attach).trim();
  const writes = `while true; do dd if=/dev/zero of=${device} bs=1M count=8 oflag=direct status=none; sleep 0.2; done`;
  const reads = `while true; do dd if=${device} of=/dev/null bs=1M count=4 iflag=direct status=none; sleep 0.2; done`;
  const loops = [writes, reads].map((loop) => spawn('bash', ['-c', loop], { stdio: 'ignore', detached: true }));
  const port = await freePort();
  const server = createServer((socket) => socket.resume()).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect(port, '127.0.0.1');
  const sending = setInterval(() => socket.write(Buffer.alloc(500_000)), 100);
  onTestFinished(() => {
    clearInterval(sending);
    socket.destroy();
    server.close();
    for (const { pid } of loops) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    spawnSync('losetup', ['--detach', device]);
    rmSync(folder, { recursive: true });
  });
  return { disk: device.replace('/dev/', '') };
}
