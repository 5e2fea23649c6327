import type { MutableAgentState } from '../loop/mutable-agent-state.ts';
import { Topics } from '../model/topics.ts';
import { announcedDevicesWithRetainedState } from '../mqtt/announced-devices.ts';
import { selectMemoryPayloads } from '../mqtt/inbound.ts';
import { readOwnRetainedPayloadsAndStaySubscribed } from '../mqtt/retained-topics.ts';
import type { MqttSettings } from '../mqtt/settings.ts';
import type { SingleUseBrokerConnection } from '../mqtt/single-use-broker-connection.ts';
import { parseRestoredProblems } from '../views/problems-payload.ts';
import type { AgentIdentityWithCollectors } from './agent-identities.ts';
import type { CheckAndOnceTexts } from './texts/english.ts';

/** Whether there is an earlier list of problems: `unknown` if the broker did not tell. */
export type ProblemRestoreOutcome = 'restored' | 'none' | 'unknown';

/** Says what a list of problems lacks that was not compared with earlier readings; undefined if it was. */
export function missingComparisonNote(
  earlier: ProblemRestoreOutcome,
  { MQTT_URL }: MqttSettings,
  { notCompared, missingComparison }: CheckAndOnceTexts,
): string | undefined {
  if (earlier === 'restored') return undefined;
  const isEmbedded = earlier === 'unknown' && MQTT_URL.protocol === 'embedded';
  return missingComparison(notCompared[isEmbedded ? 'embedded' : earlier]);
}

async function restore(
  connection: SingleUseBrokerConnection,
  { agent, collectors }: AgentIdentityWithCollectors,
  state: MutableAgentState,
  problemsRead: (payload: string) => void,
): Promise<ProblemRestoreOutcome> {
  const retained = await readOwnRetainedPayloadsAndStaySubscribed(connection, agent);
  state.memoryStore.load(selectMemoryPayloads(agent, retained), collectors);
  state.problemMemory.restoreAnnounced(announcedDevicesWithRetainedState(agent, retained), new Date());
  const problems = retained.get(new Topics(agent).problems);
  if (problems === undefined) return 'none';
  state.problemMemory.restore(parseRestoredProblems(problems), new Date());
  if (agent.machine !== undefined) problemsRead(problems);
  return 'restored';
}

/** Loads what these identities have retained on the broker, as an agent does when it starts: their memories, and what
 * was wrong. `problemsRead` gets the list of problems of this machine's agent. */
export async function restoreMemoriesAndProblems(
  connection: SingleUseBrokerConnection | undefined,
  identities: readonly AgentIdentityWithCollectors[],
  state: MutableAgentState,
  problemsRead: (payload: string) => void = () => undefined,
): Promise<ProblemRestoreOutcome> {
  const found: ProblemRestoreOutcome[] = [];
  if (connection !== undefined)
    for (const identity of identities)
      found.push(await restore(connection, identity, state, problemsRead).catch(() => 'unknown' as const));
  // No collector has to wait for a broker any longer.
  state.memoryStore.load(new Map(), state.collectors.keys());
  // What one of them lacks, the whole lacks.
  return (['unknown', 'none', 'restored'] as const).find((one) => found.includes(one)) ?? 'unknown';
}
