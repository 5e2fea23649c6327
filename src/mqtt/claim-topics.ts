import * as z from 'zod/mini';
import { bounds } from '../model/bounds.ts';
import { parseJsonWithin } from '../model/json.ts';
import { parseComponentKey } from '../model/naming.ts';
import { type DeviceClaim, isUniqueMacAddress } from '../model/shared-device.ts';
import type { AgentIdentity } from '../model/state.ts';
import { validItems } from '../model/tolerant-schemas.ts';
import { Topics } from '../model/topics.ts';
import { parseAnnouncement } from './announcement-payload.ts';
import { readRetainedTopics } from './retained-topics.ts';
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

/** Only routers have connections: the payload of a machine, with thousands of components, need not be parsed. */
const mayHaveConnections = (payload: string) => /"(?:connections|cns)"/.test(payload);

/** The MAC address in a discovery payload that identifies its device; undefined if it has none. */
export function announcedMacAddress(payload: string | undefined): string | undefined {
  if (payload === undefined || !mayHaveConnections(payload)) return undefined;
  const connections = connectionsSchema.parse(parseAnnouncement(payload)?.device.connections);
  return connections.find(([kind, address]) => kind === 'mac' && isUniqueMacAddress(address))?.[1];
}

/** The topics of claims that the agent may have on devices which it has announced, each with the collector. */
export function claimTopicsOfAnnouncements(
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
): { collector: string; topic: string }[] {
  const topics = new Topics(agent);
  return [...retained].flatMap(([topic, payload]) => {
    const key = topics.deviceOfOwnDiscovery(topic) === undefined ? undefined : announcedMacAddress(payload);
    if (key === undefined) return [];
    const keys = Object.keys(parseAnnouncement(payload)?.components ?? {});
    const collectors = new Set(keys.flatMap((componentKey) => parseComponentKey(componentKey)?.collector ?? []));
    return [...collectors].map((collector) => ({ collector, topic: topics.claim(collector, key) }));
  });
}

/** The topics of claims that the agent may have on names of devices which it has announced for this collector. */
export function nameClaimTopicsOfAnnouncements(
  agent: AgentIdentity,
  collector: string,
  retained: ReadonlyMap<string, string>,
): { topic: string }[] {
  const topics = new Topics(agent);
  return [...retained].flatMap(([topic, payload]) => {
    if (topics.deviceOfOwnDiscovery(topic) === undefined || !payload.includes(`"${collector}-`)) return [];
    const name = parseAnnouncement(payload)?.device.name;
    return typeof name === 'string' ? [{ topic: topics.claim(collector, name) }] : [];
  });
}

/** The topics of the claims that an agent has. By name too: not every broker delivers retained messages for a
 * wildcard. */
export async function readClaimTopicsOfAgent(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  retained: ReadonlyMap<string, string>,
): Promise<{ topic: string; device: string }[]> {
  const topics = new Topics(agent);
  const named = claimTopicsOfAnnouncements(agent, retained).map(({ topic }) => topic);
  const payloads = await readRetainedTopics(connection, agent, [[topics.ping], [topics.allClaimsFilter, ...named]]);
  return [...payloads].flatMap(([topic, payload]) => {
    const claim = topics.parse(topic)?.kind === 'claim' ? parseDeviceClaim(payload) : undefined;
    return claim?.agent === agent.id ? [{ topic, device: claim.device }] : [];
  });
}
