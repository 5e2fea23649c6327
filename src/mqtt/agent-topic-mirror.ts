import { describeError } from '../model/errors.ts';
import type { MirroredAgentTopics } from '../model/mirrored-agent-topics.ts';
import type { AgentIdentity } from '../model/state.ts';
import { type ParsedTopic, Topics } from '../model/topics.ts';
import { onlinePayload } from '../views/availability.ts';
import type { BrokerConnection } from './broker-connection.ts';
import { LivenessProbe } from './liveness-probe.ts';
import { pingBrokerThroughOwnTopic } from './retained-topics.ts';

/** Whether a topic is the status of an agent or bridge, or the state or availability of a device without its parts. */
const isMirrored = (parsed: ParsedTopic): boolean =>
  parsed.kind === 'status' ||
  parsed.kind === 'bridge' ||
  ((parsed.kind === 'state' || parsed.kind === 'availability') && parsed.address.part === undefined);

/** The topics of all agents on the broker, kept up to date while connected. */
export class AgentTopicMirror implements MirroredAgentTopics {
  readonly topics = new Map<string, string>();
  readonly loaded: Promise<void>;
  isCurrent = false;
  error?: string;
  readonly #livenessProbe = new LivenessProbe();
  readonly unresponsive: ReadonlySet<string> = this.#livenessProbe.unresponsive;
  #settle: () => void = () => undefined;

  constructor() {
    this.loaded = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Reads the retained messages and listens until the connection ends. `isSameMemory`: the broker has kept its retained messages
   * since the previous connection, so a topic that is missing now was removed. */
  async follow(connection: BrokerConnection, agent: AgentIdentity, isSameMemory: boolean): Promise<void> {
    delete this.error;
    void connection.ended.then(() => {
      this.isCurrent = false;
    });
    try {
      const received = await this.#read(connection, agent);
      if (isSameMemory) for (const path of this.topics.keys()) if (!received.has(path)) this.topics.delete(path);
    } catch (error) {
      this.error = `the broker does not let this user read ${new Topics(agent).presenceFilters.join(', ')}: ${describeError(error)}`;
      return;
    }
    this.isCurrent = true;
    this.#settle();
    void this.#livenessProbe.probeUntilEnd(connection, agent, () => this.#onlineAgents());
  }

  /** Reads all retained messages; returns their paths. */
  async #read(connection: BrokerConnection, agent: AgentIdentity): Promise<ReadonlySet<string>> {
    const topics = new Topics(agent);
    const received = new Set<string>();
    const subscribedAgents = new Set<string>();
    let subscriptions = Promise.resolve();
    // One subscription for each agent, one after the other: a broker drops messages that do not fit into a client’s queue.
    const subscribeTo = (otherAgent: string) => {
      subscribedAgents.add(otherAgent);
      subscriptions = subscriptions
        .then(() => connection.subscribe(topics.of(otherAgent).ownDevicesFilters, 0))
        .catch(() => undefined);
    };
    connection.listen(({ topic, payload, retained }) => {
      const parsed = topics.parse(topic);
      if (parsed === undefined || !isMirrored(parsed)) return;
      const path = topic.slice(agent.baseTopic.length + 1);
      received.add(path);
      if (payload === '') this.topics.delete(path);
      else this.topics.set(path, payload);
      if (!('agent' in parsed)) return;
      if (!retained) this.#livenessProbe.markAlive(parsed.agent);
      if (!subscribedAgents.has(parsed.agent)) subscribeTo(parsed.agent);
    });
    await connection.subscribe(topics.presenceFilters, 0);
    let previousCount: number;
    do {
      previousCount = received.size;
      await subscriptions;
      await pingBrokerThroughOwnTopic(connection, agent);
    } while (received.size > previousCount);
    return received;
  }

  #onlineAgents(): string[] {
    return [...this.topics].flatMap(([path, payload]) =>
      path.endsWith('/status') && payload === onlinePayload ? [path.slice(0, -'/status'.length)] : [],
    );
  }
}
