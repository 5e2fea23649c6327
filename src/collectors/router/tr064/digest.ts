import { createHash, randomBytes } from 'node:crypto';
import type { Secret } from '../../../model/secret.ts';

/** HTTP Digest Access Authentication: RFC 7616, and RFC 2617 and 2069 for those that stayed there. */

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
  /** The nonce alone was too old; the credentials were not judged. */
  stale: boolean;
}

interface DigestRequest {
  method: string;
  uri: string;
  /** How often the nonce was used, from 1. */
  count: number;
  cnonce: string;
}

const hashes: Record<string, string> = { md5: 'md5', 'sha-256': 'sha256' };
const hashOf = (algorithm: string) => hashes[algorithm.toLowerCase().replace(/-sess$/, '')];

/** A scheme's name stands alone, its parameters are pairs. */
const challengeToken = /([a-z][\w-]*)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+)))?/gi;

/** The first digest challenge that can be met among those of a `WWW-Authenticate` header. */
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

const eightDigits = (count: number) => count.toString(16).padStart(8, '0');

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
  const asked = hash(method, uri);
  return qop === undefined ? hash(secret, nonce, asked) : hash(secret, nonce, eightDigits(count), cnonce, qop, asked);
}

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** Node sends a header's characters as bytes; the box wants UTF-8. */
const utf8 = (text: string) => Buffer.from(text).toString('latin1');

/** One login's nonce, and how often it was used. */
export class DigestSession {
  readonly #credentials: DigestCredentials;
  readonly #cnonce = randomBytes(8).toString('hex');
  #challenge: DigestChallenge | undefined;
  /** The nonce that `#count` is of, also after `forget`: a box that gives it out again wants a higher count. */
  #counted: string | undefined;
  #count = 0;

  constructor(credentials: DigestCredentials) {
    this.#credentials = credentials;
  }

  /** Takes up the nonce of an answer with status 401. False where it offers none that can be met, or the very one that it has just refused. */
  acceptChallenge(header: string | undefined): boolean {
    const challenge = parseDigestChallenge(header ?? '');
    const isNew = challenge !== undefined && (challenge.nonce !== this.#challenge?.nonce || challenge.stale);
    if (isNew && challenge.nonce !== this.#counted) this.#count = 0;
    this.#counted = challenge?.nonce ?? this.#counted;
    this.#challenge = challenge;
    return isNew;
  }

  forget(): void {
    this.#challenge = undefined;
  }

  /** The `Authorization` header of the next request; undefined before the first challenge. */
  authorization(method: string, uri: string): string | undefined {
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    this.#count += 1;
    const question = { method, uri, count: this.#count, cnonce: this.#cnonce };
    const { realm, nonce, algorithm, qop, opaque } = challenge;
    const fields = [
      `username=${quoted(utf8(this.#credentials.username))}`,
      `realm=${quoted(utf8(realm))}`,
      `nonce=${quoted(nonce)}`,
      `uri=${quoted(uri)}`,
      `algorithm=${algorithm}`,
      `response="${computeDigestResponse(this.#credentials, challenge, question)}"`,
      ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${eightDigits(question.count)}`, `cnonce="${question.cnonce}"`]),
      ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ];
    return `Digest ${fields.join(', ')}`;
  }
}
