import * as z from 'zod/mini';
import { pathBelowCollector } from '../model/address.ts';
import { definedMembers } from '../model/defined-members.ts';
import type { EarlierAnnouncedDevice } from '../model/problem.ts';
import type { AgentIdentity } from '../model/state.ts';
import { optionalField } from '../model/tolerant-schemas.ts';
import { Topics } from '../model/topics.ts';
import { parseDeviceDiscoveryPayload } from './announcement-payload.ts';

const deviceSchema = z.object({
  name: z.string(),
  serial_number: optionalField(z.string()),
  suggested_area: optionalField(z.string()),
});

/** The device of an announcement; undefined for anything else. */
const parseDevice = (payload: string | undefined) =>
  deviceSchema.safeParse(parseDeviceDiscoveryPayload(payload)?.device).data;

/** Paths, with their collectors, of the parts that these retained messages of an agent have a state of. */
export function partPathsWithRetainedState(agent: AgentIdentity, retained: ReadonlyMap<string, string>): string[] {
  const topics = new Topics(agent);
  return [...retained.keys()].flatMap((topic) => {
    const parsed = topics.parse(topic);
    return parsed?.kind === 'state' && parsed.agent === agent.id && parsed.address.part !== undefined
      ? [`${parsed.address.collector}/${pathBelowCollector(parsed.address)}`]
      : [];
  });
}

/** The devices that these retained messages of an agent announce and have a state of: one without an announcement was
 * removed by the user, one without a state by the agent. */
export function announcedDevicesWithRetainedState(
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
): EarlierAnnouncedDevice[] {
  const topics = new Topics(agent);
  return [...retained.keys()].flatMap((topic): EarlierAnnouncedDevice[] => {
    const parsed = topics.parse(topic);
    if (parsed?.kind !== 'state' || parsed.agent !== agent.id || parsed.address.part !== undefined) return [];
    const { collector, device } = parsed.address;
    const announced = parseDevice(retained.get(topics.discovery(device)));
    if (announced === undefined) return [];
    const { name, serial_number: serialNumber, suggested_area: area } = announced;
    return [{ path: `${collector}/${device}`, name, ...definedMembers({ serialNumber, area }) }];
  });
}
