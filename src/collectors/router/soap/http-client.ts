import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { describeError } from '../../../model/errors.ts';

export interface HttpRequest {
  url: URL;
  /** GET unless said. */
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

export interface HttpReply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Whatever brings a request to a box and its reply back. */
export type SendRequest = (request: HttpRequest, signal: AbortSignal) => Promise<HttpReply>;

/** No reply came: the box does not listen, hangs, or broke off. */
export class NoReplyError extends Error {
  /** Node's: ECONNREFUSED, ENOTFOUND, …; absent after a time-out. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

const maxReplyBytes = 2_000_000;

/** Without the query, where boxes put session ids. */
const urlWithoutQuery = ({ url }: HttpRequest) => `${url.origin}${url.pathname}`;

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : undefined);

/** Boxes write ISO 8859-1 and say UTF-8. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

/** One connection to one box: requests go one after the other, each with an end to its wait. */
export class HttpClient {
  readonly #timeoutSeconds: number;
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: 1 });
  /** Boxes sign their own certificates. */
  readonly #https = new HttpsAgent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });

  constructor(timeoutSeconds = 5) {
    this.#timeoutSeconds = timeoutSeconds;
  }

  /** Rejects with Unanswered. No redirect is followed: it could lead anywhere. */
  send: SendRequest = async (request, signal) => {
    try {
      return await this.#attempt(request, signal);
    } catch (error) {
      // Boxes drop connections that wait for more, and do not tell.
      if (error instanceof NoReplyError && error.code === 'EREUSED') return this.#attempt(request, signal);
      throw error;
    }
  };

  /** Hangs up; the next request opens a connection of its own. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #attempt(request: HttpRequest, signal: AbortSignal): Promise<HttpReply> {
    const { url, method = 'GET', headers = {}, body } = request;
    const secure = url.protocol === 'https:';
    const limit = AbortSignal.timeout(this.#timeoutSeconds * 1000);
    const options: RequestOptions = {
      method,
      agent: secure ? this.#https : this.#http,
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }) },
      signal: AbortSignal.any([signal, limit]),
      insecureHTTPParser: true,
    };
    return new Promise((resolve, reject) => {
      const fail = (error: unknown, call: ClientRequest) => {
        const why = limit.aborted
          ? `no answer in ${this.#timeoutSeconds} s`
          : signal.aborted
            ? 'not asked to the end'
            : describeError(error);
        const code = codeOf(error);
        const reused = call.reusedSocket && !limit.aborted && !signal.aborted;
        reject(
          new NoReplyError(
            `${urlWithoutQuery(request)}: ${why}`,
            reused ? 'EREUSED' : code === 'ABORT_ERR' ? undefined : code,
          ),
        );
      };
      const call = (secure ? httpsRequest : httpRequest)(url, options, (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length > maxReplyBytes)
            response.destroy(new Error(`the answer is longer than ${maxReplyBytes / 1e6} MB`));
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: decode(Buffer.concat(chunks)) }),
        );
        response.on('error', (error) => fail(error, call));
      });
      call.on('error', (error) => fail(error, call));
      call.end(body);
    });
  }
}
