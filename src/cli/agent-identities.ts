import { MutableAgentState } from '../loop/mutable-agent-state.ts';
import type { ScheduledCollector } from '../loop/scheduler.ts';
import type { AgentIdentity } from '../model/state.ts';
import { BrokerAgentDirectory } from '../mqtt/broker-agent-directory.ts';
import type { Settings } from '../settings/index.ts';
import { openEnabledCollectors } from './open-enabled-collectors.ts';

/** An identity that publishes on the broker: the agent, or a collector for the whole lab. */
export interface AgentIdentityWithCollectors {
  agent: AgentIdentity;
  /** IDs of the collectors whose readings it publishes. */
  collectors: ReadonlySet<string>;
  /** Other agents may have this identity too: one of them publishes, the others are on standby. */
  shared: boolean;
}

/** The identity of the agent, for what it reads on this machine, and one for each collector that reads the whole
 * lab. */
export function agentAndLabCollectorIdentities(
  agent: AgentIdentity,
  active: readonly ScheduledCollector[],
): AgentIdentityWithCollectors[] {
  const { site: _, machine: __, ...shared } = agent;
  const running = active.map(({ collector }) => collector);
  const ids = running.filter(({ scope }) => scope !== 'lab').map(({ id }) => id);
  const lab = running.filter(({ scope }) => scope === 'lab');
  return [
    { agent, collectors: new Set(ids), shared: false },
    ...lab.map(({ id, title }) => ({
      agent: { ...shared, id, name: title },
      collectors: new Set([id]),
      shared: true,
    })),
  ];
}

/** The identities that an agent with these settings has when it runs. */
export async function agentAndLabCollectorIdentitiesFromSettings(
  settings: Settings,
): Promise<AgentIdentityWithCollectors[]> {
  const { scheduled } = await openEnabledCollectors(settings, new MutableAgentState(''), new BrokerAgentDirectory());
  return agentAndLabCollectorIdentities(settings.agent, scheduled);
}
