import { type Address, addressPath } from '../model/address.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { selectAnnouncedDevices } from '../mqtt/announced-devices.ts';
import { readRetainedTopics } from '../mqtt/retained-topics.ts';
import type { SingleUseBrokerConnection } from '../mqtt/single-use-broker-connection.ts';
import { offlinePayload } from '../views/availability.ts';
import { alignColumns, printLine } from './terminal.ts';

/** Where the devices and parts of an agent stand that the broker retains a state of. */
export function addressesWithRetainedState(agent: AgentIdentity, retained: ReadonlyMap<string, string>): Address[] {
  const topics = new Topics(agent);
  return [...retained.keys()].sort().flatMap((topic) => {
    const parsed = topics.parse(topic);
    return parsed?.kind === 'state' && parsed.agent === agent.id ? parsed.address : [];
  });
}

/** Prints what `forget` can remove: the devices and parts of the agent, and the other agents. */
export async function printForgettableDevicesAndAgents(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
): Promise<void> {
  const topics = new Topics(agent);
  const names = new Map(selectAnnouncedDevices(agent, retained).map(({ path, name }) => [path, name]));
  const rows = new Map<string, [string, string, string]>();
  for (const address of addressesWithRetainedState(agent, retained)) {
    const path = addressPath(address);
    const isGone = retained.get(topics.availability(address)) === offlinePayload;
    const name = names.get(`${address.collector}/${address.device}`) ?? '';
    // The machine is a device of several collectors.
    if (!rows.has(path) || !isGone) rows.set(path, [path, name, isGone ? 'unavailable' : '']);
  }
  printLine(`${agent.name} (${agent.id})`);
  for (const line of alignColumns([...rows.values()])) printLine(`  ${line}`);
  const statuses = await readRetainedTopics(connection, agent, [[topics.ping], [topics.of('+').status]]).catch(
    () => new Map(),
  );
  const others = [...statuses].flatMap(([topic, status]): [string, string][] => {
    const parsed = topics.parse(String(topic));
    return parsed?.kind === 'status' && parsed.agent !== agent.id ? [[`--agent ${parsed.agent}`, String(status)]] : [];
  });
  if (others.length > 0) printLine('Other agents');
  for (const line of alignColumns(others.sort())) printLine(`  ${line}`);
}
