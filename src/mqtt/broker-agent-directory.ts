import {
  type AgentDirectory,
  type AgentDirectoryErrorTexts,
  agentDirectoryErrorTexts,
  type ReportedAgent,
} from '../model/agent-directory.ts';
import { describeError } from '../model/errors.ts';
import type { AgentIdentity } from '../model/state.ts';
import { type ParsedTopic, Topics } from '../model/topics.ts';
import type { TranslatableText } from '../model/translation.ts';
import { AgentLivenessProbe } from './agent-liveness-probe.ts';
import { AgentReports } from './agent-reports.ts';
import { pingBrokerThroughOwnTopic, roundTripUntilQuiet } from './own-topic-ping.ts';
import { SubscriptionRefusedError } from './publish-error.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** What all agents on the broker publish, kept up to date while connected. */
export class BrokerAgentDirectory implements AgentDirectory {
  readonly loaded: Promise<void>;
  isCurrent = false;
  error?: TranslatableText<AgentDirectoryErrorTexts>;
  readonly #reports = new AgentReports();
  readonly bridges: ReadonlyMap<string, boolean> = this.#reports.bridges;
  /** Topics with a payload. */
  readonly #topics = new Map<string, ParsedTopic>();
  /** Agents whose reports have been read; before that, it is not known which site they name. */
  readonly #readAgents = new Set<string>();
  readonly #livenessProbe = new AgentLivenessProbe();
  #settle: () => void = () => undefined;

  constructor() {
    this.loaded = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get isFull(): boolean {
    return this.#reports.isFull;
  }

  get agents(): ReportedAgent[] {
    return this.#reports
      .agents(this.#livenessProbe.unresponsive((id) => this.#reports.siteOf(id)))
      .filter(({ id }) => this.#readAgents.has(id));
  }

  /** Reads the retained messages and listens until the connection ends. `isSameMemory`: the broker has kept its
   * retained messages since the previous connection, so a topic that is missing now was removed. */
  async follow(connection: SingleUseBrokerConnection, agent: AgentIdentity, isSameMemory: boolean): Promise<void> {
    delete this.error;
    void connection.ended.then(() => {
      this.isCurrent = false;
    });
    try {
      const received = await this.#read(connection, agent);
      if (isSameMemory)
        for (const [topic, parsed] of this.#topics) if (!received.has(topic)) this.#take(topic, parsed, '', false);
    } catch (error) {
      const topics = new Topics(agent).presenceFilters.join(', ');
      const reason = describeError(error);
      const isRefused = error instanceof SubscriptionRefusedError;
      this.error = (texts = agentDirectoryErrorTexts) => texts[isRefused ? 'mayNotRead' : 'notRead'](topics, reason);
      return;
    }
    this.isCurrent = true;
    this.#settle();
    void this.#livenessProbe.probeUntilEnd(connection, agent, () => this.#reports.onlineIds);
  }

  /** Reads all retained messages; returns their topics. */
  async #read(connection: SingleUseBrokerConnection, agent: AgentIdentity): Promise<ReadonlySet<string>> {
    const topics = new Topics(agent);
    const received = new Set<string>();
    const subscribedAgents = new Set<string>();
    const roundTrip = () => pingBrokerThroughOwnTopic(connection, agent);
    let areRetainedRead = false;
    let subscriptions = Promise.resolve();
    // One subscription for each agent, one after the other: a broker drops messages that do not fit into a client’s
    // queue.
    const subscribeTo = (otherAgent: string) => {
      subscribedAgents.add(otherAgent);
      subscriptions = subscriptions
        .then(async () => {
          await connection.subscribe(topics.of(otherAgent).ownReportFilters);
          if (areRetainedRead) await roundTripUntilQuiet(received, roundTrip);
        })
        // The status of an agent is known even if this user may not read its reports.
        .catch(() => undefined)
        .then(() => {
          if (areRetainedRead) this.#readAgents.add(otherAgent);
        });
    };
    connection.listen(({ topic, payload, retained }) => {
      const parsed = topics.parse(topic);
      if (parsed === undefined || !isReport(parsed)) return;
      received.add(topic);
      this.#take(topic, parsed, payload, retained);
      // An agent beyond the bounds is not followed.
      if (!('agent' in parsed) || !this.#reports.has(parsed.agent)) return;
      if (!retained) this.#livenessProbe.markAlive(parsed.agent);
      if (!subscribedAgents.has(parsed.agent)) subscribeTo(parsed.agent);
    });
    await connection.subscribe(topics.presenceFilters);
    await roundTripUntilQuiet(received, async () => {
      await subscriptions;
      await roundTrip();
    });
    areRetainedRead = true;
    for (const id of subscribedAgents) this.#readAgents.add(id);
    return received;
  }

  #take(topic: string, parsed: ParsedTopic, payload: string, isRetained: boolean): void {
    this.#reports.take(parsed, payload, isRetained);
    if (payload === '' || ('agent' in parsed && !this.#reports.has(parsed.agent))) this.#topics.delete(topic);
    else this.#topics.set(topic, parsed);
  }
}

/** Whether a topic is one that the directory subscribes to. */
const isReport = ({ kind }: ParsedTopic): boolean =>
  kind === 'bridge' || kind === 'status' || kind === 'problems' || kind === 'state' || kind === 'availability';
