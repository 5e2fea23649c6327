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
