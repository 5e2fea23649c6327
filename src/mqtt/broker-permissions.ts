import { randomUUID } from 'node:crypto';
import { describeError } from '../model/errors.ts';
import { discoveryTopic, homeAssistantStatusTopic, ownDiscoveryTopics } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import type { Connection } from './connection.ts';
import { readOwnRetained } from './retained-topics.ts';

/** Seconds until a message that does not come back is taken for forbidden. */
const returnTimeoutSeconds = 3;

/** What the broker does not let this user do, in words; empty where it lets all. */
export async function findMissingPermissions(connection: Connection, agent: AgentIdentity): Promise<string[]> {
  const own = await readOwnRetained(connection, agent).then(
    () => [],
    (error: unknown) => [describeError(error)],
  );
  return [...own, ...(await checkDiscoveryAccess(connection, agent))];
}

/** Home Assistant does not listen to this one, which the same rule of an access list allows. */
const trialTopic = (agent: AgentIdentity) => discoveryTopic(agent, 'check').replace(/config$/, 'rights');

async function checkDiscoveryAccess(connection: Connection, agent: AgentIdentity): Promise<string[]> {
  const wanted = `it must let this user read and write ${ownDiscoveryTopics(agent)}, and read ${homeAssistantStatusTopic(agent)}`;
  const token = randomUUID();
  let timer: NodeJS.Timeout | undefined;
  const back = new Promise<boolean>((resolve) => {
    connection.listen(({ payload }) => payload === token && resolve(true));
    timer = setTimeout(() => resolve(false), returnTimeoutSeconds * 1000);
  });
  try {
    await connection.subscribe([trialTopic(agent)]);
    await connection.publish(trialTopic(agent), token, { retain: false });
    return (await back) ? [] : [`the broker does not give back what is sent to ${trialTopic(agent)}: ${wanted}`];
  } catch (error) {
    return [`the broker refuses ${trialTopic(agent)}: ${describeError(error)}: ${wanted}`];
  } finally {
    clearTimeout(timer);
  }
}
