import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP } from 'node:net';
import type { Secret } from '../model/secret.ts';
import { isListedPeer, loopbackPeers } from './peers.ts';
import type { RouteResponse } from './route.ts';

/** Without brackets and port, in lower case. */
const hostName = (host: string) =>
  URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '') : undefined;

/** Names that no stranger on the internet can point at us: single words and the ends that RFC 6761, 6762 and 8375 and ICANN
 * keep for networks at home. */
const isPrivate = (name: string) => /^[^.]+$|\.(localhost|local|internal|lan|home\.arpa)$/.test(name);

/** A page elsewhere can have its own name resolve to our address and then reads us as itself (DNS rebinding); only that name
 * in the request gives it away. A request without one is no browser's. */
function isAllowedHost(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined || allowed.includes('*')) return true;
  const name = hostName(host);
  return name !== undefined && (isIP(name) !== 0 || isPrivate(name) || allowed.includes(name));
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** What an Authorization header proves: the token itself, or a browser's password with any user name. */
function credentialIn(authorization: string): string | undefined {
  const [, scheme = '', credentials = ''] = /^(\w+) +(\S+) *$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() === 'basic')
    return Buffer.from(credentials, 'base64')
      .toString()
      .replace(/^[^:]*:/, '');
  return undefined;
}

/** Without a token everyone is trusted. */
function isTrusted(authorization: string | undefined, token: Secret | undefined): boolean {
  if (token === undefined) return true;
  const proof = credentialIn(authorization ?? '');
  return proof !== undefined && timingSafeEqual(digest(proof), digest(token.reveal()));
}

export interface AccessRules {
  token?: Secret | undefined;
  /** Host names beside addresses and those of a network at home; `*` is any. */
  allowed: readonly string[];
  /** Who may ask beside this machine itself; anyone without it. */
  peers?: BlockList | undefined;
}

/** Who asks, and what a request that may not go on is answered. */
export function authorize(
  { headers, socket }: IncomingMessage,
  { token, allowed, peers }: AccessRules,
): { trusted: boolean; refusal?: RouteResponse } {
  const { remoteAddress: peer } = socket;
  if (peers !== undefined && !isListedPeer(peers, peer) && !isListedPeer(loopbackPeers, peer))
    return {
      trusted: false,
      refusal: { status: 403, body: { error: 'not from this address: HTTP_ALLOWED_PEERS lists those that may ask' } },
    };
  const trusted = isTrusted(headers.authorization, token);
  if (!isAllowedHost(headers.host, allowed))
    return {
      trusted,
      refusal: {
        status: 421,
        body: { error: 'not under this host name: HTTP_ALLOWED_HOSTS lists those that are allowed' },
      },
    };
  if (trusted) return { trusted };
  return {
    trusted,
    refusal: {
      status: 401,
      // The second makes a browser ask.
      headers: {
        'www-authenticate': [
          'Bearer realm="infra-monitor"',
          'Basic realm="infra-monitor: any user, the token as password", charset="UTF-8"',
        ],
      },
      body: { error: 'HTTP_TOKEN is set: show it as a bearer token, or as the password of any user' },
    },
  };
}
