import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** A document that several clients get as it is, and that is compressed once for all of them. */
export class DocumentCompressedOnce {
  readonly content: Buffer;
  #gzip: Buffer | undefined;

  constructor(text: string) {
    this.content = Buffer.from(text);
  }

  get gzip(): Buffer {
    this.#gzip ??= gzipSync(this.content);
    return this.#gzip;
  }
}

type Headers = Record<string, string | string[]>;

/** The response of a route: a string or document is sent as it is, any other body as JSON; a stream goes on until the
 * client disconnects or the server closes. `headers` override the common ones. */
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

const contentOf = (body: unknown) =>
  Buffer.from(typeof body === 'string' ? body : `${JSON.stringify(body, null, 2)}\n`);

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
  const { body } = result;
  // A page is a quarter as large then; scrapers ask often, for little.
  const document = body instanceof DocumentCompressedOnce ? body : undefined;
  const isCompressed = document !== undefined && takesGzip(request);
  const content = isCompressed ? document.gzip : (document?.content ?? contentOf(body));
  response.writeHead(result.status, {
    ...jsonHeaders,
    ...headers,
    ...(document !== undefined ? { vary: 'accept-encoding' } : {}),
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    'content-length': content.length,
  });
  response.end(request.method === 'HEAD' ? undefined : content);
}
