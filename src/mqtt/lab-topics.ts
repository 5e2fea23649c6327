import type { Lab } from '../model/lab.ts';
import { type LabTopic, labTopics, parseLabTopic, topicsOfAgent } from '../model/naming.ts';
import type { Agent } from '../model/state.ts';
import type { Connection } from './connection.ts';
import { roundTrip } from './retained.ts';

/** Listens to all agents on the broker. */
export class LabTopics implements Lab {
  readonly topics = new Map<string, string>();
  readonly loaded: Promise<void>;
  current = false;
  #settle: () => void = () => undefined;

  constructor() {
    this.loaded = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Reads what is retained and goes on listening until the connection ends. `kept`: the broker still has what it had of us, so
   * what it has no more was removed. */
  async follow(connection: Connection, agent: Agent, kept: boolean): Promise<void> {
    const heard = new Set<string>();
    const known = new Set<string>();
    let asking = Promise.resolve();
    // Each agent by itself and one after the other: a broker drops what does not fit into the queue of a client.
    const ask = (other: string) => {
      known.add(other);
      asking = asking.then(() => connection.subscribe(topicsOfAgent(agent, other), 0)).catch(() => undefined);
    };
    connection.listen(({ topic, payload }) => {
      const about = parseLabTopic(agent, topic);
      if (about === undefined) return;
      heard.add(about.path);
      this.#hear(about, payload);
      if (!known.has(about.agent)) ask(about.agent);
    });
    void connection.ended.then(() => {
      this.current = false;
    });
    await connection.subscribe(labTopics(agent), 0);
    let before: number;
    do {
      before = heard.size;
      await asking;
      await roundTrip(connection, agent);
    } while (heard.size > before);
    if (kept) for (const path of this.topics.keys()) if (!heard.has(path)) this.topics.delete(path);
    this.current = true;
    this.#settle();
  }

  #hear({ path }: LabTopic, payload: string): void {
    if (payload === '') this.topics.delete(path);
    else this.topics.set(path, payload);
  }
}
