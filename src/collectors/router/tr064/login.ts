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

/** The box takes the login, but not for this request (sberk42/fritzbox_exporter#51). */
export class NotAllowed extends HttpError {
  constructor(message: string) {
    super(401, message);
  }
}

const advice = 'check FRITZBOX_USERNAME and FRITZBOX_PASSWORD, and that the user is not switched off (System, FRITZ!Box Users)';

const uriOf = ({ url }: Request) => `${url.pathname}${url.search}`;

interface Refused {
  /** Requests with our name. */
  logins: number;
  why: string;
}

/** Sends what wants a login. A nonce that has run out, or of before a reboot, is replaced once. */
export class Login {
  readonly #send: Send;
  readonly #digest: Digest;
  /** What whoever is let in may ask: it tells a login that is refused from a request that is. */
  proof: Request | undefined;
  #isAccepted = false;

  constructor(send: Send, credentials: Credentials) {
    this.#send = send;
    this.#digest = new Digest(credentials);
  }

  /** The box has let us in since the last `forget`. */
  get isAccepted(): boolean {
    return this.#isAccepted;
  }

  /** Rejects with LoginRefused, with NotAllowed where it is only this that the box refuses, and as what lies below it. */
  send: Send = async (request, signal) => {
    const answer = await this.#ask(request, signal);
    if (!('why' in answer)) return answer;
    const { proof } = this;
    if (!this.#isAccepted || proof === undefined || proof.url.href === request.url.href) throw new LoginRefused(answer.why, answer.logins);
    // Taken before, it may have been changed since.
    const proven = await this.#ask(proof, signal);
    if ('why' in proven) throw new LoginRefused(proven.why, answer.logins + proven.logins);
    throw new NotAllowed(`${request.url.pathname}: the box takes the login, but not for this`);
  };

  /** A box that was away knows none of its nonces any more. */
  forget(): void {
    this.#digest.forget();
    this.#isAccepted = false;
  }

  async #ask(request: Request, signal: AbortSignal): Promise<Reply | Refused> {
    const known = this.#authorization(request);
    const first = await this.#sendAs(known, request, signal);
    if (first.status !== 401) return first;
    const logins = known === undefined ? 0 : 1;
    if (!this.#digest.takeUp(first.headers['www-authenticate'])) {
      this.#digest.forget();
      return { logins, why: logins === 0 ? 'the box offers no digest login' : `the box refused the login: ${advice}` };
    }
    const second = await this.#sendAs(this.#authorization(request), request, signal);
    if (second.status !== 401) return second;
    this.#digest.forget();
    if (parseChallenge(second.headers['www-authenticate'] ?? '')?.stale) throw new Error(`${request.url.pathname}: the box takes none of its own nonces`);
    return { logins: logins + 1, why: `the box refused the login: ${advice}` };
  }

  #authorization(request: Request): string | undefined {
    return this.#digest.authorization(request.method ?? 'GET', uriOf(request));
  }

  async #sendAs(authorization: string | undefined, request: Request, signal: AbortSignal): Promise<Reply> {
    if (authorization === undefined) return this.#send(request, signal);
    const reply = await this.#send({ ...request, headers: { ...request.headers, Authorization: authorization } }, signal);
    // A fault is the answer to somebody who was let in, an error page may be one to anybody.
    this.#isAccepted ||= reply.status === 200 || reply.body.includes('Envelope');
    return reply;
  }
}
