import * as z from 'zod/mini';
import { bounds } from '../model/bounds.ts';
import { resultOfStepsInTurns, type StepwiseWork } from '../model/event-loop-turns.ts';
import { parseJsonWithin } from '../model/json.ts';
import { parseComponentKey } from '../model/naming.ts';
import { type DeviceClaim, isUniqueMacAddress } from '../model/shared-device.ts';
import type { AgentIdentity } from '../model/state.ts';
import { validItems } from '../model/tolerant-schemas.ts';
import { Topics } from '../model/topics.ts';
import { type Announcement, parseDeviceDiscoveryPayload, parseOwnAnnouncements } from './announcement-payload.ts';
import { subscriptionPortions } from './retained-by-name.ts';
import { readRetainedPayloadsInPortions } from './retained-topics.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

const claimSchema = z.object({
  agent: z.string().check(z.regex(/^\w{1,100}$/)),
  device: z.string().check(z.regex(/^\w{1,100}$/)),
  rank: z.int(),
  since: z.iso.datetime(),
});

const connectionsSchema = validItems(z.tuple([z.string(), z.string()]));

/** The claim in a payload, which anybody may have written; undefined if it is none. */
export function parseDeviceClaim(payload: string): DeviceClaim | undefined {
  try {
    const claim = claimSchema.safeParse(parseJsonWithin(payload, bounds.claim)).data;
    return claim && { ...claim, since: new Date(claim.since) };
  } catch {
    return undefined;
  }
}

const macAddressOf = ({ device }: Announcement): string | undefined =>
  connectionsSchema
    .parse(device.connections)
    .find(([kind, address]) => kind === 'mac' && isUniqueMacAddress(address))?.[1];

/** Only routers have connections: the payload of a machine, with thousands of components, need not be parsed. */
const mayHaveConnections = (payload: string) => /"(?:connections|cns)"/.test(payload);

/** The MAC address in a discovery payload that identifies its device; undefined if it has none. */
export function macAddressInDiscoveryPayload(payload: string | undefined): string | undefined {
  if (payload === undefined || !mayHaveConnections(payload)) return undefined;
  const announcement = parseDeviceDiscoveryPayload(payload);
  return announcement && macAddressOf(announcement);
}

/** The topics of claims that the agent may have on devices that it has announced, by MAC address, and on their names:
 * the shown one may have the agent's added. */
function* claimTopicsOfAnnouncements(
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
): StepwiseWork<string[]> {
  const topics = new Topics(agent);
  const found = new Set<string>();
  for (const announcement of parseOwnAnnouncements(agent, retained)) {
    const components = Object.keys(announcement.components);
    yield components.length;
    const {
      id,
      device: { name },
    } = announcement;
    const keys = [id, typeof name === 'string' ? name : id, macAddressOf(announcement) ?? id];
    for (const collector of new Set(components.flatMap((key) => parseComponentKey(key)?.collector ?? [])))
      for (const key of keys) found.add(topics.claim(collector, key));
  }
  return [...found];
}

/** The topics of the claims that an agent has, each with its device. By name where there are none: not every broker
 * delivers retained messages for a wildcard. */
export async function readClaimTopicsOfAgent(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
): Promise<{ topic: string; device: string }[]> {
  const topics = new Topics(agent);
  const readClaims = async (portions: Iterable<string[]>) => {
    const payloads = await readRetainedPayloadsInPortions(connection, agent, [[topics.ping], ...portions]);
    return [...payloads].filter(([topic]) => topics.parse(topic)?.kind === 'claim');
  };
  let claims = await readClaims([[topics.allClaimsFilter]]);
  await connection.unsubscribe([topics.allClaimsFilter]);
  if (claims.length === 0) {
    const named = await resultOfStepsInTurns(claimTopicsOfAnnouncements(agent, retained));
    claims = await readClaims(subscriptionPortions(named));
  }
  return claims.flatMap(([topic, payload]) => {
    const claim = parseDeviceClaim(payload);
    return claim?.agent === agent.id ? [{ topic, device: claim.device }] : [];
  });
}
