import { type ClientRequest, Agent as HttpAgent, get as httpGet } from 'node:http';
import { Agent as HttpsAgent, get as httpsGet } from 'node:https';
import { TLSSocket } from 'node:tls';
import { bounds } from '../model/bounds.ts';
import type { Secret } from '../model/secret.ts';
import { FrozenServerError, type HttpAnswer, readHttpAnswer } from './http-answer.ts';
import { resolveHostName, socketLookupFunction } from './names/name-lookup.ts';

/** Milliseconds after which a connection that was kept is taken for dead: packets to a machine that is gone get no
 * answer at all. */
const keptConnectionTimeoutMs = 4000;

/** Milliseconds after which a connection is made anew, so that a renewed certificate is seen. */
const connectionLifeMs = 3_600_000;

const isConnectionError = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

/** The server's certificate is not trusted, so nothing was sent. */
export class UntrustedCertificateError extends Error {}

/** A connection that was kept turned out to be closed or dead. */
class StaleConnectionError extends Error {}

export interface RestRequest {
  /** Relative to the base URL: `api/config`. */
  path: string;
  /** Sent only over a connection whose certificate is trusted. */
  token?: Secret | undefined;
  /** Certificates to trust instead of Node's own. */
  authorities: string[] | undefined;
  signal: AbortSignal;
}

/** Home Assistant's REST API over one connection that is kept between requests. */
export class HaRest {
  readonly #base: string;
  #agent: HttpAgent | HttpsAgent | undefined;
  #agentKey: string | undefined;
  #agentEnd = 0;

  constructor(base: URL) {
    this.#base = base.href.replace(/\/?$/, '/');
  }

  /** Any response, redirects too, which are not followed. Rejects with the error of the network,
   * UntrustedCertificateError, FrozenServerError, or the signal's reason. */
  async get(request: RestRequest): Promise<HttpAnswer> {
    const agent = this.#agentFor(request.authorities);
    const kept = AbortSignal.timeout(keptConnectionTimeoutMs);
    try {
      return await this.#send(request, agent, kept);
    } catch (error) {
      const isStale = error instanceof StaleConnectionError && !request.signal.aborted;
      if (!isStale) throw error;
      return this.#send(request, agent);
    }
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  /** One that trusts these authorities. */
  #agentFor(authorities: string[] | undefined): HttpAgent | HttpsAgent {
    const key = authorities?.join('');
    if (this.#agent !== undefined && this.#agentKey === key && performance.now() < this.#agentEnd) return this.#agent;
    this.close();
    const options = {
      keepAlive: true,
      maxSockets: 1,
      maxFreeSockets: 1,
      lookup: socketLookupFunction(resolveHostName),
    };
    this.#agentKey = key;
    this.#agentEnd = performance.now() + connectionLifeMs;
    this.#agent = this.#base.startsWith('https:')
      ? // A resumed session does not tell the certificate.
        new HttpsAgent({ ...options, maxCachedSessions: 0, ...(authorities === undefined ? {} : { ca: authorities }) })
      : new HttpAgent(options);
    return this.#agent;
  }

  /** `kept`: aborts if it is sent over a connection that was kept, which rejects with StaleConnectionError. */
  #send({ path, token, signal }: RestRequest, agent: HttpAgent | HttpsAgent, kept?: AbortSignal): Promise<HttpAnswer> {
    const url = new URL(path, this.#base);
    const headers = {
      Accept: 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token.reveal()}` }),
    };
    return new Promise((resolve, reject) => {
      let isConnected = false;
      const end = (error: unknown) => {
        reject(error);
        request.destroy();
      };
      const onAbort = () => end(isConnected ? new FrozenServerError('no answer') : signal.reason);
      const onKeptAbort = () => request.reusedSocket && end(new StaleConnectionError());
      const request: ClientRequest = (url.protocol === 'https:' ? httpsGet : httpGet)(
        url,
        { agent, headers },
        (response) => {
          kept?.removeEventListener('abort', onKeptAbort);
          readHttpAnswer(response, bounds.homeAssistantAnswer.bytes).then(resolve, reject);
        },
      );
      request.on('error', (error) => {
        if (kept !== undefined && request.reusedSocket && isConnectionError(error)) reject(new StaleConnectionError());
        else if (request.socket instanceof TLSSocket && request.socket.authorizationError)
          reject(new UntrustedCertificateError('certificate', { cause: error }));
        else reject(error);
      });
      request.on('socket', (socket) => {
        if (socket.connecting) socket.once('connect', () => (isConnected = true));
        else isConnected = true;
      });
      request.on('close', () => signal.removeEventListener('abort', onAbort));
      signal.addEventListener('abort', onAbort, { once: true });
      kept?.addEventListener('abort', onKeptAbort, { once: true });
      if (signal.aborted) onAbort();
    });
  }
}
