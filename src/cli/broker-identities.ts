import type { ActiveCollector } from '../loop/scheduler.ts';
import type { AgentIdentity } from '../model/state.ts';

/** Somebody who speaks on the broker. */
export interface BrokerIdentity {
  agent: AgentIdentity;
  /** The ids of the collectors that it speaks of. */
  collectors: ReadonlySet<string>;
  /** Other agents may have it too: one of them speaks, the others stand by. */
  shared: boolean;
}

/** The agent speaks of what it reads here, and each collector that reads the whole lab speaks for itself. */
export function brokerIdentities(agent: AgentIdentity, active: readonly ActiveCollector[]): BrokerIdentity[] {
  const { site: _, ...elsewhere } = agent;
  const running = active.map(({ collector }) => collector);
  const ids = running.filter(({ scope }) => scope !== 'lab').map(({ id }) => id);
  const lab = running.filter(({ scope }) => scope === 'lab');
  return [
    { agent, collectors: new Set(ids), shared: false },
    ...lab.map(({ id, title }) => ({
      agent: { ...elsewhere, id, name: title },
      collectors: new Set([id]),
      shared: true,
    })),
  ];
}
