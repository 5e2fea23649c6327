import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { livenessQuestionPayload, parseLivenessAnswer } from './liveness-messages.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** Milliseconds between two rounds of questions, and that an answer may take. */
const probeIntervalMs = 30_000;
const answerTimeoutMs = 5000;
/** Rounds in a row that an agent may leave unanswered before it counts as unresponsive. */
const maxMissedRounds = 2;

/** Asks the agents whose status is online whether they are: after a crash of the broker, the retained status of an
 * agent that died meanwhile stays online, because no will is sent. Not every bridge forwards the question: the status
 * of an agent that has never answered is trusted until another agent of its site has. */
export class AgentLivenessProbe {
  /** Agents that have answered. */
  readonly #answered = new Set<string>();
  /** Rounds since the last answer, or since the first question, by agent. */
  readonly #missedRounds = new Map<string, number>();

  /** Agents that no longer answer. `siteOf`: undefined for an agent that names none. */
  unresponsive(siteOf: (agent: string) => string | undefined): ReadonlySet<string> {
    const reachedSites = new Set([...this.#answered].flatMap((agent) => siteOf(agent) ?? []));
    const isReached = (agent: string) => this.#answered.has(agent) || reachedSites.has(siteOf(agent) ?? '');
    const silent = [...this.#missedRounds].filter(([, missed]) => missed >= maxMissedRounds).map(([agent]) => agent);
    return new Set(silent.filter(isReached));
  }

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
      const parsed = parseLivenessAnswer(payload, token) && topics.parse(topic);
      if (parsed?.kind !== 'ping') return;
      const otherAgent = parsed.agent;
      unanswered.delete(otherAgent);
      this.#missedRounds.set(otherAgent, 0);
      this.#answered.add(otherAgent);
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
    for (const otherAgent of unanswered)
      this.#missedRounds.set(otherAgent, (this.#missedRounds.get(otherAgent) ?? 0) + 1);
  }
}
