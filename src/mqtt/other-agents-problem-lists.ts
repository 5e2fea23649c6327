import type { AgentDirectory, ReportedAgent } from '../model/agent-directory.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { AgentReports } from './agent-reports.ts';
import { SubscriptionRefusedError } from './publish-error.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** What the agents on the broker say is wrong, without their devices: much less than a whole directory, for an agent
 * that only wants to know which faults others see too. */
export class OtherAgentsProblemLists implements Pick<AgentDirectory, 'agents'> {
  #reports = new AgentReports();
  /** A subscription has ended a connection. */
  #isForbidden = false;

  get agents(): readonly ReportedAgent[] {
    return this.#reports.agents(new Set());
  }

  /** Listens until the connection ends. Many agents may not read the topics of others: some brokers refuse them, others
   * deliver nothing, and some close the connection, which is not risked twice. */
  async follow(connection: SingleUseBrokerConnection, agent: AgentIdentity): Promise<void> {
    if (this.#isForbidden) return;
    const topics = new Topics(agent);
    const all = topics.of('+');
    const reports = new AgentReports();
    this.#reports = reports;
    connection.listen(({ topic, payload, retained }) => {
      const parsed = topics.parse(topic);
      if (parsed?.kind === 'status' || parsed?.kind === 'problems') reports.take(parsed, payload, retained);
    });
    this.#isForbidden = true;
    try {
      await connection.subscribe([all.status, all.problems]);
      this.#isForbidden = false;
    } catch (error) {
      this.#isForbidden = !(error instanceof SubscriptionRefusedError);
    }
  }
}
