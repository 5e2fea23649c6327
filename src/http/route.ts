import type { IncomingMessage, ServerResponse } from 'node:http';

type Headers = Record<string, string | string[]>;

/** The response of a route: a string is sent as it is, any other body as JSON; a stream goes on until the client disconnects or the
 * server closes. `headers` override the common ones. */
export type RouteResponse = { status: number; headers?: Headers } & (
  | { body: unknown; stream?: never }
  | { stream(response: ServerResponse): void; body?: never }
);

/** Handles GET and HEAD requests of a path. `trusted`: the client has sent the token, or none is set. */
export type RouteHandler = (request: IncomingMessage, trusted: boolean) => RouteResponse | Promise<RouteResponse>;

const commonHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};
const jsonHeaders = { 'content-type': 'application/json; charset=utf-8' };

export function sendRouteResponse(
  request: IncomingMessage,
  response: ServerResponse,
  result: RouteResponse,
  extraHeaders: Headers = {},
): void {
  const headers = { ...commonHeaders, ...result.headers, ...extraHeaders };
  if (result.stream !== undefined) {
    response.writeHead(result.status, headers);
    if (request.method === 'HEAD') response.end();
    else result.stream(response);
    return;
  }
  const text = typeof result.body === 'string' ? result.body : `${JSON.stringify(result.body, null, 2)}\n`;
  response.writeHead(result.status, { ...jsonHeaders, ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(request.method === 'HEAD' ? undefined : text);
}
