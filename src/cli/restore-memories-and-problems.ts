import type { MutableAgentState } from '../loop/mutable-agent-state.ts';
import { Topics } from '../model/topics.ts';
import { selectAnnouncedDevices } from '../mqtt/announced-devices.ts';
import { selectMemoryPayloads } from '../mqtt/inbound.ts';
import { readOwnRetainedPayloadsAndStaySubscribed } from '../mqtt/retained-topics.ts';
import type { SingleUseBrokerConnection } from '../mqtt/single-use-broker-connection.ts';
import { parseRestoredProblems } from '../views/problems-payload.ts';
import type { AgentIdentityWithCollectors } from './agent-identities.ts';

/** Says what a list of problems lacks that was not compared with earlier readings. */
export const noEarlierProblemListNote =
  'the broker has no earlier list of problems, so this one cannot show that a file system has become read-only, that a drive has disappeared, or when a problem began';

async function restore(
  connection: SingleUseBrokerConnection,
  { agent, collectors }: AgentIdentityWithCollectors,
  state: MutableAgentState,
): Promise<boolean> {
  const retained = await readOwnRetainedPayloadsAndStaySubscribed(connection, agent);
  state.memoryStore.load(selectMemoryPayloads(agent, retained), collectors);
  state.problemMemory.restoreAnnounced(selectAnnouncedDevices(agent, retained), new Date());
  const problems = retained.get(new Topics(agent).problems);
  if (problems === undefined) return false;
  state.problemMemory.restore(parseRestoredProblems(problems), new Date());
  return true;
}

/** Loads what these identities have retained on the broker, as an agent does when it starts: their memories, and what was wrong.
 * False if there is no list of what was wrong, or it can't be read. */
export async function restoreMemoriesAndProblems(
  connection: SingleUseBrokerConnection | undefined,
  identities: readonly AgentIdentityWithCollectors[],
  state: MutableAgentState,
): Promise<boolean> {
  const isRestored: boolean[] = [];
  if (connection !== undefined)
    for (const identity of identities) isRestored.push(await restore(connection, identity, state).catch(() => false));
  // No collector has to wait for a broker any longer.
  state.memoryStore.load(new Map(), state.collectors.keys());
  return isRestored.includes(true);
}
