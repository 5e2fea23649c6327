import { randomUUID } from 'node:crypto';
import { describe } from '../model/fault.ts';
import { discoveryTopic, homeAssistantStatusTopic, ownDiscoveryTopics } from '../model/naming.ts';
import type { Agent } from '../model/state.ts';
import type { Connection } from './connection.ts';
import { readRetained } from './retained.ts';

/** Seconds until a message that does not come back is taken for forbidden. */
const patience = 3;

/** What the broker does not let this user do, in words; empty where it lets all. */
export async function missingRights(connection: Connection, agent: Agent): Promise<string[]> {
  const own = await readRetained(connection, agent).then(
    () => [],
    (error: unknown) => [describe(error)],
  );
  return [...own, ...(await announcing(connection, agent))];
}

/** Home Assistant does not listen to this one, which the same rule of an access list allows. */
const trial = (agent: Agent) => discoveryTopic(agent, 'check').replace(/config$/, 'rights');

async function announcing(connection: Connection, agent: Agent): Promise<string[]> {
  const wanted = `it must let this user read and write ${ownDiscoveryTopics(agent)}, and read ${homeAssistantStatusTopic(agent)}`;
  const token = randomUUID();
  let timer: NodeJS.Timeout | undefined;
  const back = new Promise<boolean>((resolve) => {
    connection.listen(({ payload }) => payload === token && resolve(true));
    timer = setTimeout(() => resolve(false), patience * 1000);
  });
  try {
    await connection.subscribe([trial(agent)]);
    await connection.publish(trial(agent), token, { retain: false });
    return (await back) ? [] : [`the broker does not give back what is sent to ${trial(agent)}: ${wanted}`];
  } catch (error) {
    return [`the broker refuses ${trial(agent)}: ${describe(error)}: ${wanted}`];
  } finally {
    clearTimeout(timer);
  }
}
