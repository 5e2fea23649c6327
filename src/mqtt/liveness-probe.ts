import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { agentOfPingTopic, allPingTopics, pingTopic } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import type { Connection } from './connection.ts';
import { livenessAnswer, livenessQuestion } from './duplicate-agent.ts';

/** Milliseconds between two rounds, and that an answer may take. */
const probeIntervalMs = 30_000;
const answerTimeoutMs = 5000;
/** So many unanswered rounds, one after the other, are no chance. */
const maxMissedRounds = 2;

/** Asks the agents that are said to be online whether they are: a broker that fell keeps the word of one that died meanwhile, and
 * no will is sent. One that has never answered is believed: not every bridge lets the question through. */
export class LivenessProbe {
  /** Who has answered before and does not any more. */
  readonly unresponsive = new Set<string>();
  /** Rounds that went unanswered since the last answer. */
  readonly #missed = new Map<string, number>();

  /** Asks until the connection ends. */
  async probeUntilEnd(connection: Connection, agent: AgentIdentity, onlineAgents: () => string[]): Promise<void> {
    const over = new AbortController();
    void connection.ended.then(() => over.abort());
    try {
      await connection.subscribe([allPingTopics(agent)], 0);
      for (;;) {
        await this.#ask(connection, agent, onlineAgents(), over.signal);
        await pause(probeIntervalMs, undefined, { signal: over.signal, ref: false });
      }
    } catch {
      // The end of the connection, or a broker that forbids to ask: then what is retained has to do.
    }
  }

  /** It has said something of its own accord. */
  markAlive(other: string): void {
    this.unresponsive.delete(other);
    if (this.#missed.has(other)) this.#missed.set(other, 0);
  }

  async #ask(
    connection: Connection,
    agent: AgentIdentity,
    others: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const token = randomUUID();
    const waiting = new Set(others);
    const stop = connection.listen(({ topic, payload }) => {
      const other = payload === livenessAnswer(token) ? agentOfPingTopic(agent, topic) : undefined;
      if (other === undefined) return;
      waiting.delete(other);
      this.#missed.set(other, 0);
      this.unresponsive.delete(other);
    });
    try {
      for (const other of others)
        await connection.publish(pingTopic({ ...agent, id: other }), livenessQuestion(token), { retain: false });
      await pause(answerTimeoutMs, undefined, { signal, ref: false });
    } finally {
      stop();
    }
    for (const other of waiting) {
      const missed = this.#missed.get(other);
      if (missed === undefined) continue;
      this.#missed.set(other, missed + 1);
      if (missed + 1 >= maxMissedRounds) this.unresponsive.add(other);
    }
  }
}
