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

/** Sentences about what the broker does not let this user do; `reason` is the broker's own. */
export const permissionTexts = {
  needs: (readAndWrite: string, read: string) =>
    `the broker must let this user read and write ${readAndWrite}, and read ${read}`,
  notReturned: (topic: string, advice: string) => `messages sent to ${topic} do not come back: ${advice}`,
  notRetained: (topic: string) => `the broker does not send back what it was to retain on ${topic}`,
  refused: (topic: string, reason: string, advice: string | undefined) =>
    `the broker refuses ${topic}: ${reason}${advice === undefined ? '' : `: ${advice}`}`,
};

/** Descriptions of what the broker does not let this user do; empty if nothing is missing. */
export async function findMissingPermissions(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  texts = permissionTexts,
): Promise<string[]> {
  const own = await readOwnRetainedPayloadsAndStaySubscribed(connection, agent).then(
    () => [],
    (error: unknown) => [describeError(error)],
  );
  return [...own, ...(await checkDiscoveryAccess(connection, agent, texts))];
}

async function checkDiscoveryAccess(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  texts: typeof permissionTexts,
): Promise<string[]> {
  const { ownDiscoveryFilter, ignoredDiscovery, homeAssistantStatus } = new Topics(agent);
  const advice = texts.needs(ownDiscoveryFilter, homeAssistantStatus);
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
    if (!(await sent)) return [texts.notReturned(ignoredDiscovery, advice)];
    clearTimeout(timer);
    const kept = returned(true);
    await connection.subscribe([ignoredDiscovery]);
    return (await kept) ? [] : [texts.notRetained(ignoredDiscovery)];
  } catch (error) {
    // MQTT 3.1.1 has one code for all refusals, and rights are nearly always the reason.
    const isForbidden =
      errorCodeOf(error) === reasonCodes.notAuthorized ||
      (error instanceof SubscriptionRefusedError && connection.protocolVersion === 4);
    return [texts.refused(ignoredDiscovery, describeError(error), isForbidden ? advice : undefined)];
  } finally {
    clearTimeout(timer);
    await connection.publish(ignoredDiscovery, '').catch(() => undefined);
  }
}
