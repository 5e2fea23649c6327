import type { IncomingMessage, ServerResponse } from 'node:http';

type Headers = Record<string, string | string[]>;

/** What a route answers: text as it is, anything else as JSON, or a stream that goes on until the client leaves or the
 * server closes. `headers` come over those that every answer has. */
export type Answer = { status: number; headers?: Headers } & ({ body: unknown; stream?: never } | { stream(response: ServerResponse): void; body?: never });

/** How a path answers GET and HEAD. `trusted`: whoever asks has shown the token, or none is set. */
export type Route = (request: IncomingMessage, trusted: boolean) => Answer | Promise<Answer>;

const everywhere = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' };
const json = { 'content-type': 'application/json; charset=utf-8' };

export function send(request: IncomingMessage, response: ServerResponse, answer: Answer, more: Headers = {}): void {
  const headers = { ...everywhere, ...answer.headers, ...more };
  if (answer.stream !== undefined) {
    response.writeHead(answer.status, headers);
    if (request.method === 'HEAD') response.end();
    else answer.stream(response);
    return;
  }
  const text = typeof answer.body === 'string' ? answer.body : `${JSON.stringify(answer.body, null, 2)}\n`;
  response.writeHead(answer.status, { ...json, ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(request.method === 'HEAD' ? undefined : text);
}
