import type { Secret } from '../../model/secret.ts';
import { type InstanceDetails, readDetails } from './details.ts';
import { HaWebSocket, type HttpRefusal, type ServerCertificate } from './ha-web-socket.ts';
import {
  type HintContext,
  type InstanceState,
  stateOfCertificateProblem,
  stateOfHttpRefusal,
  stateOfNetworkError,
} from './instance-state.ts';
import { isAwaitingOnboarding } from './onboarding.ts';

/** What one look at a Home Assistant found. */
export interface VisitResult extends HintContext {
  state: InstanceState;
  /** Did it greet us? */
  reachable: boolean;
  version?: string | undefined;
  /** Milliseconds from the first packet to the greeting. */
  latency?: number | undefined;
  certificate?: ServerCertificate | undefined;
  details?: InstanceDetails | undefined;
  /** It was told the token, and does not take it. */
  refused?: true;
}

export interface InstanceCredentials {
  token: Secret | undefined;
  /** Certificates to trust, in place of Node's own. */
  authorities: string[] | undefined;
}

const maxRedirects = 3;
const path = '/api/websocket';

const webSocketUrl = (base: URL) => new URL(base.href.replace(/\/$/, '') + path);

/** The address that a redirect of the WebSocket means; undefined where it leads to something else, a login page. */
function redirectTarget(location: string, from: URL): URL | undefined {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol) || !target.pathname.endsWith(path)) return undefined;
  return new URL(target.pathname.slice(0, -path.length) || '/', target.origin);
}

interface ConnectResult {
  base: URL;
  connection: HaWebSocket | HttpRefusal;
  latency: number;
}

/** Knocks, and where it is sent elsewhere, there. */
async function connect(url: URL, authorities: string[] | undefined, signal: AbortSignal): Promise<ConnectResult> {
  let base = url;
  for (let redirects = 0; ; redirects += 1) {
    const began = performance.now();
    const connection = await HaWebSocket.open(webSocketUrl(base), authorities, signal);
    const next =
      connection instanceof HaWebSocket || connection.location === undefined || redirects === maxRedirects
        ? undefined
        : redirectTarget(connection.location, webSocketUrl(base));
    if (next === undefined) return { base, connection, latency: performance.now() - began };
    base = next;
  }
}

/** What it tells once it has greeted us. */
async function readInside(
  socket: HaWebSocket,
  base: URL,
  { token, authorities }: InstanceCredentials,
  signal: AbortSignal,
): Promise<Pick<VisitResult, 'state' | 'details' | 'refused'>> {
  if (token !== undefined && (await socket.authenticate(token))) {
    const details = await readDetails(socket);
    return { state: details.state, details: details };
  }
  const state = (await isAwaitingOnboarding(base, authorities, signal)) ? 'onboarding' : 'answering';
  return token === undefined ? { state } : { state, refused: true };
}

/** Looks once. The token is told only at the address that the settings name, and under a certificate that is trusted. */
export async function visitInstance(
  url: URL,
  credentials: InstanceCredentials,
  signal: AbortSignal,
): Promise<VisitResult> {
  const connected = await connect(url, credentials.authorities, signal).catch((error: unknown) => ({ error }));
  if ('error' in connected) return { url, reachable: false, state: stateOfNetworkError(connected.error) };
  const { base, connection, latency } = connected;
  const movedTo = base.origin === url.origin ? undefined : base;
  const { certificate } = connection;
  if (!(connection instanceof HaWebSocket))
    return {
      url,
      movedTo,
      certificate,
      status: connection.status,
      reachable: false,
      state: stateOfHttpRefusal(connection),
    };
  const greeted = { url, movedTo, certificate, latency, reachable: true, version: connection.version };
  try {
    if (certificate?.problem !== undefined)
      return { ...greeted, state: stateOfCertificateProblem(certificate.problem) };
    if (movedTo !== undefined) return { ...greeted, state: 'moved' };
    return { ...greeted, ...(await readInside(connection, base, credentials, signal)) };
  } catch (error) {
    return { ...greeted, state: stateOfNetworkError(error) };
  } finally {
    connection.close();
  }
}
