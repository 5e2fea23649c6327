import { type DigestCredentials, DigestSession, parseDigestChallenge } from './digest.ts';
import { type HttpReply, type HttpRequest, HttpStatusError, type SendRequest } from './http-client.ts';

/** The server rejected the user name and password. */
export class LoginRefusedError extends HttpStatusError {
  /** Number of requests that carried the credentials; none if the server offers no login with a digest. */
  readonly logins: number;

  constructor(logins: number) {
    super(401, logins === 0 ? 'the server offers no digest login' : 'the server refused the login');
    this.logins = logins;
  }
}

/** The server accepts the login but denies this request, as some FRITZ!Boxes do (sberk42/fritzbox_exporter#51). */
export class RequestDeniedError extends HttpStatusError {
  constructor({ url }: HttpRequest) {
    super(401, `${url.pathname}: the server accepts the login but denies this request`);
  }
}

const uriOf = ({ url }: HttpRequest) => `${url.pathname}${url.search}`;

interface Refusal {
  /** Number of requests that carried the credentials. */
  logins: number;
  /** Whether only this request is denied; undefined if that is not known. */
  isOnlyRequest?: boolean;
}

/** Sends requests that require a login. A nonce that has expired or is older than a reboot is replaced once. */
export class DigestSender {
  readonly #send: SendRequest;
  readonly #digest: DigestSession;
  /** A request that every accepted user may make: it distinguishes a refused login from a denied request. */
  loginCheck: HttpRequest | undefined;
  #isAccepted = false;

  constructor(send: SendRequest, credentials: DigestCredentials) {
    this.#send = send;
    this.#digest = new DigestSession(credentials);
  }

  /** Whether the login was accepted since the last `forget`. */
  get isAccepted(): boolean {
    return this.#isAccepted;
  }

  /** Rejects with LoginRefusedError, with RequestDeniedError if only this request is denied, and with the errors of the
   * underlying `send`. */
  send: SendRequest = async (request, signal) => {
    const answer = await this.#sendWithLogin(request, signal);
    if (!('logins' in answer)) return answer;
    const loginCheck = this.#loginCheckBeside(request);
    if (answer.isOnlyRequest === false || loginCheck === undefined) throw new LoginRefusedError(answer.logins);
    if (!answer.isOnlyRequest) {
      // The login was accepted before, but may have been changed since.
      const check = await this.#sendWithLogin(loginCheck, signal);
      if ('logins' in check) throw new LoginRefusedError(answer.logins + check.logins);
    }
    throw new RequestDeniedError(request);
  };

  /** To be called after an interruption: a server that has restarted no longer knows its nonces. */
  forget(): void {
    this.#digest.forget();
    this.#isAccepted = false;
  }

  /** The login check, if the login was accepted before and this request is another one. */
  #loginCheckBeside({ url }: HttpRequest): HttpRequest | undefined {
    return this.#isAccepted && this.loginCheck?.url.href !== url.href ? this.loginCheck : undefined;
  }

  async #sendWithLogin(request: HttpRequest, signal: AbortSignal): Promise<HttpReply | Refusal> {
    const authorization = this.#authorization(request);
    const first = await this.#sendWithHeader(authorization, request, signal);
    if (first.status !== 401) return first;
    const logins = authorization === undefined ? 0 : 1;
    if (!this.#digest.acceptChallenge(first.headers['www-authenticate'])) {
      this.#digest.forget();
      return { logins };
    }
    const loginCheck = logins === 0 || this.#digest.isStale ? undefined : this.#loginCheckBeside(request);
    if (loginCheck !== undefined) {
      // The nonce has expired, or this request is denied, or the login is refused; then no third attempt may follow.
      const check = await this.#sendWithHeader(this.#authorization(loginCheck), loginCheck, signal);
      if (check.status === 401) {
        this.#digest.forget();
        return { logins: logins + 1, isOnlyRequest: false };
      }
    }
    const second = await this.#sendWithHeader(this.#authorization(request), request, signal);
    if (second.status !== 401) return second;
    this.#digest.forget();
    if (parseDigestChallenge(second.headers['www-authenticate'] ?? '')?.stale)
      throw new Error(`${request.url.pathname}: the server rejects its own nonces`);
    return { logins: logins + 1, ...(loginCheck === undefined ? {} : { isOnlyRequest: true }) };
  }

  #authorization(request: HttpRequest): string | undefined {
    return this.#digest.authorization(request.method ?? 'GET', uriOf(request));
  }

  async #sendWithHeader(
    authorization: string | undefined,
    request: HttpRequest,
    signal: AbortSignal,
  ): Promise<HttpReply> {
    if (authorization === undefined) return this.#send(request, signal);
    const reply = await this.#send(
      { ...request, headers: { ...request.headers, Authorization: authorization } },
      signal,
    );
    // A SOAP fault is an answer to an accepted user; an error page may be one to anybody.
    this.#isAccepted ||= reply.status === 200 || reply.body.includes('Envelope');
    return reply;
  }
}
