import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bounds } from '../model/bounds.ts';
import { UsageError } from '../model/errors.ts';
import { waitForOwnTurn } from '../model/event-loop-turns.ts';
import { hostInUrl } from '../model/host-in-url.ts';
import { type AccessRules, decideAccess } from './access.ts';
import { answerInOrder } from './answer-in-order.ts';
import { limitConnections } from './connection-limit.ts';
import { type RouteHandler, type RouteResponse, sendRouteResponse } from './route.ts';
import type { HttpSettings } from './settings.ts';
import { WrongTokenPauses } from './wrong-token-pauses.ts';

export interface StatusServer {
  url: string;
  /** The address that it listens on. */
  address: string;
  close(): Promise<void>;
}

type RouteMap = ReadonlyMap<string, RouteHandler>;

/** The one path that needs no token: a supervisor has none. */
export const tokenFreePath = '/health/';

/** The path without its query, with or without a trailing slash as the routes have it. */
function pathOf(routes: RouteMap, url: string): string {
  const path = url.split('?')[0] || '/';
  return [path, `${path}/`, path.replace(/\/$/, '')].find((variant) => routes.has(variant)) ?? path;
}

async function respondTo(
  request: IncomingMessage,
  routes: RouteMap,
  agentInfo: object,
  rules: AccessRules,
): Promise<RouteResponse> {
  const { trusted, refusal } = decideAccess(request, rules);
  const path = pathOf(routes, request.url ?? '/');
  if (refusal !== undefined && ((refusal.status !== 401 && refusal.status !== 429) || path !== tokenFreePath))
    return refusal;
  const route = routes.get(path);
  if (route === undefined)
    return { status: 404, body: { ...agentInfo, error: 'not found', endpoints: [...routes.keys()] } };
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return {
      status: 405,
      headers: { allow: 'GET, HEAD' },
      body: { ...agentInfo, error: `method ${request.method} not allowed` },
    };
  // Requests that cost something are answered one a turn, so that whoever sends many holds up neither a supervisor nor
  // a reading.
  if (path !== tokenFreePath) await waitForOwnTurn();
  return route(request, trusted);
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  routes: RouteMap,
  agentInfo: object,
  rules: AccessRules,
): Promise<void> {
  // No request needs a body; the connection of a client that sends one is closed.
  const connectionHeader: Record<string, string> =
    request.headers['content-length'] || request.headers['transfer-encoding'] ? { connection: 'close' } : {};
  try {
    sendRouteResponse(request, response, await respondTo(request, routes, agentInfo, rules), connectionHeader);
  } catch {
    if (response.headersSent) response.destroy();
    else
      sendRouteResponse(
        request,
        response,
        { status: 500, body: { error: 'internal error: please report it' } },
        connectionHeader,
      );
  }
}

/** Limits timeouts, connections and requests, so that a client can't hold resources. */
function setServerLimits(server: Server): void {
  server.headersTimeout = 5000;
  server.requestTimeout = 10_000;
  server.keepAliveTimeout = 5000;
  limitConnections(server);
  server.maxRequestsPerSocket = 100;
  // A client that reads nothing for this long is disconnected.
  server.setTimeout(15_000, (socket) => socket.destroy());
}

/** Starts the status server; `agentInfo` is part of its own error responses. */
export async function startStatusServer(
  {
    HTTP_HOST: host,
    HTTP_PORT: port,
    HTTP_TOKEN: token,
    HTTP_ALLOWED_HOSTS: allowed = [],
    HTTP_ALLOWED_PEERS: peers,
  }: HttpSettings,
  routes: RouteMap,
  agentInfo: { agent: string; site: string | null },
  warn: (text: string) => void = () => undefined,
): Promise<StatusServer> {
  const rules = {
    token,
    allowed: allowed.map((name) => name.toLowerCase()),
    peers,
    pauses: new WrongTokenPauses(warn),
  };
  const server = createServer(
    // How often Node looks at the first two timeouts, also while nobody is connected.
    { maxHeaderSize: bounds.httpHeaders.bytes, connectionsCheckingInterval: 15_000 },
    (request, response) =>
      void answerInOrder(request, response, () => serve(request, response, routes, agentInfo, rules)),
  );
  setServerLimits(server);
  await new Promise<void>((resolve, reject) => {
    // Also later ones, as of a connection that can't be accepted: nobody else listens to them.
    server.on('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new UsageError(
              `HTTP_PORT: port ${port} on ${host} is in use; set another port, or 0 to disable the status server`,
            )
          : new UsageError(`HTTP_HOST, HTTP_PORT: cannot listen on ${host}:${port}`, { cause }),
      ),
    );
    server.listen(port, host, () => resolve());
  });
  const { port: listening, address } = server.address() as AddressInfo;
  return {
    url: `http://${hostInUrl(host)}:${listening}`,
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
