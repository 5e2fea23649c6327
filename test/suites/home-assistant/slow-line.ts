import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way to a port of this machine. While it is held, nothing comes back from there; what has come meanwhile arrives
 * all at once. */
export async function slowLine(port: number) {
  const answers = new Set<Socket>();
  let isHeld = false;
  const server = createServer((socket) => {
    const answer = createConnection(port, '127.0.0.1');
    answers.add(answer);
    socket.on('error', () => answer.destroy()).pipe(answer);
    answer.on('error', () => socket.destroy()).on('close', () => answers.delete(answer));
    answer.on('end', () => socket.end());
    const held: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => {
      if (isHeld) held.push(chunk);
      else socket.write(chunk);
    });
    server.on('release', () => void socket.write(Buffer.concat(held.splice(0))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const answer of answers) answer.destroy();
  });
  return {
    port: (server.address() as AddressInfo).port,
    hold: () => {
      isHeld = true;
    },
    release: () => {
      isHeld = false;
      server.emit('release');
    },
  };
}
