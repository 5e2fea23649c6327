import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ReceivedNotification {
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

/** A real HTTP server that takes JSON and answers with these statuses, one after the other, and 200 from then on; 0
 * hangs up. */
export async function startNotificationServer(statuses: number[] = [], port = 0) {
  const received: ReceivedNotification[] = [];
  const server = createServer(async (request, response) => {
    received.push({
      path: request.url,
      headers: request.headers,
      body: JSON.parse((await request.toArray()).join('')),
    });
    const status = statuses.shift() ?? 200;
    if (status === 0) request.socket.destroy();
    else response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}
