import cron, { type ScheduledTask } from 'node-cron';
import type { AnyCollector, Source } from '../model/collector.ts';
import { type Outcome, runCollector } from './run-collector.ts';
import type { Change, Records } from './state.ts';

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

/** Many agents share a broker: each tick comes up to two seconds late, by chance, and at most a tenth of its interval. */
function spread(schedule: string): number {
  const probe = cron.createTask(schedule, () => undefined);
  const [first, second] = probe.getNextRuns(2);
  void probe.destroy();
  return first && second ? Math.min(2000, (second.getTime() - first.getTime()) / 10) : 0;
}

/** Fires each collector at once and then by its schedule, never twice at a time. */
export class Loop {
  readonly #records: Records;
  readonly #told: Told;
  readonly #tasks: ScheduledTask[] = [];
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
    await Promise.allSettled([...this.#tasks.map(async (task) => task.destroy()), ...[...this.#running.values()].map(async ({ job }) => job.source.close?.())]);
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
    const expect = () => this.#records.expect(collector.id, task.getNextRun() ?? undefined);
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
    const task = cron.schedule(schedule, fire, { name: collector.id, maxRandomDelay: spread(schedule), suppressMissedWarning: true });
    this.#running.set(collector.id, { job, fire });
    this.#tasks.push(task);
    return fire();
  }
}
