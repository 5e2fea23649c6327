import * as z from 'zod/mini';
import { allCollectors } from '../collectors/index.ts';
import { type DeviceOrPartAddress, pathBelowCollector } from '../model/address.ts';
import { missingProblemKey, unreadableProblemKey } from '../model/problem.ts';
import type { AgentIdentity } from '../model/state.ts';
import type { AnyTableDeclaration } from '../model/table.ts';
import { optionalField } from '../model/tolerant-schemas.ts';
import { Topics } from '../model/topics.ts';
import { parseDeviceDiscoveryPayload } from '../mqtt/announcement-payload.ts';
import { readRetainedPayloadsInPortions } from '../mqtt/retained-topics.ts';
import type { SingleUseBrokerConnection } from '../mqtt/single-use-broker-connection.ts';
import { offlinePayload } from '../views/availability.ts';
import { describeMakerAndModel } from '../views/maker-and-model.ts';
import { parseRestoredProblems } from '../views/problems-payload.ts';
import { alignColumns, printLine, printNote } from './terminal.ts';

/** Where the devices and parts of an agent stand that the broker retains a state of. */
export function addressesWithRetainedState(
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
): DeviceOrPartAddress[] {
  const topics = new Topics(agent);
  return [...retained.keys()].sort().flatMap((topic) => {
    const parsed = topics.parse(topic);
    return parsed?.kind === 'state' && parsed.agent === agent.id ? parsed.address : [];
  });
}

/** Since when what was read earlier is gone, by path with its collector, as the agent's retained problems tell. */
const readGoneSince = (agent: AgentIdentity, retained: ReadonlyMap<string, string>): Map<string, Date> =>
  new Map(
    parseRestoredProblems(retained.get(new Topics(agent).problems) ?? '')
      .filter(({ finding }) => finding.key === missingProblemKey || finding.key === unreadableProblemKey)
      .map(({ path, finding }) => [path, finding.since]),
  );

const aboutSchema = z.object({
  name: optionalField(z.string()),
  manufacturer: optionalField(z.string()),
  model: optionalField(z.string()),
  serial_number: optionalField(z.string()),
});

/** What a device is, as its announcement says: `Samsung 970 EVO, S5GXNF0R654321`. */
function describeDevice(announcement: string | undefined): { name: string; about: string } {
  const device = aboutSchema.safeParse(parseDeviceDiscoveryPayload(announcement)?.device).data ?? {};
  const about = [describeMakerAndModel(device), device.serial_number].filter(Boolean).join(', ');
  return { name: device.name ?? '', about };
}

const titleOfPart = ({ collector, part }: DeviceOrPartAddress): string => {
  const tables: Record<string, AnyTableDeclaration> = allCollectors.find(({ id }) => id === collector)?.tables ?? {};
  return tables[part?.table ?? '']?.title ?? '';
};

/** A row for each device and, indented below it, for each of its parts: path, name, what it is, and whether it can be
 * read. */
function rowsOf(agent: AgentIdentity, retained: ReadonlyMap<string, string>): string[][] {
  const topics = new Topics(agent);
  const goneSince = readGoneSince(agent, retained);
  const rows = new Map<string, string[]>();
  const byPath = (a: DeviceOrPartAddress, b: DeviceOrPartAddress) =>
    pathBelowCollector(a) < pathBelowCollector(b) ? -1 : 1;
  for (const address of addressesWithRetainedState(agent, retained).sort(byPath)) {
    const path = pathBelowCollector(address);
    const isGone = retained.get(topics.availability(address)) === offlinePayload;
    const since = goneSince.get(`${address.collector}/${path}`)?.toISOString().slice(0, 16).replace('T', ' ');
    const state = isGone ? `unavailable${since === undefined ? '' : ` since ${since} UTC`}` : '';
    const { name, about } = describeDevice(retained.get(topics.discovery(address.device)));
    const described = address.part === undefined ? [path, name, about] : [`  ${path}`, '', titleOfPart(address)];
    // The machine is a device of several collectors.
    if (!rows.has(path) || !isGone) rows.set(path, [...described, state]);
  }
  return [...rows.values()];
}

/** Prints what `forget` can remove: the devices and parts of the agent, and the other agents. */
export async function printForgettableDevicesAndAgents(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
): Promise<void> {
  const topics = new Topics(agent);
  printLine(`${agent.name} (${agent.id})`);
  const rows = rowsOf(agent, retained);
  if (rows.length === 0) printNote('It has published nothing on this broker');
  for (const line of alignColumns(rows)) printLine(`  ${line}`);
  const statuses = await readRetainedPayloadsInPortions(connection, agent, [
    [topics.ping],
    [topics.of('+').status],
  ]).catch(() => new Map());
  const others = [...statuses].flatMap(([topic, status]): [string, string][] => {
    const parsed = topics.parse(String(topic));
    return parsed?.kind === 'status' && parsed.agent !== agent.id ? [[`--agent ${parsed.agent}`, String(status)]] : [];
  });
  if (others.length > 0) printLine('Other agents');
  for (const line of alignColumns(others.sort())) printLine(`  ${line}`);
}
