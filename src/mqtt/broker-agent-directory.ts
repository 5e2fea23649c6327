import type { AgentDirectory } from '../model/agent-directory.ts';
import { describeError } from '../model/errors.ts';
import { type AgentTopic, deviceTopicsOfAgent, parseAgentTopic, presenceTopics } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { onlinePayload } from '../views/availability.ts';
import type { Connection } from './connection.ts';
import { LivenessProbe } from './liveness-probe.ts';
import { pingBroker } from './retained-topics.ts';

/** Listens to all agents on the broker. */
export class BrokerAgentDirectory implements AgentDirectory {
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

  /** Reads what is retained and goes on listening until the connection ends. `kept`: the broker still has what it had of us, so
   * what it has no more was removed. */
  async follow(connection: Connection, agent: AgentIdentity, kept: boolean): Promise<void> {
    delete this.error;
    void connection.ended.then(() => {
      this.isCurrent = false;
    });
    try {
      const heard = await this.#read(connection, agent);
      if (kept) for (const path of this.topics.keys()) if (!heard.has(path)) this.topics.delete(path);
    } catch (error) {
      this.error = `the broker does not let this user read ${presenceTopics(agent).join(', ')}: ${describeError(error)}`;
      return;
    }
    this.isCurrent = true;
    this.#settle();
    void this.#livenessProbe.probeUntilEnd(connection, agent, () => this.#onlineAgents());
  }

  /** Everything that is retained; its paths. */
  async #read(connection: Connection, agent: AgentIdentity): Promise<ReadonlySet<string>> {
    const heard = new Set<string>();
    const known = new Set<string>();
    let asking = Promise.resolve();
    // Each agent by itself and one after the other: a broker drops what does not fit into the queue of a client.
    const ask = (other: string) => {
      known.add(other);
      asking = asking.then(() => connection.subscribe(deviceTopicsOfAgent(agent, other), 0)).catch(() => undefined);
    };
    connection.listen(({ topic, payload, retained }) => {
      const parsed = parseAgentTopic(agent, topic);
      if (parsed === undefined) return;
      heard.add(parsed.path);
      if (!retained) this.#livenessProbe.markAlive(parsed.agent);
      this.#store(parsed, payload);
      if (!known.has(parsed.agent)) ask(parsed.agent);
    });
    await connection.subscribe(presenceTopics(agent), 0);
    let before: number;
    do {
      before = heard.size;
      await asking;
      await pingBroker(connection, agent);
    } while (heard.size > before);
    return heard;
  }

  #onlineAgents(): string[] {
    return [...this.topics].flatMap(([path, payload]) =>
      path.endsWith('/status') && payload === onlinePayload ? [path.slice(0, -'/status'.length)] : [],
    );
  }

  #store({ path }: AgentTopic, payload: string): void {
    if (payload === '') this.topics.delete(path);
    else this.topics.set(path, payload);
  }
}
