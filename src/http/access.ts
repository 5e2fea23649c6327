import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP } from 'node:net';
import type { Secret } from '../model/secret.ts';
import { isListedPeer, loopbackPeers } from './peer-list.ts';
import type { RouteResponse } from './route.ts';
import type { WrongTokenPauses } from './wrong-token-pauses.ts';

/** The host name without brackets and port, in lower case; undefined for what is no host (RFC 9110, section 7.2). */
const hostName = (host: string) =>
  !/[\s/?#@\\%]/.test(host) && URL.canParse(`http://${host}`)
    ? new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '')
    : undefined;

/** Names that nobody on the internet can point at this machine: single labels, and the suffixes that RFC 6761, 6762 and
 * 8375 and ICANN reserve for private networks. */
const isPrivate = (name: string) => /^[^.]+$|[^.]\.(localhost|local|internal|lan|home\.arpa)$/.test(name);

/** A foreign page can let its own host name resolve to this machine's address and then read the server as same-origin
 * (DNS rebinding); only the host name in the request shows it. A request without a host does not come from a
 * browser. */
function isAllowedHost(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined || allowed.includes('*')) return true;
  const name = hostName(host);
  return name !== undefined && (isIP(name) !== 0 || isPrivate(name) || allowed.includes(name));
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** The token in an Authorization header: a bearer token, or the password of Basic authentication with any user name. */
function parseToken(authorization: string): string | undefined {
  const [, scheme = '', credentials = ''] = /^(\w+) +(\S+) *$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() === 'basic')
    return Buffer.from(credentials, 'base64')
      .toString()
      .replace(/^[^:]*:/, '');
  return undefined;
}

/** Whether the client has sent the token; without a token, everyone is trusted. While a peer has to wait, its token is
 * not looked at. */
function isTrusted({ headers, socket }: IncomingMessage, { token, pauses }: AccessRules): boolean {
  if (token === undefined) return true;
  const sentToken = parseToken(headers.authorization ?? '');
  if (sentToken === undefined || pauses.remainingMs(socket.remoteAddress) > 0) return false;
  const isRight = timingSafeEqual(digest(sentToken), digest(token.reveal()));
  if (isRight) pauses.right(socket.remoteAddress);
  else pauses.wrong(socket.remoteAddress, digest(sentToken).toString('hex'));
  return isRight;
}

/** A program that connects to one of this machine's addresses has that address itself, unless it binds another. */
const isThisMachine = ({ remoteAddress, localAddress }: IncomingMessage['socket']) =>
  isListedPeer(loopbackPeers, remoteAddress) || (remoteAddress !== undefined && remoteAddress === localAddress);

export interface AccessRules {
  token?: Secret | undefined;
  /** Allowed host names in addition to IP addresses and private names; `*` allows any. */
  allowed: readonly string[];
  /** Clients that may connect in addition to this machine itself; anyone if unset. */
  peers?: BlockList | undefined;
  pauses: WrongTokenPauses;
}

/** Whether a client is trusted, and the response to a request that is refused. */
export function decideAccess(
  request: IncomingMessage,
  rules: AccessRules,
): { trusted: boolean; refusal?: RouteResponse } {
  const { headers, socket } = request;
  const { allowed, peers, pauses } = rules;
  if (peers !== undefined && !isListedPeer(peers, socket.remoteAddress) && !isThisMachine(socket))
    return {
      trusted: false,
      refusal: { status: 403, body: { error: 'address not allowed: see HTTP_ALLOWED_PEERS' } },
    };
  const trusted = isTrusted(request, rules);
  if (!isAllowedHost(headers.host, allowed))
    return {
      trusted,
      refusal: {
        status: 421,
        body: { error: 'host name not allowed: see HTTP_ALLOWED_HOSTS' },
      },
    };
  if (trusted) return { trusted };
  const waitMs = headers.authorization === undefined ? 0 : pauses.remainingMs(socket.remoteAddress);
  if (waitMs > 0)
    return {
      trusted,
      refusal: {
        status: 429,
        headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
        body: { error: 'too many wrong tokens: wait before the next one' },
      },
    };
  return {
    trusted,
    refusal: {
      status: 401,
      // The Basic challenge makes a browser ask for a password.
      headers: {
        'www-authenticate': [
          'Bearer realm="infra-monitor"',
          'Basic realm="infra-monitor: any user name, token as password", charset="UTF-8"',
        ],
      },
      body: { error: 'HTTP_TOKEN is set: send it as a bearer token, or as the password with any user name' },
    },
  };
}
