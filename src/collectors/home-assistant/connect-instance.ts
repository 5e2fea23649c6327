import { HaWebSocket } from '../../lib/ha-websocket.ts';
import type { HttpAnswer } from '../../lib/http-answer.ts';
import { bounds, type JsonBound } from '../../model/bounds.ts';
import { toBaseUnit } from '../../model/unit.ts';
import { instanceStateOfHttpAnswer, proxyNameOf, redirectTargetOf } from './http-answer-state.ts';
import type { InstanceHintInput, InstanceState } from './instance-state.ts';
import {
  instanceStateOfCertificateProblem,
  instanceStateOfNetworkError,
  tlsHandshakeFailureOf,
} from './network-error-state.ts';

const maxRedirects = 3;
const webSocketPath = '/api/websocket';

const webSocketUrl = (base: URL) => new URL(base.href.replace(/\/$/, '') + webSocketPath);

/** The base URL of the WebSocket at this address; undefined if it is that of anything else, such as a login page. */
const baseOfWebSocket = (target: URL): URL | undefined =>
  target.pathname.endsWith(webSocketPath)
    ? new URL(target.pathname.slice(0, -webSocketPath.length) || '/', target.origin)
    : undefined;

/** Where to connect next; undefined if the redirect leads to another host or to no WebSocket. Proxies that want TLS may
 * forget the path. */
function nextBase(target: URL, from: URL): URL | undefined {
  if (target.hostname !== from.hostname) return undefined;
  const isRootElsewhere = target.origin !== from.origin && target.pathname === '/' && target.search === '';
  return isRootElsewhere ? new URL('/', target.origin) : baseOfWebSocket(target);
}

export interface ConnectedInstance {
  /** Where the connection leads to, after redirects. */
  base: URL;
  connection: HaWebSocket;
  latencySeconds: number;
}

/** Connects, and follows redirects on the same host. */
async function connect(
  url: URL,
  authorities: string[] | undefined,
  signal: AbortSignal,
  messageBound: JsonBound,
): Promise<Omit<ConnectedInstance, 'connection'> & { connection: HaWebSocket | HttpAnswer }> {
  let base = url;
  for (let redirects = 0; ; redirects += 1) {
    const startedAt = performance.now();
    const connection = await HaWebSocket.open(webSocketUrl(base), authorities, signal, messageBound);
    const latencySeconds = toBaseUnit(performance.now() - startedAt, 'ms');
    const target = connection instanceof HaWebSocket ? undefined : redirectTargetOf(connection, webSocketUrl(base));
    const next = target && nextBase(target, base);
    if (next === undefined || redirects === maxRedirects) return { base, connection, latencySeconds };
    base = next;
  }
}

export interface UnreachedInstance extends InstanceHintInput {
  state: InstanceState;
  /** Undefined if another host, which is not asked, would have to answer. */
  reachable: false | undefined;
}

/** What is told of an HTTP response instead of a WebSocket. `base`: who sent it, after redirects. */
function unreachedByHttpAnswer(url: URL, base: URL, answer: HttpAnswer): UnreachedInstance {
  const { certificate, status } = answer;
  const asked = webSocketUrl(base);
  const target = redirectTargetOf(answer, asked);
  const elsewhere = target && baseOfWebSocket(target);
  const shown = { url, certificate, status, proxyName: proxyNameOf(answer) };
  if (elsewhere !== undefined)
    return elsewhere.hostname === url.hostname
      ? // Each redirect to another address was followed: this one leads in a circle.
        { ...shown, reachable: false, state: 'proxy_error' }
      : { ...shown, reachable: undefined, state: 'moved', movedTo: elsewhere };
  const ownState = instanceStateOfHttpAnswer(answer, asked);
  // The REST API, which would do without a WebSocket, was not used because of the certificate.
  const state =
    ownState === 'proxy_without_websocket' && certificate?.problem !== undefined
      ? instanceStateOfCertificateProblem(certificate.problem)
      : ownState;
  return { ...shown, movedTo: baseUrlIfMoved(url, base), reachable: false, state, loginHost: target?.host };
}

/** The base if it is not the configured one. */
export const baseUrlIfMoved = (url: URL, base: URL) =>
  base.origin === url.origin && base.pathname === url.pathname ? undefined : base;

export const unreachedInstanceOfError = (url: URL, error: unknown): UnreachedInstance => ({
  url,
  reachable: false,
  state: instanceStateOfNetworkError(error),
  tlsRefusal: tlsHandshakeFailureOf(error),
});

/** Whether Home Assistant may be at the root: people copy the address of a page. */
const mayBeAtRoot = (url: URL, { status, state }: UnreachedInstance) =>
  url.pathname !== '/' &&
  status !== undefined &&
  ['starting', 'not_home_assistant', 'proxy_without_websocket'].includes(state);

/** Connects to the WebSocket at this address. No token is sent. */
export async function connectWebSocketOrExplain(
  url: URL,
  authorities: string[] | undefined,
  signal: AbortSignal,
  messageBound: JsonBound = bounds.homeAssistantMessage,
): Promise<ConnectedInstance | UnreachedInstance> {
  try {
    const { connection, ...connected } = await connect(url, authorities, signal, messageBound);
    return connection instanceof HaWebSocket
      ? { ...connected, connection }
      : unreachedByHttpAnswer(url, connected.base, connection);
  } catch (error) {
    return unreachedInstanceOfError(url, error);
  }
}

/** The same, at the root as well if there is no Home Assistant at the path. */
export async function connectWebSocketHereOrAtRoot(
  url: URL,
  authorities: string[] | undefined,
  signal: AbortSignal,
): Promise<ConnectedInstance | UnreachedInstance> {
  const result = await connectWebSocketOrExplain(url, authorities, signal);
  if ('connection' in result || !mayBeAtRoot(url, result)) return result;
  const atRoot = await connectWebSocketOrExplain(new URL('/', url), authorities, signal);
  return 'connection' in atRoot ? atRoot : result;
}
