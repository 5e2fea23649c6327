import { randomUUID } from 'node:crypto';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import { until } from './until.ts';

export interface Observer {
  client: MqttClient;
  /** The newest payload of each topic; an empty one takes the topic away. */
  topics: Map<string, string>;
  /** All messages in the order they came. */
  messages: { topic: string; payload: string; retained: boolean }[];
  /** The newest payload of a topic, awaited until it is there and right. */
  see(topic: string, right?: (payload: string) => boolean, seconds?: number): Promise<string>;
}

/** A client that watches everything on a broker, and ends with the test. */
export async function observe(url: string, options: IClientOptions = {}): Promise<Observer> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 200, ...options });
  const topics = new Map<string, string>();
  const messages: Observer['messages'] = [];
  const live = new Set<string>();
  client.on('message', (topic, buffer, { retain }) => {
    const payload = buffer.toString();
    messages.push({ topic, payload, retained: retain });
    // The embedded broker may hand out a new message before what it retained: then that is old.
    if (retain && live.has(topic)) return;
    if (!retain) live.add(topic);
    if (payload === '') topics.delete(topic);
    else topics.set(topic, payload);
  });
  onTestFinished(() => client.endAsync(true));
  await client.subscribeAsync('#', { qos: 1 });
  const see: Observer['see'] = (topic, right = () => true, seconds = 10) =>
    until(
      topic,
      () => {
        const payload = topics.get(topic);
        return payload !== undefined && right(payload) ? payload : undefined;
      },
      seconds,
    );
  return { client, topics, messages, see };
}

/** What a broker retains, as one is told who comes only now, without what this itself needs. */
export async function readRetained(url: string, options: IClientOptions = {}): Promise<Map<string, string>> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 4, ...options });
  const retained = new Map<string, string>();
  // Brokers deliver what they retain in any order (Mosquitto, before what is published later) or in that of publishing
  // (the embedded one, even behind what is published later): with both markers, all has been delivered.
  const [last, later] = [`marker/${randomUUID()}`, `marker/${randomUUID()}`];
  const isLater = new Promise<void>((resolve) =>
    client.on('message', (topic) => {
      if (topic === later) resolve();
    }),
  );
  const isLast = new Promise<void>((resolve) =>
    client.on('message', (topic, buffer, { retain }) => {
      if (topic === last) resolve();
      else if (retain) retained.set(topic, buffer.toString());
    }),
  );
  try {
    await client.publishAsync(last, 'last', { retain: true, qos: 1 });
    await client.subscribeAsync('#', { qos: 1 });
    await client.publishAsync(later, 'later', { qos: 1 });
    await Promise.all([isLater, isLast]);
    await client.publishAsync(last, '', { retain: true, qos: 1 });
    return retained;
  } finally {
    await client.endAsync(true);
  }
}
