import { createHash, randomBytes } from 'node:crypto';

const md5 = (...words: string[]) => createHash('md5').update(words.join(':')).digest('hex');

const realm = 'HTTPS Access';

export interface Account {
  username: string;
  password: string;
}

/** The box's side of a digest login: nonces with the counts that each has seen, and a wait that grows with every wrong try. */
export class Guard {
  account: Account;
  /** Milliseconds of the first wait. */
  wait = 2000;
  readonly #counts = new Map<string, number>();
  #wrong = 0;
  #blockedUntil = 0;

  constructor(account: Account) {
    this.account = account;
  }

  /** As after a reboot. */
  forget(): void {
    this.#counts.clear();
  }

  /** Tries with a wrong name or password. */
  get wrongTries(): number {
    return this.#wrong;
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
    const of = (name: string) => fields.get(name) ?? '';
    const seen = this.#counts.get(of('nonce'));
    const count = Number.parseInt(of('nc'), 16);
    if (seen === undefined || !(count > seen) || of('uri') !== url) return false;
    this.#counts.set(of('nonce'), count);
    const secret = md5(this.account.username, realm, this.account.password);
    const wanted = md5(secret, of('nonce'), of('nc'), of('cnonce'), 'auth', md5(method, url));
    const username = Buffer.from(of('username'), 'latin1').toString('utf8');
    if (username === this.account.username && of('response') === wanted) return !this.isBlocked;
    this.#wrong += 1;
    this.#blockedUntil = performance.now() + this.wait * 2 ** (this.#wrong - 1);
    return false;
  }
}
