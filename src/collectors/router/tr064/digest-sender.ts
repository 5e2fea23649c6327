import { HttpStatusError } from '../soap/action.ts';
import type { HttpReply, HttpRequest, SendRequest } from '../soap/http-client.ts';
import { type DigestCredentials, DigestSession, parseDigestChallenge } from './digest.ts';

/** The box judged our name and password, and said no. */
export class LoginRefusedError extends HttpStatusError {
  /** How many requests with our name it took. */
  readonly logins: number;

  constructor(message: string, logins: number) {
    super(401, message);
    this.logins = logins;
  }
}

/** The box takes the login, but not for this request (sberk42/fritzbox_exporter#51). */
export class RequestDeniedError extends HttpStatusError {
  constructor(message: string) {
    super(401, message);
  }
}

const loginAdvice =
  'check FRITZBOX_USERNAME and FRITZBOX_PASSWORD, and that the user is not switched off (System, FRITZ!Box Users)';

const uriOf = ({ url }: HttpRequest) => `${url.pathname}${url.search}`;

interface Refused {
  /** Requests with our name. */
  logins: number;
  why: string;
}

/** Sends what wants a login. A nonce that has run out, or of before a reboot, is replaced once. */
export class DigestSender {
  readonly #send: SendRequest;
  readonly #digest: DigestSession;
  /** What whoever is let in may ask: it tells a login that is refused from a request that is. */
  proof: HttpRequest | undefined;
  #isAccepted = false;

  constructor(send: SendRequest, credentials: DigestCredentials) {
    this.#send = send;
    this.#digest = new DigestSession(credentials);
  }

  /** The box has let us in since the last `forget`. */
  get isAccepted(): boolean {
    return this.#isAccepted;
  }

  /** Rejects with LoginRefused, with NotAllowed where it is only this that the box refuses, and as what lies below it. */
  send: SendRequest = async (request, signal) => {
    const answer = await this.#ask(request, signal);
    if (!('why' in answer)) return answer;
    const { proof } = this;
    if (!this.#isAccepted || proof === undefined || proof.url.href === request.url.href)
      throw new LoginRefusedError(answer.why, answer.logins);
    // Taken before, it may have been changed since.
    const proven = await this.#ask(proof, signal);
    if ('why' in proven) throw new LoginRefusedError(proven.why, answer.logins + proven.logins);
    throw new RequestDeniedError(`${request.url.pathname}: the box takes the login, but not for this`);
  };

  /** A box that was away knows none of its nonces any more. */
  forget(): void {
    this.#digest.forget();
    this.#isAccepted = false;
  }

  async #ask(request: HttpRequest, signal: AbortSignal): Promise<HttpReply | Refused> {
    const known = this.#authorization(request);
    const first = await this.#sendAs(known, request, signal);
    if (first.status !== 401) return first;
    const logins = known === undefined ? 0 : 1;
    if (!this.#digest.acceptChallenge(first.headers['www-authenticate'])) {
      this.#digest.forget();
      return {
        logins,
        why: logins === 0 ? 'the box offers no digest login' : `the box refused the login: ${loginAdvice}`,
      };
    }
    const second = await this.#sendAs(this.#authorization(request), request, signal);
    if (second.status !== 401) return second;
    this.#digest.forget();
    if (parseDigestChallenge(second.headers['www-authenticate'] ?? '')?.stale)
      throw new Error(`${request.url.pathname}: the box takes none of its own nonces`);
    return { logins: logins + 1, why: `the box refused the login: ${loginAdvice}` };
  }

  #authorization(request: HttpRequest): string | undefined {
    return this.#digest.authorization(request.method ?? 'GET', uriOf(request));
  }

  async #sendAs(authorization: string | undefined, request: HttpRequest, signal: AbortSignal): Promise<HttpReply> {
    if (authorization === undefined) return this.#send(request, signal);
    const reply = await this.#send(
      { ...request, headers: { ...request.headers, Authorization: authorization } },
      signal,
    );
    // A fault is the answer to somebody who was let in, an error page may be one to anybody.
    this.#isAccepted ||= reply.status === 200 || reply.body.includes('Envelope');
    return reply;
  }
}
