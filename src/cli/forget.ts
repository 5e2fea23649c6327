import { setTimeout as pause } from 'node:timers/promises';
import { collectors } from '../collectors/index.ts';
import { Records } from '../loop/state.ts';
import { Unusable } from '../model/fault.ts';
import { announcedDevice, deviceOfTopic, discoveryTopic, isOwnTopic, ownDiscoveryTopics, slug } from '../model/naming.ts';
import type { Agent } from '../model/state.ts';
import type { Connection } from '../mqtt/connection.ts';
import { hasNamesake } from '../mqtt/namesake.ts';
import { readRetained } from '../mqtt/retained.ts';
import { visit } from '../mqtt/visit.ts';
import { loadSettings } from '../settings/index.ts';
import { discovery, hasTombstones } from '../views/discovery.ts';
import { good, print } from './terminal.ts';

/** Milliseconds that Home Assistant takes to build what it was told. */
const settling = 5000;

/** Announces what is to go once more, because Home Assistant removes only what it knows. False where nobody listens. */
async function remind(connection: Connection, agent: Agent, announced: ReadonlyMap<string, string>): Promise<boolean> {
  const revived = discovery([], agent, new Records(''), announced, 'revive');
  const heard = await Promise.all([...announced].map(([topic, payload]) => connection.publish(topic, hasTombstones(payload) ? (revived.get(topic) ?? payload) : payload)));
  return heard.every((one) => one.heard);
}

/** A device by its id or by the name that Home Assistant shows. */
function choose(announced: ReadonlyMap<string, string>, agent: Agent, wanted: string | undefined): Map<string, string> {
  if (wanted === undefined) return new Map(announced);
  const topic = discoveryTopic(agent, slug(wanted));
  const payload = announced.get(topic);
  if (payload !== undefined) return new Map([[topic, payload]]);
  const known = [...announced.keys()].map((key) => announcedDevice(agent, key)).join(', ');
  throw new Unusable(`${wanted}: this agent has announced no such device; it has announced ${known || 'none'}`);
}

/** Removes what this agent, or another by its name, left on the broker and in Home Assistant. */
export async function forget(device: string | undefined, { env, force = false, agent: other }: { env?: string; force?: boolean; agent?: string }): Promise<void> {
  const { agent: self, mqtt } = loadSettings(collectors, env);
  const agent = other === undefined ? self : { ...self, id: slug(other), name: other };
  if (mqtt.MQTT_URL.protocol === 'embedded')
    throw new Unusable('Our own broker keeps nothing beyond its end: there is nothing to forget. Set MQTT_URL to the broker that the agent used');
  const connection = await visit(mqtt, agent).catch((cause: unknown) => {
    throw new Unusable('No connection to the broker', { cause });
  });
  try {
    const retained = await readRetained(connection, agent);
    if (device === undefined && (await hasNamesake(mqtt, agent))) throw new Unusable(`${agent.name} is running and would publish it all again: stop it first`);
    if (other !== undefined && ![...retained.keys()].some((topic) => isOwnTopic(agent, topic))) throw new Unusable(`${other}: the broker has nothing of such an agent`);
    const announced = choose(new Map([...retained].filter(([topic]) => announcedDevice(agent, topic) !== undefined)), agent, device);
    // We would count as a listener ourselves.
    await connection.unsubscribe(ownDiscoveryTopics(agent));
    if (!(await remind(connection, agent, announced)) && !force) {
      throw new Unusable(
        'Home Assistant does not listen on this broker now, and it forgets only while it does. Start it and try again, or use --force to clean up the broker alone',
      );
    }
    print('Home Assistant is told …');
    await pause([...announced.values()].some(hasTombstones) ? settling : 500);
    const gone = [...announced.keys()].map((topic) => announcedDevice(agent, topic));
    const own = device === undefined ? isOwnTopic : (_: Agent, topic: string) => gone.includes(deviceOfTopic(agent, topic));
    const topics = [...retained.keys()].filter((topic) => own(agent, topic));
    for (const topic of announced.keys()) await connection.publish(topic, '');
    // An entity that still reads a topic would stumble over its end.
    await pause(1000);
    for (const topic of topics) await connection.publish(topic, '');
    good(`Forgotten: ${announced.size} ${announced.size === 1 ? 'device' : 'devices'} and ${topics.length} topics`);
  } finally {
    await connection.close();
  }
}
