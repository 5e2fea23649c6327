import { createHash, randomBytes } from 'node:crypto';

const md5 = (...words: string[]) => createHash('md5').update(words.join(':')).digest('hex');

const realm = 'HTTPS Access';

export interface Account {
  username: string;
  password: string;
}

/** The server side of a digest login: nonces with their last counts, and a lockout that doubles with every wrong
 * attempt. */
export class Guard {
  account: Account;
  /** Milliseconds of the first lockout. */
  wait = 2000;
  readonly #counts = new Map<string, number>();
  #wrongTries = 0;
  #blockedUntil = 0;

  constructor(account: Account) {
    this.account = account;
  }

  /** Drops all nonces, as a reboot does. */
  forget(): void {
    this.#counts.clear();
  }

  /** Number of attempts with a wrong user name or password. */
  get wrongTries(): number {
    return this.#wrongTries;
  }

  get isBlocked(): boolean {
    return performance.now() < this.#blockedUntil;
  }

  challenge(): string {
    const nonce = randomBytes(8).toString('hex').toUpperCase();
    this.#counts.set(nonce, 0);
    return `Digest realm="${realm}",nonce="${nonce}",algorithm=MD5,qop="auth"`;
  }

  admits(method: string, url: string, header: string | undefined): boolean {
    if (header === undefined) return false;
    const fields = new Map(
      [...header.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map(([, name = '', quoted, plain]) => [
        name,
        quoted ?? plain ?? '',
      ]),
    );
    const field = (name: string) => fields.get(name) ?? '';
    const lastCount = this.#counts.get(field('nonce'));
    const count = Number.parseInt(field('nc'), 16);
    if (lastCount === undefined || !(count > lastCount) || field('uri') !== url) return false;
    this.#counts.set(field('nonce'), count);
    const secret = md5(this.account.username, realm, this.account.password);
    const expected = md5(secret, field('nonce'), field('nc'), field('cnonce'), 'auth', md5(method, url));
    const username = Buffer.from(field('username'), 'latin1').toString('utf8');
    if (username === this.account.username && field('response') === expected) return !this.isBlocked;
    this.#wrongTries += 1;
    this.#blockedUntil = performance.now() + this.wait * 2 ** (this.#wrongTries - 1);
    return false;
  }
}
