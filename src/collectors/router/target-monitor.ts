import type { Observation } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { AgentIdentity } from '../../model/state.ts';
import type { AddressResolver } from './address-resolver.ts';
import { OutageTracker } from './outage-tracker.ts';
import { Poller } from './poller.ts';
import { type ProbeResult, probeTimeoutSeconds, probeWaitMsFor, ReachabilityProbe } from './probe/index.ts';
import { isBeyondLimits, type ReachabilityLimits, reachabilityLimitsOf } from './reachability-limits.ts';
import type { RouterReadings } from './reading.ts';
import type { RouterSettings } from './settings.ts';
import type { ProbeTarget } from './watched-hosts.ts';

/** Watches one host or service. */
export class TargetMonitor {
  readonly #device: Device;
  readonly #poller: Poller<ProbeResult>;
  readonly #outages = new OutageTracker();
  readonly #limits: ReachabilityLimits;

  constructor(agent: AgentIdentity, target: ProbeTarget, settings: RouterSettings, addresses: AddressResolver) {
    const { name } = target;
    this.#device = {
      id: name,
      name: `${agent.name} ${name}`,
      ...('url' in target ? { configurationUrl: target.url.origin } : {}),
      via: agent.id,
    };
    const reachabilityProbe = new ReachabilityProbe(target, settings.PING_COUNT, addresses);
    this.#poller = new Poller(
      (signal) => reachabilityProbe.measure(signal),
      probeTimeoutSeconds,
      probeWaitMsFor(settings.PING_COUNT),
    );
    this.#limits = reachabilityLimitsOf(name, settings);
  }

  async read(): Promise<Observation<RouterReadings>> {
    const device = this.#device;
    try {
      const probe = await this.#poller.poll();
      const reachable = probe.stats.received > 0;
      const outage = this.#outages.update(reachable);
      const reachability = { reachable, probe };
      return {
        table: 'target',
        device,
        reading: { ...reachability, problem: isBeyondLimits(reachability, this.#limits) },
        events: outage && [{ type: 'outage', at: outage.to, ...outage }],
      };
    } catch (error) {
      return { table: 'target', device, error };
    }
  }

  close(): void {
    this.#poller.close();
  }
}
