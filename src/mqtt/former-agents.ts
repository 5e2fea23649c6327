import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { offlinePayload } from '../views/availability.ts';
import { parseProblemsPayload } from '../views/problems-payload.ts';
import { connectTemporarily } from './connect-temporarily.ts';
import { readRetainedPayloadsInPortions } from './retained-topics.ts';
import type { MqttSettings } from './settings.ts';

/** An agent that ran on this machine under another id, and does not run now. */
export interface FormerAgentOfMachine {
  id: string;
  name: string;
}

/** The former agents of this machine whose lists of what is wrong the broker retains; none where these can't be read.
 * Over a connection of its own: a broker may end one that asks for what it may not read. */
export async function findFormerAgentsOfMachine(
  settings: MqttSettings,
  agent: AgentIdentity,
): Promise<FormerAgentOfMachine[]> {
  if (agent.machine === undefined || settings.MQTT_URL.protocol === 'embedded') return [];
  const topics = new Topics(agent);
  const { status, problems } = topics.of('+');
  const connection = await connectTemporarily(settings, agent).catch(() => undefined);
  if (connection === undefined) return [];
  const retained = await readRetainedPayloadsInPortions(connection, agent, [[topics.ping], [status, problems]]).catch(
    () => new Map<string, string>(),
  );
  await connection.close();
  return [...retained].flatMap(([topic, payload]): FormerAgentOfMachine[] => {
    const parsed = topics.parse(topic);
    if (parsed?.kind !== 'problems' || parsed.agent === agent.id) return [];
    const { machine, agent: name = parsed.agent } = parseProblemsPayload(payload) ?? {};
    const isOffline = retained.get(topics.of(parsed.agent).status) === offlinePayload;
    return machine === agent.machine && isOffline ? [{ id: parsed.agent, name }] : [];
  });
}
