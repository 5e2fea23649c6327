import { connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { until } from '../../helpers/until.ts';

/** Stands before a broker and lets only MQTT 3.1.1 through; what it answers to MQTT 5 is given: nothing, unless told,
 * and it hangs up. */
export async function olderOnly(broker: number, answer: Buffer | 'reset' = Buffer.alloc(0)): Promise<string> {
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    client.once('data', (packet) => {
      // CONNECT: type, length (one byte here or two), “MQTT” with its length, version.
      const version = packet[packet.indexOf('MQTT') + 4];
      if (version === 5) return void (answer === 'reset' ? client.resetAndDestroy() : client.end(answer));
      const upstream = connect(broker, '127.0.0.1');
      upstream.on('error', () => client.destroy());
      upstream.write(packet);
      client.pipe(upstream).pipe(client);
    });
  });
  server.listen(0, '127.0.0.1');
  const port = await until('a port', () => (server.address() as { port: number } | null)?.port);
  onTestFinished(() => void server.close());
  return `mqtt://127.0.0.1:${port}`;
}
