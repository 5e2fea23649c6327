import type { Found } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { Agent } from '../../model/state.ts';
import type { Addresses } from './addresses.ts';
import { isProblem, type Limits, limitsOf } from './limits.ts';
import { Outages } from './outages.ts';
import { burstLimit, patienceFor, Reaching } from './reach/index.ts';
import type { RouterReadings } from './reading.ts';
import type { RouterSettings } from './settings.ts';
import type { TargetSubject } from './subjects.ts';
import { Watch } from './watch.ts';

/** One host or service to reach from here. */
export class Target {
  readonly #device: Device;
  readonly #watch: Watch<Awaited<ReturnType<Reaching['measure']>>>;
  readonly #outages = new Outages();
  readonly #limits: Limits;

  constructor(agent: Agent, subject: TargetSubject, settings: RouterSettings, addresses: Addresses) {
    const { name } = subject;
    this.#device = { id: name, name: `${agent.name} ${name}`, ...('url' in subject ? { configurationUrl: subject.url.origin } : {}), via: agent.id };
    const reaching = new Reaching(subject, settings.PING_COUNT, addresses);
    this.#watch = new Watch((signal) => reaching.measure(signal), burstLimit, patienceFor(settings.PING_COUNT));
    this.#limits = limitsOf(name, settings);
  }

  async read(): Promise<Found<RouterReadings>> {
    const device = this.#device;
    try {
      const reach = await this.#watch.look();
      const reachable = reach.burst.received > 0;
      const outage = this.#outages.see(reachable, new Date());
      const reached = { reachable, reach };
      return {
        of: 'target',
        device,
        reading: { ...reached, problem: isProblem(reached, this.#limits) },
        events: outage && [{ type: 'outage', at: outage.to, ...outage }],
      };
    } catch (error) {
      return { of: 'target', device, error };
    }
  }

  close(): void {
    this.#watch.close();
  }
}
