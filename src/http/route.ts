import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

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

/** Whether the client takes gzip, which it may refuse with a weight of 0 (RFC 9110, section 12.5.3). */
const takesGzip = ({ headers }: IncomingMessage) =>
  /(^|[\s,])gzip(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(String(headers['accept-encoding'] ?? ''));

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
  // A page is a quarter as large then; scrapers ask often, for little.
  const isPage = String(result.headers?.['content-type']).startsWith('text/html');
  const isCompressed = isPage && takesGzip(request);
  const content = isCompressed ? gzipSync(text) : Buffer.from(text);
  response.writeHead(result.status, {
    ...jsonHeaders,
    ...headers,
    ...(isPage ? { vary: 'accept-encoding' } : {}),
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    'content-length': content.length,
  });
  response.end(request.method === 'HEAD' ? undefined : content);
}
