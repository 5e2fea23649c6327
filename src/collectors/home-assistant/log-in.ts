import type { HaWebSocket } from '../../lib/ha-websocket.ts';
import { bounds } from '../../model/bounds.ts';
import { UnredactedMessageError } from '../../model/errors.ts';
import type { Secret } from '../../model/secret.ts';
import { baseUrlIfMoved, connectWebSocketOrExplain } from './connect-instance.ts';
import type { InstanceHintInput, InstanceState } from './instance-state.ts';
import { instanceStateOfCertificateProblem } from './network-error-state.ts';
import { homeAssistantTexts } from './texts.ts';

const explain = (state: InstanceState, context: InstanceHintInput) =>
  new UnredactedMessageError(homeAssistantTexts.hints[state]?.(context) ?? `it is ${state}`);

/** Home Assistant accepts the connection, but not the token. */
export class TokenRefusedError extends Error {}

/** A connection to the whole of Home Assistant, whose registry may be large. Rejects with TokenRefusedError, or with
 * what to do. The token is sent only to this address, and only if the certificate is trusted. */
export async function logInToInstance(
  url: URL,
  token: Secret,
  authorities: string[] | undefined,
  signal: AbortSignal,
): Promise<HaWebSocket> {
  const connected = await connectWebSocketOrExplain(url, authorities, signal, bounds.homeAssistantRegistry);
  if (!('connection' in connected)) throw explain(connected.state, connected);
  const { base, connection } = connected;
  const { certificate } = connection;
  const movedTo = baseUrlIfMoved(url, base);
  try {
    if (certificate?.problem !== undefined)
      throw explain(instanceStateOfCertificateProblem(certificate.problem), { url, certificate });
    if (movedTo !== undefined) throw explain('moved', { url, movedTo });
    if (!(await connection.authenticate(token))) throw new TokenRefusedError('the token is refused');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
