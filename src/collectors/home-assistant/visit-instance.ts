import { type HaRest, UntrustedCertificateError } from '../../lib/ha-rest.ts';
import type { HaWebSocket } from '../../lib/ha-websocket.ts';
import type { Secret } from '../../model/secret.ts';
import {
  baseUrlIfMoved,
  connectWebSocketHereOrAtRoot,
  connectWebSocketOrExplain,
  type UnreachedInstance,
  unreachedInstanceOfError,
} from './connect-instance.ts';
import { type InstanceCore, readInstanceCoreOverRest } from './instance-core.ts';
import {
  type InstanceDetails,
  readInstanceCoreOverWebSocket,
  readInstanceDetailsOverWebSocket,
} from './instance-details.ts';
import type { InstanceHintInput, InstanceState } from './instance-state.ts';
import { instanceStateOfCertificateProblem, instanceStateOfNetworkError } from './network-error-state.ts';
import { isAwaitingOnboarding } from './onboarding.ts';

/** The result of one visit to a Home Assistant instance. */
export interface VisitResult extends InstanceHintInput {
  state: InstanceState;
  /** Whether Home Assistant answered; undefined if another host, which is not asked, would have to. */
  reachable: boolean | undefined;
  version?: string | undefined;
  /** From the first packet to the first answer. */
  latencySeconds?: number | undefined;
  /** Whether the recorder is migrating its database. */
  migrating?: boolean | undefined;
  details?: InstanceDetails | undefined;
  /** Why there are no details, although Home Assistant answers. */
  withoutWebSocket?: (InstanceHintInput & { state: InstanceState }) | undefined;
  /** What became of the token; undefined if it was not sent. */
  login?: 'accepted' | 'refused';
}

export interface TokenAndTrustedCas {
  token: Secret | undefined;
  /** Certificates to trust instead of Node's own. */
  authorities: string[] | undefined;
}

/** The part of a result that one connection to the WebSocket gives. */
type AfterGreeting = Pick<VisitResult, 'state' | 'migrating' | 'details' | 'login'>;

/** Logs in, and reads what the instance reveals after its greeting. */
async function readAfterGreeting(
  socket: HaWebSocket,
  rest: HaRest,
  { token, authorities }: TokenAndTrustedCas,
  signal: AbortSignal,
): Promise<AfterGreeting> {
  if (token !== undefined && (await socket.authenticate(token))) {
    const [core, details] = await Promise.all([
      readInstanceCoreOverWebSocket(socket),
      readInstanceDetailsOverWebSocket(socket),
    ]);
    return { state: core.state, migrating: core.migrating, details, login: 'accepted' };
  }
  const state = (await isAwaitingOnboarding(rest, authorities, signal)) ? 'onboarding' : 'answering';
  return token === undefined ? { state } : { state, login: 'refused' };
}

/** The visit over the WebSocket alone: without a token, and through a proxy that passes nothing else. */
async function visitOverWebSocket(
  url: URL,
  rest: HaRest,
  credentials: TokenAndTrustedCas,
  signal: AbortSignal,
): Promise<VisitResult> {
  const connected = await connectWebSocketHereOrAtRoot(url, credentials.authorities, signal);
  if (!('connection' in connected)) return connected;
  const { base, connection, latencySeconds } = connected;
  const { certificate, version } = connection;
  const movedTo = baseUrlIfMoved(url, base);
  const greeted = { url, movedTo, certificate, latencySeconds, reachable: true, version };
  try {
    if (certificate?.problem !== undefined)
      return { ...greeted, state: instanceStateOfCertificateProblem(certificate.problem) };
    if (movedTo !== undefined) return { ...greeted, state: 'moved' };
    return { ...greeted, ...(await readAfterGreeting(connection, rest, credentials, signal)) };
  } catch (error) {
    return { ...greeted, state: instanceStateOfNetworkError(error) };
  } finally {
    connection.close();
  }
}

/** Any page that stands in for the WebSocket is that of a proxy which does not pass it on, since the REST API
 * answers. */
const withoutWebSocketBehindProxy = (unreached: UnreachedInstance): UnreachedInstance =>
  unreached.status === undefined || unreached.state === 'proxy_login' || unreached.state === 'proxy_refused'
    ? unreached
    : { ...unreached, state: 'proxy_without_websocket' };

/** What only the WebSocket has. The REST API has accepted the token. */
async function readOverWebSocket(
  url: URL,
  token: Secret,
  authorities: string[] | undefined,
  signal: AbortSignal,
): Promise<Pick<VisitResult, 'details' | 'withoutWebSocket' | 'login'>> {
  const connected = await connectWebSocketOrExplain(url, authorities, signal);
  if (!('connection' in connected)) return { withoutWebSocket: withoutWebSocketBehindProxy(connected) };
  const { base, connection } = connected;
  try {
    const { problem } = connection.certificate ?? {};
    if (problem !== undefined) return { withoutWebSocket: { url, state: instanceStateOfCertificateProblem(problem) } };
    const movedTo = baseUrlIfMoved(url, base);
    if (movedTo !== undefined) return { withoutWebSocket: { url, state: 'moved', movedTo } };
    if (!(await connection.authenticate(token))) return { login: 'refused' };
    return { details: await readInstanceDetailsOverWebSocket(connection) };
  } catch (error) {
    return { withoutWebSocket: unreachedInstanceOfError(url, error) };
  } finally {
    connection.close();
  }
}

/** Over the REST API; undefined if what answers there is not Home Assistant, or has no good certificate. */
async function readCoreOverRest(
  rest: HaRest,
  token: Secret,
  authorities: string[] | undefined,
  signal: AbortSignal,
): ReturnType<typeof readInstanceCoreOverRest> {
  try {
    return await readInstanceCoreOverRest(rest, token, authorities, signal);
  } catch (error) {
    if (error instanceof UntrustedCertificateError) return undefined;
    throw error;
  }
}

/** Visits the instance once. The token is sent only to the address in the settings, and only if the certificate is
 * trusted. `areDetailsDue`: whether to read what only the WebSocket has, once the core has answered. */
export async function visitInstance(
  rest: HaRest,
  url: URL,
  credentials: TokenAndTrustedCas,
  areDetailsDue: (core: InstanceCore) => boolean,
  signal: AbortSignal,
): Promise<VisitResult> {
  const { token, authorities } = credentials;
  if (token === undefined) return visitOverWebSocket(url, rest, credentials, signal);
  const answer = await readCoreOverRest(rest, token, authorities, signal).catch((error: unknown) => ({ error }));
  if (answer === undefined) return visitOverWebSocket(url, rest, credentials, signal);
  if ('error' in answer) return unreachedInstanceOfError(url, answer.error);
  const answered = { url, reachable: true, certificate: answer.certificate };
  if ('refused' in answer) {
    const greeted = await visitOverWebSocket(url, rest, { token: undefined, authorities }, signal);
    if (!greeted.reachable && !answer.isCertain) return greeted;
    return { ...answered, state: 'answering', ...(greeted.reachable ? greeted : {}), login: 'refused' };
  }
  const { core, latencySeconds } = answer;
  const known: VisitResult = { ...answered, ...core, latencySeconds, login: 'accepted' };
  return areDetailsDue(core) ? { ...known, ...(await readOverWebSocket(url, token, authorities, signal)) } : known;
}
