import type { AnyCollectorDefinition } from '../model/collector.ts';
import { type ActiveCollector, type CollectorOutcome, readCollectorAndRecord } from './collector-reading.ts';
import { CronTimer } from './cron-timer.ts';
import type { MutableAgentState } from './mutable-agent-state.ts';
import type { ReportableEntryChange } from './state-entry.ts';

export interface ScheduledCollector extends ActiveCollector {
  /** A cron expression of six fields. */
  schedule: string;
}

/** Is notified of each reading, and of each tick that was skipped because the reading before had not ended. */
export interface SchedulerListener {
  recorded(collector: AnyCollectorDefinition, outcome: CollectorOutcome, changes: ReportableEntryChange[]): void;
  skipped(collector: AnyCollectorDefinition): void;
}

/** Runs each collector at once and then on its schedule, never twice at the same time. */
export class Scheduler {
  readonly #agentState: MutableAgentState;
  readonly #listener: SchedulerListener;
  readonly #timers: CronTimer[] = [];
  readonly #running = new Map<string, { active: ScheduledCollector; fire: () => Promise<void> }>();

  constructor(agentState: MutableAgentState, listener: SchedulerListener) {
    this.#agentState = agentState;
    this.#listener = listener;
  }

  /** Resolves when each collector has had its first outcome. */
  async start(activeCollectors: readonly ScheduledCollector[]): Promise<void> {
    await Promise.all(activeCollectors.map((active) => this.#add(active)));
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) timer.stop();
    await Promise.allSettled([...this.#running.values()].map(async ({ active }) => active.source.close?.()));
  }

  /** Runs an action on a device and reads again, to show its effect. Throws if the action is unknown. */
  async runAction(collector: string, device: string, action: string): Promise<void> {
    const running = this.#running.get(collector);
    const isDeclared = Object.values(running?.active.collector.tables ?? {}).some(
      ({ actions = {} }) => action in actions,
    );
    if (running?.active.source.runAction === undefined || !isDeclared) throw new Error('unknown action');
    running.active.source.runAction(device, action);
    await running.fire();
  }

  /** Has a collector remove what one of its devices has published, and reads again. */
  async forget(collector: string, device: string): Promise<void> {
    const running = this.#running.get(collector);
    await running?.active.source.forget?.(device);
    await running?.fire();
  }

  #add(active: ScheduledCollector): Promise<void> {
    const { collector, schedule } = active;
    let isReading = false;
    const setNextRun = () => this.#agentState.setNextRun(collector.id, timer.next, timer.due);
    const fire = async () => {
      if (isReading) {
        this.#agentState.countSkippedTick(collector.id);
        setNextRun();
        return this.#listener.skipped(collector);
      }
      isReading = true;
      const { recorded, done } = readCollectorAndRecord(active, this.#agentState);
      void done.then(() => {
        isReading = false;
      });
      const { outcome, changes } = await recorded;
      setNextRun();
      this.#listener.recorded(collector, outcome, changes);
    };
    const timer = new CronTimer(schedule, () => void fire());
    this.#running.set(collector.id, { active, fire });
    this.#timers.push(timer);
    return fire();
  }
}
