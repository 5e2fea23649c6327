import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { bounds } from '../../model/bounds.ts';
import { describeError } from '../../model/errors.ts';
import { resolveHostName, socketLookupFunction } from '../names/name-lookup.ts';

export interface HttpRequest {
  url: URL;
  /** Defaults to GET. */
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

export interface HttpReply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Sends a request to a router and resolves to its reply. */
export type SendRequest = (request: HttpRequest, signal: AbortSignal) => Promise<HttpReply>;

/** No reply: the router does not listen, hangs, or broke off the connection. */
export class NoReplyError extends Error {
  /** Node's error code: ECONNREFUSED, ENOTFOUND, …; absent after a timeout. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** The server shows another certificate than before. Nothing was sent to it. */
export class CertificateChangedError extends NoReplyError {}

/** An HTTP error instead of an answer: 401 requires a login, 400 rejects the host name, 404 means that there is no such
 * path. */
export class HttpStatusError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Without the query, which may hold a session id. */
const urlWithoutQuery = ({ url }: HttpRequest) => `${url.origin}${url.pathname}`;

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : undefined);

/** Some routers send ISO 8859-1 but declare UTF-8. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

function overTls(address: URL, port: number): URL {
  const url = new URL(address);
  url.protocol = 'https:';
  url.port = String(port);
  return url;
}

/** One connection to one router. Requests are sent one at a time, each with a timeout. */
export class HttpClient {
  readonly #timeoutSeconds: number;
  readonly #lookup: LookupFunction;
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: 1 });
  readonly #https: HttpsAgent;
  /** While it is set, every request goes over TLS to this port of its host. */
  tlsPort: number | undefined;

  /** Routers use self-signed certificates: the default `https` takes any. */
  constructor(
    timeoutSeconds = 5,
    lookUp = resolveHostName,
    https = new HttpsAgent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false }),
  ) {
    this.#timeoutSeconds = timeoutSeconds;
    this.#https = https;
    this.#lookup = socketLookupFunction(lookUp);
  }

  /** Rejects with NoReplyError. Redirects are not followed: they could lead anywhere. */
  send: SendRequest = async (request, signal) => {
    try {
      return await this.#attempt(request, signal);
    } catch (error) {
      // Routers drop idle connections without notice.
      if (error instanceof NoReplyError && error.code === 'EREUSED') return this.#attempt(request, signal);
      throw error;
    }
  };

  /** Closes the connection; the next request opens a new one. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #attempt(request: HttpRequest, signal: AbortSignal): Promise<HttpReply> {
    const { method = 'GET', headers = {}, body } = request;
    const url = this.tlsPort === undefined ? request.url : overTls(request.url, this.tlsPort);
    const isSecure = url.protocol === 'https:';
    const timeout = AbortSignal.timeout(this.#timeoutSeconds * 1000);
    const options: RequestOptions = {
      method,
      agent: isSecure ? this.#https : this.#http,
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }) },
      signal: AbortSignal.any([signal, timeout]),
      insecureHTTPParser: true,
      lookup: this.#lookup,
    };
    return new Promise((resolve, reject) => {
      let hasResponse = false;
      const fail = (error: unknown, call: ClientRequest) => {
        if (error instanceof CertificateChangedError) return reject(error);
        const reason = timeout.aborted
          ? `no answer in ${this.#timeoutSeconds} s`
          : signal.aborted
            ? 'request aborted'
            : describeError(error);
        const code = codeOf(error);
        const wasReused = call.reusedSocket && !hasResponse && !timeout.aborted && !signal.aborted;
        reject(
          new NoReplyError(
            `${urlWithoutQuery(request)}: ${reason}`,
            wasReused ? 'EREUSED' : code === 'ABORT_ERR' ? undefined : code,
          ),
        );
      };
      const call = (isSecure ? httpsRequest : httpRequest)(url, options, (response) => {
        hasResponse = true;
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length > bounds.routerAnswer.bytes)
            response.destroy(new Error(`the answer is longer than ${bounds.routerAnswer.bytes / 1e6} MB`));
        });
        const succeed = () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: decode(Buffer.concat(chunks)) });
        response.on('end', succeed);
        response.on('error', (error) => {
          // Some routers declare a length that is too long; whether the document is complete is seen in it.
          if (codeOf(error) === 'ECONNRESET' && length > 0) succeed();
          else fail(error, call);
        });
      });
      call.on('error', (error) => fail(error, call));
      call.end(body);
    });
  }
}
