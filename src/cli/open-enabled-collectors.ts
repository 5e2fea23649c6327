import { findPageUrl } from '../http/page-url.ts';
import { isInContainerNetwork } from '../lib/container.ts';
import type { MutableAgentState } from '../loop/mutable-agent-state.ts';
import type { ScheduledCollector } from '../loop/scheduler.ts';
import type { AgentDirectory } from '../model/agent-directory.ts';
import type { AnyCollectorDefinition, InactiveReason } from '../model/collector.ts';
import { settingErrorTexts } from '../model/setting-error-texts.ts';
import { removeLostAgent } from '../mqtt/remove-published-data.ts';
import type { Settings } from '../settings/index.ts';
import type { CheckAndOnceTexts } from './texts/english.ts';

export interface ScheduledAndInactiveCollectors {
  /** Collectors that are enabled. */
  scheduled: ScheduledCollector[];
  /** Collectors that are disabled: by their schedule, unless there is another reason. */
  inactive: { collector: AnyCollectorDefinition; reason?: InactiveReason }[];
}

/** Opens the collectors, which loads those that are enabled and accesses nothing else yet, and adds each enabled
 * collector to the state. `listeningAddress`: of the status server, once it has started. */
export async function openEnabledCollectors(
  settings: Settings,
  state: MutableAgentState,
  agentDirectory?: AgentDirectory,
  listeningAddress?: () => string | undefined,
  texts = settingErrorTexts,
): Promise<ScheduledAndInactiveCollectors> {
  const scheduled: ScheduledCollector[] = [];
  const inactive: ScheduledAndInactiveCollectors['inactive'] = [];
  for (const { collector, schedule, env } of settings.collectors) {
    if (schedule === undefined) {
      inactive.push({ collector });
      continue;
    }
    const memory = state.memoryStore.forCollector(collector);
    const source = await collector.open(env, {
      agent: settings.agent,
      hostRoots: settings.hostRoots,
      settingTexts: texts,
      state,
      memory,
      agentDirectory,
      removeLostAgent:
        agentDirectory === undefined ? undefined : (id) => removeLostAgent(settings.mqtt, settings.agent, id),
      pageUrl: async () => {
        const address = listeningAddress?.();
        return address === undefined ? undefined : findPageUrl(settings.http, address, isInContainerNetwork);
      },
    });
    if ('inactiveReason' in source) {
      inactive.push({ collector, reason: source.inactiveReason });
      continue;
    }
    state.add(collector);
    scheduled.push({ collector, source, memory, schedule });
  }
  return { scheduled, inactive };
}

/** Why a collector is disabled, in words. */
export const describeInactiveCollector = (
  { collector, reason }: ScheduledAndInactiveCollectors['inactive'][number],
  { collectorOff, inactiveReasons }: CheckAndOnceTexts,
): string =>
  collectorOff(reason === undefined ? `${collector.id.toUpperCase()}_SCHEDULE=off` : inactiveReasons[reason]);
