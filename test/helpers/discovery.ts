import type { AnyCollectorDefinition, CollectorMetadata } from '../../src/model/collector.ts';
import { runStepsAtOnce } from '../../src/model/event-loop-turns.ts';
import type { AgentIdentity, AgentState } from '../../src/model/state.ts';
import { reconcileDiscoveryPayloads } from '../../src/mqtt/discovery-reconciliation.ts';
import { planAnnouncements } from '../../src/views/discovery.ts';
import { parseLabDevicesWithRegistry } from '../../src/views/home-assistant/lab-devices.ts';
import { english } from '../../src/views/language.ts';

/** The discovery payloads that an agent publishes on a broker that has none. */
export const discoveryPayloads = (
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  language = english,
) =>
  runStepsAtOnce(
    reconcileDiscoveryPayloads({
      agent,
      ...runStepsAtOnce(planAnnouncements(catalogue, agent, state, language)),
      retained: new Map(),
      dismissed: new Set(),
      phase: 'tombstone',
    }),
  ).payloads;

/** The entities of a collector that are enabled where nothing was announced before. */
export const enabledEntityIds = (collector: AnyCollectorDefinition, agent: AgentIdentity, state: AgentState) =>
  parseLabDevicesWithRegistry([collector], discoveryPayloads([collector], agent, state).values())
    .flatMap(({ entities }) => entities)
    .filter(({ enabled, collector: id }) => enabled && id === collector.id)
    .map(({ id }) => id);
