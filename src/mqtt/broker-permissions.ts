import { randomUUID } from 'node:crypto';
import { describeError } from '../model/errors.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { errorCodeOf } from './broker-connection-error.ts';
import { SubscriptionRefusedError } from './publish-error.ts';
import { reasonCodes } from './reason-codes.ts';
import { readOwnRetainedPayloadsAndStaySubscribed } from './retained-topics.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** Seconds after which a message that does not come back counts as forbidden. */
const returnTimeoutSeconds = 3;

/** Descriptions of what the broker does not let this user do; empty if nothing is missing. */
export async function findMissingPermissions(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
): Promise<string[]> {
  const own = await readOwnRetainedPayloadsAndStaySubscribed(connection, agent).then(
    () => [],
    (error: unknown) => [describeError(error)],
  );
  return [...own, ...(await checkDiscoveryAccess(connection, agent))];
}

async function checkDiscoveryAccess(connection: SingleUseBrokerConnection, agent: AgentIdentity): Promise<string[]> {
  const { ownDiscoveryFilter, ignoredDiscovery, homeAssistantStatus } = new Topics(agent);
  const advice = `: the broker must let this user read and write ${ownDiscoveryFilter}, and read ${homeAssistantStatus}`;
  const token = randomUUID();
  let timer: NodeJS.Timeout | undefined;
  const returned = (isRetained: boolean) =>
    new Promise<boolean>((resolve) => {
      connection.listen(({ payload, retained }) => payload === token && retained === isRetained && resolve(true));
      timer = setTimeout(() => resolve(false), returnTimeoutSeconds * 1000);
    });
  try {
    await connection.subscribe([ignoredDiscovery]);
    const sent = returned(false);
    await connection.publish(ignoredDiscovery, token);
    if (!(await sent)) return [`messages sent to ${ignoredDiscovery} do not come back${advice}`];
    clearTimeout(timer);
    const kept = returned(true);
    await connection.subscribe([ignoredDiscovery]);
    return (await kept) ? [] : [`the broker does not send back what it was to retain on ${ignoredDiscovery}`];
  } catch (error) {
    // MQTT 3.1.1 has one code for all refusals, and rights are nearly always the reason.
    const isForbidden =
      errorCodeOf(error) === reasonCodes.notAuthorized ||
      (error instanceof SubscriptionRefusedError && connection.protocolVersion === 4);
    return [`the broker refuses ${ignoredDiscovery}: ${describeError(error)}${isForbidden ? advice : ''}`];
  } finally {
    clearTimeout(timer);
    await connection.publish(ignoredDiscovery, '').catch(() => undefined);
  }
}
