import { HaWebSocket, type HttpRefusal, type ServerCertificate } from '../../lib/ha-websocket.ts';
import type { Secret } from '../../model/secret.ts';
import { toBaseUnit } from '../../model/unit.ts';
import { type InstanceDetails, readInstanceDetails } from './instance-details.ts';
import {
  type InstanceHintInput,
  type InstanceState,
  instanceStateOfCertificateProblem,
  instanceStateOfHttpRefusal,
  instanceStateOfNetworkError,
} from './instance-state.ts';
import { isAwaitingOnboarding } from './onboarding.ts';

/** The result of one visit to a Home Assistant instance. */
export interface VisitResult extends InstanceHintInput {
  state: InstanceState;
  /** Whether it sent its greeting. */
  reachable: boolean;
  version?: string | undefined;
  /** From the first packet to the greeting. */
  latencySeconds?: number | undefined;
  certificate?: ServerCertificate | undefined;
  details?: InstanceDetails | undefined;
  /** The token was sent and refused. */
  refused?: true;
}

export interface TokenAndTrustedCas {
  token: Secret | undefined;
  /** Certificates to trust instead of Node's own. */
  authorities: string[] | undefined;
}

const maxRedirects = 3;
const webSocketPath = '/api/websocket';

const webSocketUrl = (base: URL) => new URL(base.href.replace(/\/$/, '') + webSocketPath);

/** The base URL of the WebSocket that a redirect leads to; undefined if it leads to anything else, such as a login page. */
function redirectTarget(location: string, from: URL): URL | undefined {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol) || !target.pathname.endsWith(webSocketPath))
    return undefined;
  return new URL(target.pathname.slice(0, -webSocketPath.length) || '/', target.origin);
}

interface ConnectResult {
  base: URL;
  connection: HaWebSocket | HttpRefusal;
  latencySeconds: number;
}

/** Connects, and follows redirects. */
async function connect(url: URL, authorities: string[] | undefined, signal: AbortSignal): Promise<ConnectResult> {
  let base = url;
  for (let redirects = 0; ; redirects += 1) {
    const startedAt = performance.now();
    const connection = await HaWebSocket.open(webSocketUrl(base), authorities, signal);
    const next =
      connection instanceof HaWebSocket || connection.location === undefined || redirects === maxRedirects
        ? undefined
        : redirectTarget(connection.location, webSocketUrl(base));
    if (next === undefined)
      return { base, connection, latencySeconds: toBaseUnit(performance.now() - startedAt, 'ms') };
    base = next;
  }
}

/** Logs in, and reads what the instance reveals after its greeting. */
async function readAfterGreeting(
  socket: HaWebSocket,
  base: URL,
  { token, authorities }: TokenAndTrustedCas,
  signal: AbortSignal,
): Promise<Pick<VisitResult, 'state' | 'details' | 'refused'>> {
  if (token !== undefined && (await socket.authenticate(token))) {
    const details = await readInstanceDetails(socket);
    return { state: details.state, details };
  }
  const state = (await isAwaitingOnboarding(base, authorities, signal)) ? 'onboarding' : 'answering';
  return token === undefined ? { state } : { state, refused: true };
}

/** Visits the instance once. The token is sent only to the address in the settings, and only if the certificate is trusted. */
export async function visitInstance(
  url: URL,
  credentials: TokenAndTrustedCas,
  signal: AbortSignal,
): Promise<VisitResult> {
  const connected = await connect(url, credentials.authorities, signal).catch((error: unknown) => ({ error }));
  if ('error' in connected) return { url, reachable: false, state: instanceStateOfNetworkError(connected.error) };
  const { base, connection, latencySeconds } = connected;
  const movedTo = base.origin === url.origin ? undefined : base;
  const { certificate } = connection;
  if (!(connection instanceof HaWebSocket))
    return {
      url,
      movedTo,
      certificate,
      status: connection.status,
      reachable: false,
      state: instanceStateOfHttpRefusal(connection),
    };
  const greeted = { url, movedTo, certificate, latencySeconds, reachable: true, version: connection.version };
  try {
    if (certificate?.problem !== undefined)
      return { ...greeted, state: instanceStateOfCertificateProblem(certificate.problem) };
    if (movedTo !== undefined) return { ...greeted, state: 'moved' };
    return { ...greeted, ...(await readAfterGreeting(connection, base, credentials, signal)) };
  } catch (error) {
    return { ...greeted, state: instanceStateOfNetworkError(error) };
  } finally {
    connection.close();
  }
}
