import type { AnyCollector, Source } from '../model/collector.ts';
import { type Outcome, runCollector } from './run-collector.ts';
import type { Change, Records } from './state.ts';
import { Ticks } from './ticks.ts';

/** A collector that is on. */
export interface Job {
  collector: AnyCollector;
  source: Source<Record<string, unknown>>;
  /** A cron expression of six fields. */
  schedule: string;
}

/** What the loop tells whoever listens. */
export interface Told {
  recorded(collector: AnyCollector, outcome: Outcome, changes: Change[]): void;
  skipped(collector: AnyCollector): void;
}

/** Fires each collector at once and then by its schedule, never twice at a time. */
export class Loop {
  readonly #records: Records;
  readonly #told: Told;
  readonly #ticks: Ticks[] = [];
  readonly #running = new Map<string, { job: Job; fire: () => Promise<void> }>();

  constructor(records: Records, told: Told) {
    this.#records = records;
    this.#told = told;
  }

  /** Settles when each collector has had its first outcome. */
  async start(jobs: readonly Job[]): Promise<void> {
    await Promise.all(jobs.map((job) => this.#add(job)));
  }

  async stop(): Promise<void> {
    for (const ticks of this.#ticks) ticks.stop();
    await Promise.allSettled([...this.#running.values()].map(async ({ job }) => job.source.close?.()));
  }

  /** Does an action to a device and reads again, so that it shows. Throws where there is no such thing to do. */
  async act(collector: string, device: string, action: string): Promise<void> {
    const running = this.#running.get(collector);
    const declared = Object.values(running?.job.collector.actions ?? {}).some((actions) => actions !== undefined && action in actions);
    if (running?.job.source.act === undefined || !declared) throw new Error('there is no such thing to do');
    running.job.source.act(device, action);
    await running.fire();
  }

  #add(job: Job): Promise<void> {
    const { collector, source, schedule } = job;
    let reading = false;
    const expect = () => this.#records.expect(collector.id, ticks.next, ticks.due);
    const fire = async () => {
      if (reading) {
        this.#records.skip(collector.id);
        expect();
        return this.#told.skipped(collector);
      }
      reading = true;
      const { outcome, done } = runCollector(collector, source);
      void done.then(() => {
        reading = false;
      });
      const result = await outcome;
      const changes = this.#records.record(collector, result);
      expect();
      this.#told.recorded(collector, result, changes);
    };
    const ticks = new Ticks(schedule, () => void fire());
    this.#running.set(collector.id, { job, fire });
    this.#ticks.push(ticks);
    return fire();
  }
}
