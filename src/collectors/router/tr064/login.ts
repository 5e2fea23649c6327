import { HttpError } from '../soap/call.ts';
import type { Reply, Request, Send } from '../soap/line.ts';
import { type Credentials, Digest, parseChallenge } from './digest.ts';

/** The box judged our name and password, and said no. */
export class LoginRefused extends HttpError {
  /** How many requests with our name it took. */
  readonly logins: number;

  constructor(message: string, logins: number) {
    super(401, message);
    this.logins = logins;
  }
}

const advice = 'check FRITZBOX_USERNAME and FRITZBOX_PASSWORD, and that the user is not switched off (System, FRITZ!Box Users)';

const uriOf = ({ url }: Request) => `${url.pathname}${url.search}`;

/** Sends what wants a login. A nonce that has run out, or of before a reboot, is replaced once. */
export class Login {
  readonly #send: Send;
  readonly #digest: Digest;

  constructor(send: Send, credentials: Credentials) {
    this.#send = send;
    this.#digest = new Digest(credentials);
  }

  /** Rejects with LoginRefused, and as what lies below it. */
  send: Send = async (request, signal) => {
    const known = this.#digest.authorization(request.method ?? 'GET', uriOf(request));
    const first = await this.#sendAs(known, request, signal);
    if (first.status !== 401) return first;
    const tried = known === undefined ? 0 : 1;
    if (!this.#digest.takeUp(first.headers['www-authenticate'])) {
      this.#digest.forget();
      throw new LoginRefused(tried === 0 ? 'the box offers no digest login' : `the box refused the login: ${advice}`, tried);
    }
    const second = await this.#sendAs(this.#digest.authorization(request.method ?? 'GET', uriOf(request)), request, signal);
    if (second.status !== 401) return second;
    this.#digest.forget();
    if (parseChallenge(second.headers['www-authenticate'] ?? '')?.stale) throw new Error(`${request.url.pathname}: the box takes none of its own nonces`);
    throw new LoginRefused(`the box refused the login: ${advice}`, tried + 1);
  };

  /** A box that was away knows none of its nonces any more. */
  forget(): void {
    this.#digest.forget();
  }

  #sendAs(authorization: string | undefined, request: Request, signal: AbortSignal): Promise<Reply> {
    if (authorization === undefined) return this.#send(request, signal);
    return this.#send({ ...request, headers: { ...request.headers, Authorization: authorization } }, signal);
  }
}
