import { setTimeout as pause } from 'node:timers/promises';
import { allCollectors } from '../collectors/index.ts';
import { StateStore } from '../loop/state-store.ts';
import { UsageError } from '../model/errors.ts';
import {
  deviceSlugOfTopic,
  discoveryTopic,
  isOwnTopic,
  ownDiscoveryTopics,
  parseDiscoveryTopic,
  slug,
} from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { connectOnce } from '../mqtt/connect-once.ts';
import type { Connection } from '../mqtt/connection.ts';
import { hasDuplicateAgent } from '../mqtt/duplicate-agent.ts';
import { readOwnRetained } from '../mqtt/retained-topics.ts';
import { loadSettings } from '../settings/index.ts';
import { discoveryPayloads, hasTombstones } from '../views/discovery.ts';
import { printLine, printSuccess } from './terminal.ts';

/** Milliseconds that Home Assistant takes to build what it was told. */
const discoverySettleMs = 5000;

/** Announces what is to go once more, because Home Assistant removes only what it knows. False where nobody listens. */
async function reannounceRemoved(
  connection: Connection,
  agent: AgentIdentity,
  announced: ReadonlyMap<string, string>,
): Promise<boolean> {
  const restored = discoveryPayloads([], agent, new StateStore(''), announced, 'restore');
  const heard = await Promise.all(
    [...announced].map(([topic, payload]) =>
      connection.publish(topic, hasTombstones(payload) ? (restored.get(topic) ?? payload) : payload),
    ),
  );
  return heard.every((one) => one.heard);
}

/** A device by its id or by the name that Home Assistant shows. */
function selectAnnounced(
  announced: ReadonlyMap<string, string>,
  agent: AgentIdentity,
  wanted: string | undefined,
): Map<string, string> {
  if (wanted === undefined) return new Map(announced);
  const topic = discoveryTopic(agent, slug(wanted));
  const payload = announced.get(topic);
  if (payload !== undefined) return new Map([[topic, payload]]);
  const known = [...announced.keys()].map((key) => parseDiscoveryTopic(agent, key)).join(', ');
  throw new UsageError(`${wanted}: this agent has announced no such device; it has announced ${known || 'none'}`);
}

/** Removes what this agent, or another by its name, left on the broker and in Home Assistant. */
export async function forgetDevices(
  device: string | undefined,
  { env, force = false, agent: other }: { env?: string; force?: boolean; agent?: string },
): Promise<void> {
  const { agent: self, mqtt } = loadSettings(allCollectors, env);
  const agent = other === undefined ? self : { ...self, id: slug(other), name: other };
  if (mqtt.MQTT_URL.protocol === 'embedded')
    throw new UsageError(
      'Our own broker keeps nothing beyond its end: there is nothing to forget. Set MQTT_URL to the broker that the agent used',
    );
  const connection = await connectOnce(mqtt, agent).catch((cause: unknown) => {
    throw new UsageError('No connection to the broker', { cause });
  });
  try {
    const retained = await readOwnRetained(connection, agent);
    if (device === undefined && (await hasDuplicateAgent(mqtt, agent)))
      throw new UsageError(`${agent.name} is running and would publish it all again: stop it first`);
    if (other !== undefined && ![...retained.keys()].some((topic) => isOwnTopic(agent, topic)))
      throw new UsageError(`${other}: the broker has nothing of such an agent`);
    const announced = selectAnnounced(
      new Map([...retained].filter(([topic]) => parseDiscoveryTopic(agent, topic) !== undefined)),
      agent,
      device,
    );
    // We would count as a listener ourselves.
    await connection.unsubscribe(ownDiscoveryTopics(agent));
    if (!(await reannounceRemoved(connection, agent, announced)) && !force) {
      throw new UsageError(
        'Home Assistant does not listen on this broker now, and it forgets only while it does. Start it and try again, or use --force to clean up the broker alone',
      );
    }
    printLine('Home Assistant is told …');
    await pause([...announced.values()].some(hasTombstones) ? discoverySettleMs : 500);
    const forgottenDevices = [...announced.keys()].map((topic) => parseDiscoveryTopic(agent, topic));
    const own =
      device === undefined
        ? isOwnTopic
        : (_: AgentIdentity, topic: string) => forgottenDevices.includes(deviceSlugOfTopic(agent, topic));
    const topics = [...retained.keys()].filter((topic) => own(agent, topic));
    for (const topic of announced.keys()) await connection.publish(topic, '');
    // An entity that still reads a topic would stumble over its end.
    await pause(1000);
    for (const topic of topics) await connection.publish(topic, '');
    printSuccess(
      `Forgotten: ${announced.size} ${announced.size === 1 ? 'device' : 'devices'} and ${topics.length} topics`,
    );
  } finally {
    await connection.close();
  }
}
