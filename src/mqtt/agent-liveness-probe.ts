import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { livenessAnswerPayload, livenessQuestionPayload } from './duplicate-agent.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** Milliseconds between two rounds of questions, and that an answer may take. */
const probeIntervalMs = 30_000;
const answerTimeoutMs = 5000;
/** Rounds in a row that an agent may leave unanswered before it counts as unresponsive. */
const maxMissedRounds = 2;

/** Asks the agents whose status is online whether they are: after a crash of the broker, the retained status of an agent that died
 * meanwhile stays online, because no will is sent. The status of an agent that has never answered is trusted: not every bridge
 * forwards the question. */
export class AgentLivenessProbe {
  /** Agents that have answered before and no longer do. */
  readonly unresponsive = new Set<string>();
  /** Rounds since the last answer, by agent. */
  readonly #missedRounds = new Map<string, number>();

  /** Asks until the connection ends. */
  async probeUntilEnd(
    connection: SingleUseBrokerConnection,
    agent: AgentIdentity,
    onlineAgents: () => string[],
  ): Promise<void> {
    const ended = new AbortController();
    void connection.ended.then(() => ended.abort());
    try {
      await connection.subscribe([new Topics(agent).allPingsFilter]);
      for (;;) {
        await this.#ask(connection, agent, onlineAgents(), ended.signal);
        await pause(probeIntervalMs, undefined, { signal: ended.signal, ref: false });
      }
    } catch {
      // The connection ended, or the broker forbids the question: the retained status is all there is.
    }
  }

  /** The agent has published something. */
  markAlive(otherAgent: string): void {
    this.unresponsive.delete(otherAgent);
    if (this.#missedRounds.has(otherAgent)) this.#missedRounds.set(otherAgent, 0);
  }

  async #ask(
    connection: SingleUseBrokerConnection,
    agent: AgentIdentity,
    otherAgents: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const token = randomUUID();
    const topics = new Topics(agent);
    const unanswered = new Set(otherAgents);
    const stop = connection.listen(({ topic, payload }) => {
      const parsed = payload === livenessAnswerPayload(token) ? topics.parse(topic) : undefined;
      if (parsed?.kind !== 'ping') return;
      const otherAgent = parsed.agent;
      unanswered.delete(otherAgent);
      this.#missedRounds.set(otherAgent, 0);
      this.unresponsive.delete(otherAgent);
    });
    try {
      for (const otherAgent of otherAgents)
        await connection.publish(topics.of(otherAgent).ping, livenessQuestionPayload(token), {
          retain: false,
        });
      await pause(answerTimeoutMs, undefined, { signal, ref: false });
    } finally {
      stop();
    }
    for (const otherAgent of unanswered) {
      const missed = this.#missedRounds.get(otherAgent);
      if (missed === undefined) continue;
      this.#missedRounds.set(otherAgent, missed + 1);
      if (missed + 1 >= maxMissedRounds) this.unresponsive.add(otherAgent);
    }
  }
}
