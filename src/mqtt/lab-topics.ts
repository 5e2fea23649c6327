import { describe } from '../model/fault.ts';
import type { Lab } from '../model/lab.ts';
import { type LabTopic, labTopics, parseLabTopic, topicsOfAgent } from '../model/naming.ts';
import type { Agent } from '../model/state.ts';
import { online } from '../views/availability.ts';
import type { Connection } from './connection.ts';
import { roundTrip } from './retained.ts';
import { RollCall } from './roll-call.ts';

/** Listens to all agents on the broker. */
export class LabTopics implements Lab {
  readonly topics = new Map<string, string>();
  readonly loaded: Promise<void>;
  current = false;
  error?: string;
  readonly #rollCall = new RollCall();
  readonly silent: ReadonlySet<string> = this.#rollCall.silent;
  #settle: () => void = () => undefined;

  constructor() {
    this.loaded = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Reads what is retained and goes on listening until the connection ends. `kept`: the broker still has what it had of us, so
   * what it has no more was removed. */
  async follow(connection: Connection, agent: Agent, kept: boolean): Promise<void> {
    delete this.error;
    void connection.ended.then(() => {
      this.current = false;
    });
    try {
      const heard = await this.#read(connection, agent);
      if (kept) for (const path of this.topics.keys()) if (!heard.has(path)) this.topics.delete(path);
    } catch (error) {
      this.error = `the broker does not let this user read ${labTopics(agent).join(', ')}: ${describe(error)}`;
      return;
    }
    this.current = true;
    this.#settle();
    void this.#rollCall.hold(connection, agent, () => this.#online());
  }

  /** Everything that is retained; its paths. */
  async #read(connection: Connection, agent: Agent): Promise<ReadonlySet<string>> {
    const heard = new Set<string>();
    const known = new Set<string>();
    let asking = Promise.resolve();
    // Each agent by itself and one after the other: a broker drops what does not fit into the queue of a client.
    const ask = (other: string) => {
      known.add(other);
      asking = asking.then(() => connection.subscribe(topicsOfAgent(agent, other), 0)).catch(() => undefined);
    };
    connection.listen(({ topic, payload, retained }) => {
      const about = parseLabTopic(agent, topic);
      if (about === undefined) return;
      heard.add(about.path);
      if (!retained) this.#rollCall.heard(about.agent);
      this.#hear(about, payload);
      if (!known.has(about.agent)) ask(about.agent);
    });
    await connection.subscribe(labTopics(agent), 0);
    let before: number;
    do {
      before = heard.size;
      await asking;
      await roundTrip(connection, agent);
    } while (heard.size > before);
    return heard;
  }

  #online(): string[] {
    return [...this.topics].flatMap(([path, payload]) => (path.endsWith('/status') && payload === online ? [path.slice(0, -'/status'.length)] : []));
  }

  #hear({ path }: LabTopic, payload: string): void {
    if (payload === '') this.topics.delete(path);
    else this.topics.set(path, payload);
  }
}
