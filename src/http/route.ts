import type { IncomingMessage, ServerResponse } from 'node:http';

type Headers = Record<string, string | string[]>;

/** What a route answers: text as it is, anything else as JSON, or a stream that goes on until the client leaves or the
 * server closes. `headers` come over those that every answer has. */
export type RouteResponse = { status: number; headers?: Headers } & (
  | { body: unknown; stream?: never }
  | { stream(response: ServerResponse): void; body?: never }
);

/** How a path answers GET and HEAD. `trusted`: whoever asks has shown the token, or none is set. */
export type RouteHandler = (request: IncomingMessage, trusted: boolean) => RouteResponse | Promise<RouteResponse>;

const commonHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};
const jsonHeaders = { 'content-type': 'application/json; charset=utf-8' };

export function sendResponse(
  request: IncomingMessage,
  response: ServerResponse,
  result: RouteResponse,
  more: Headers = {},
): void {
  const headers = { ...commonHeaders, ...result.headers, ...more };
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
