import { createHash, randomBytes } from 'node:crypto';
import type { Secret } from '../../model/secret.ts';

// HTTP Digest Access Authentication: RFC 7616, and RFC 2617 and RFC 2069 for older servers.

export interface DigestCredentials {
  username: string;
  password: Secret;
}

export interface DigestChallenge {
  realm: string;
  nonce: string;
  algorithm: string;
  /** Absent in the form of RFC 2069. */
  qop?: 'auth';
  opaque?: string;
  /** Only the nonce was too old; the credentials were not checked. */
  stale: boolean;
}

interface DigestRequest {
  method: string;
  uri: string;
  /** Number of requests with this nonce, this one included. */
  count: number;
  cnonce: string;
}

const hashes = new Map([
  ['md5', 'md5'],
  ['sha-256', 'sha256'],
]);
const hashOf = (algorithm: string) => hashes.get(algorithm.toLowerCase().replace(/-sess$/, ''));

/** The name of a scheme, or one of its parameters with a value. */
const challengeToken = /([a-z][\w-]*)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+)))?/gi;

/** The first digest challenge of a `WWW-Authenticate` header whose algorithm and qop are supported. */
export function parseDigestChallenge(header: string): DigestChallenge | undefined {
  const offers: { scheme: string; parameters: Map<string, string> }[] = [];
  for (const [, name = '', quoted, plain] of header.matchAll(challengeToken)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) offers.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else offers.at(-1)?.parameters.set(name.toLowerCase(), value);
  }
  for (const { scheme, parameters } of offers) {
    const realm = parameters.get('realm');
    const nonce = parameters.get('nonce');
    const algorithm = parameters.get('algorithm') ?? 'MD5';
    const qops = parameters.get('qop')?.split(/\s*,\s*/);
    if (scheme !== 'digest' || realm === undefined || nonce === undefined || hashOf(algorithm) === undefined) continue;
    if (qops !== undefined && !qops.includes('auth')) continue;
    const opaque = parameters.get('opaque');
    return {
      realm,
      nonce,
      algorithm,
      stale: parameters.get('stale')?.toLowerCase() === 'true',
      ...(qops && { qop: 'auth' }),
      ...(opaque !== undefined && { opaque }),
    };
  }
  return undefined;
}

const formatCount = (count: number) => count.toString(16).padStart(8, '0');

/** The `response` of RFC 7616, section 3.4.1. */
export function computeDigestResponse(
  { username, password }: DigestCredentials,
  challenge: DigestChallenge,
  { method, uri, count, cnonce }: DigestRequest,
): string {
  const { realm, nonce, algorithm, qop } = challenge;
  const hash = (...words: string[]) =>
    createHash(hashOf(algorithm) ?? 'md5')
      .update(words.join(':'))
      .digest('hex');
  const login = hash(username, realm, password.reveal());
  const secret = /-sess$/i.test(algorithm) ? hash(login, nonce, cnonce) : login;
  const requestHash = hash(method, uri);
  return qop === undefined
    ? hash(secret, nonce, requestHash)
    : hash(secret, nonce, formatCount(count), cnonce, qop, requestHash);
}

const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** Node sends the characters of a header as Latin-1 bytes; a FRITZ!Box expects UTF-8. */
const utf8 = (text: string) => Buffer.from(text).toString('latin1');

/** The current nonce of a login, and the number of its uses. */
export class DigestSession {
  readonly #credentials: DigestCredentials;
  readonly #cnonce = randomBytes(8).toString('hex');
  #challenge: DigestChallenge | undefined;
  /** The nonce that `#count` belongs to. `forget` keeps it, because a FRITZ!Box that issues it again expects a higher
   * count. */
  #countedNonce: string | undefined;
  #count = 0;

  constructor(credentials: DigestCredentials) {
    this.#credentials = credentials;
  }

  /** Adopts the nonce of a response with status 401. False if its challenge is not supported, or repeats the nonce that
   * was just refused. */
  acceptChallenge(header: string | undefined): boolean {
    const challenge = parseDigestChallenge(header ?? '');
    const isNew = challenge !== undefined && (challenge.nonce !== this.#challenge?.nonce || challenge.stale);
    if (isNew && challenge.nonce !== this.#countedNonce) this.#count = 0;
    this.#countedNonce = challenge?.nonce ?? this.#countedNonce;
    this.#challenge = challenge;
    return isNew;
  }

  /** Whether the server said that only the nonce of the refused request was too old. */
  get isStale(): boolean {
    return this.#challenge?.stale ?? false;
  }

  forget(): void {
    this.#challenge = undefined;
  }

  /** The `Authorization` header of the next request; undefined before the first challenge. */
  authorization(method: string, uri: string): string | undefined {
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    this.#count += 1;
    const request = { method, uri, count: this.#count, cnonce: this.#cnonce };
    const { realm, nonce, algorithm, qop, opaque } = challenge;
    const fields = [
      `username=${quote(utf8(this.#credentials.username))}`,
      `realm=${quote(utf8(realm))}`,
      `nonce=${quote(nonce)}`,
      `uri=${quote(uri)}`,
      `algorithm=${algorithm}`,
      `response="${computeDigestResponse(this.#credentials, challenge, request)}"`,
      ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${formatCount(request.count)}`, `cnonce="${request.cnonce}"`]),
      ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ];
    return `Digest ${fields.join(', ')}`;
  }
}
