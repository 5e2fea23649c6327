import type { ActiveCollector } from '../loop/scheduler.ts';
import type { StateStore } from '../loop/state-store.ts';
import type { AgentDirectory } from '../model/agent-directory.ts';
import type { AnyCollector } from '../model/collector.ts';
import type { Settings } from '../settings/index.ts';

export interface OpenedCollectors {
  /** Collectors that are enabled. */
  active: ActiveCollector[];
  /** Collectors that are disabled, each with the reason. */
  inactive: { collector: AnyCollector; reason: string }[];
}

/** Opens the collectors, which does not access anything yet, and adds each enabled collector to the state. */
export function openCollectors(
  settings: Settings,
  state: StateStore,
  agentDirectory?: AgentDirectory,
): OpenedCollectors {
  const active: ActiveCollector[] = [];
  const inactive: OpenedCollectors['inactive'] = [];
  for (const { collector, schedule, env } of settings.collectors) {
    if (schedule === undefined) {
      inactive.push({ collector, reason: `${collector.id.toUpperCase()}_SCHEDULE=off` });
      continue;
    }
    const source = collector.open(env, {
      agent: settings.agent,
      hostRoots: settings.hostRoots,
      state,
      memory: state.memoryStore.forCollector(collector),
      agentDirectory,
    });
    if ('inactiveReason' in source) {
      inactive.push({ collector, reason: source.inactiveReason });
      continue;
    }
    state.add(collector);
    active.push({ collector, source, schedule });
  }
  return { active, inactive };
}
