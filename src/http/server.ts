import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Unusable } from '../model/fault.ts';
import { type Route, send } from './route.ts';
import type { HttpSettings } from './settings.ts';

export interface StatusServer {
  url: string;
  close(): Promise<void>;
}

/** `/health` and `/health/` are one path, and a query changes nothing. */
const find = (routes: ReadonlyMap<string, Route>, url: string) => {
  const path = url.split('?')[0] || '/';
  return routes.get(path) ?? routes.get(`${path}/`) ?? routes.get(path.replace(/\/$/, ''));
};

function answer(routes: ReadonlyMap<string, Route>, about: object, request: IncomingMessage, response: ServerResponse): void {
  const route = find(routes, request.url ?? '/');
  const reads = request.method === 'GET' || request.method === 'HEAD';
  // Nobody needs to send us a body: whoever does is not listened to for long.
  const close: Record<string, string> = request.headers['content-length'] || request.headers['transfer-encoding'] ? { connection: 'close' } : {};
  if (route === undefined) send(request, response, { status: 404, body: { ...about, error: 'not found', endpoints: [...routes.keys()] } }, close);
  else if (!reads) send(request, response, { status: 405, body: { ...about, error: `${request.method} is not for this path` } }, { allow: 'GET, HEAD', ...close });
  else send(request, response, route(request), close);
}

/** Bounds on what a client may hold: waiting, headers, connections. */
function bound(server: Server): void {
  server.headersTimeout = 5000;
  server.requestTimeout = 10_000;
  server.keepAliveTimeout = 5000;
  server.maxConnections = 64;
  server.maxRequestsPerSocket = 100;
  // A reader that takes nothing for so long is dropped.
  server.setTimeout(15_000, (socket) => socket.destroy());
}

/** Starts the status server; `about` is in every answer that is no route's own. */
export async function startServer(
  { HTTP_HOST: host, HTTP_PORT: port }: HttpSettings,
  routes: ReadonlyMap<string, Route>,
  about: { agent: string; site: string | null },
): Promise<StatusServer> {
  const server = createServer({ maxHeaderSize: 8192, connectionsCheckingInterval: 5000 }, (request, response) => answer(routes, about, request, response));
  bound(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new Unusable(`HTTP_PORT: ${port} on ${host} is taken; set another, or 0 for no status server`)
          : new Unusable(`HTTP_HOST, HTTP_PORT: cannot listen on ${host}:${port}`, { cause }),
      ),
    );
    server.listen(port, host, () => resolve());
  });
  const { port: listening } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
