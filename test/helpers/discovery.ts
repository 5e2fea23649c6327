import type { CollectorMetadata } from '../../src/model/collector.ts';
import type { AgentIdentity, AgentState } from '../../src/model/state.ts';
import { reconcileDiscoveryPayloads } from '../../src/mqtt/discovery-reconciliation.ts';
import { planAnnouncements } from '../../src/views/discovery.ts';

/** The discovery payloads that an agent publishes on a broker that has none. */
export const discoveryPayloads = (catalogue: readonly CollectorMetadata[], agent: AgentIdentity, state: AgentState) =>
  reconcileDiscoveryPayloads({
    agent,
    ...planAnnouncements(catalogue, agent, state),
    retained: new Map(),
    dismissed: new Set(),
    phase: 'tombstone',
  });
