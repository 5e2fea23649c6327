import type { Job } from '../loop/schedule.ts';
import type { Records } from '../loop/state.ts';
import type { AnyCollector } from '../model/collector.ts';
import type { Lab } from '../model/lab.ts';
import type { Settings } from '../settings/index.ts';

export interface Staff {
  /** Collectors that read. */
  jobs: Job[];
  /** Collectors that don't, each with the reason. */
  off: { collector: AnyCollector; reason: string }[];
}

/** Opens the collectors, which touches nothing yet, and gives each that reads its place in the state. */
export function staff(settings: Settings, state: Records, lab?: Lab): Staff {
  const jobs: Job[] = [];
  const off: Staff['off'] = [];
  for (const { collector, schedule, env } of settings.collectors) {
    if (schedule === undefined) {
      off.push({ collector, reason: `${collector.id.toUpperCase()}_SCHEDULE=off` });
      continue;
    }
    const source = collector.open(env, { agent: settings.agent, state, memory: state.memory.of(collector), lab });
    if ('off' in source) {
      off.push({ collector, reason: source.off });
      continue;
    }
    state.add(collector);
    jobs.push({ collector, source, schedule });
  }
  return { jobs, off };
}
