import type { AnyCollector, CollectorSource } from '../model/collector.ts';
import { CronTimer } from './cron-timer.ts';
import { type CollectorOutcome, runCollector } from './run-collector.ts';
import type { AvailabilityChange, StateStore } from './state-store.ts';

/** A collector that is on. */
export interface ActiveCollector {
  collector: AnyCollector;
  source: CollectorSource<Record<string, unknown>>;
  /** A cron expression of six fields. */
  schedule: string;
}

/** What the loop tells whoever listens. */
export interface LoopListener {
  recorded(collector: AnyCollector, outcome: CollectorOutcome, changes: AvailabilityChange[]): void;
  skipped(collector: AnyCollector): void;
}

/** Fires each collector at once and then by its schedule, never twice at a time. */
export class Scheduler {
  readonly #stateStore: StateStore;
  readonly #listener: LoopListener;
  readonly #timers: CronTimer[] = [];
  readonly #running = new Map<string, { active: ActiveCollector; fire: () => Promise<void> }>();

  constructor(stateStore: StateStore, listener: LoopListener) {
    this.#stateStore = stateStore;
    this.#listener = listener;
  }

  /** Settles when each collector has had its first outcome. */
  async start(activeCollectors: readonly ActiveCollector[]): Promise<void> {
    await Promise.all(activeCollectors.map((active) => this.#add(active)));
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) timer.stop();
    await Promise.allSettled([...this.#running.values()].map(async ({ active }) => active.source.close?.()));
  }

  /** Does an action to a device and reads again, so that it shows. Throws where there is no such thing to do. */
  async runAction(collector: string, device: string, action: string): Promise<void> {
    const running = this.#running.get(collector);
    const declared = Object.values(running?.active.collector.actions ?? {}).some(
      (actions) => actions !== undefined && action in actions,
    );
    if (running?.active.source.runAction === undefined || !declared) throw new Error('there is no such thing to do');
    running.active.source.runAction(device, action);
    await running.fire();
  }

  #add(active: ActiveCollector): Promise<void> {
    const { collector, source, schedule } = active;
    let reading = false;
    const setNextRun = () => this.#stateStore.setNextRun(collector.id, timer.next, timer.due);
    const fire = async () => {
      if (reading) {
        this.#stateStore.countSkippedTick(collector.id);
        setNextRun();
        return this.#listener.skipped(collector);
      }
      reading = true;
      const { outcome, done } = runCollector(collector, source);
      void done.then(() => {
        reading = false;
      });
      const result = await outcome;
      const changes = this.#stateStore.record(collector, result);
      setNextRun();
      this.#listener.recorded(collector, result, changes);
    };
    const timer = new CronTimer(schedule, () => void fire());
    this.#running.set(collector.id, { active, fire });
    this.#timers.push(timer);
    return fire();
  }
}
