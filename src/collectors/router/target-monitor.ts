import type { AddressResolver } from '../../lib/names/address-resolver.ts';
import { Poller } from '../../lib/poller.ts';
import {
  type ProbeResult,
  type ProbeTarget,
  pollerOptionsForPingBurst,
  ReachabilityProbe,
} from '../../lib/probe/reachability-probe.ts';
import type { Observation } from '../../model/collector.ts';
import { type Device, deviceBelowAgent } from '../../model/device.ts';
import type { AgentIdentity } from '../../model/state.ts';
import { projectName } from '../../version.ts';
import type { GatewayRouter } from './gateway.ts';
import { isUnreachableOrBeyondLimits, type LatencyAndLossLimits, latencyAndLossLimitsOf } from './reachability.ts';
import type { RouterReadingByTable } from './reading.ts';
import { EndedOutageDetector } from './router-events.ts';
import type { RouterSettings } from './settings.ts';

/** Watches one host or service. */
export class TargetMonitor {
  readonly #host: string;
  readonly #gateway: GatewayRouter;
  #device: Device;
  readonly #poller: Poller<ProbeResult>;
  readonly #outages = new EndedOutageDetector();
  readonly #limits: LatencyAndLossLimits;

  constructor(
    agent: AgentIdentity,
    target: ProbeTarget,
    settings: RouterSettings,
    addresses: AddressResolver,
    gateway: GatewayRouter,
  ) {
    const { name, host } = target;
    this.#host = host;
    this.#gateway = gateway;
    this.#device = deviceBelowAgent(agent, {
      id: name,
      name,
      manufacturer: projectName,
      model: `${{ icmp: 'Ping', tcp: 'TCP', http: 'HTTP' }[target.by]} target`,
      ...('url' in target ? { configurationUrl: target.url.origin } : {}),
    });
    const reachabilityProbe = new ReachabilityProbe(target, settings.PING_COUNT, addresses);
    this.#poller = new Poller(
      (signal) => reachabilityProbe.measure(signal),
      pollerOptionsForPingBurst(settings.PING_COUNT),
    );
    this.#limits = latencyAndLossLimitsOf(name, settings);
  }

  async read(): Promise<Observation<RouterReadingByTable>> {
    const reachedThrough = this.#gateway.leadingTo(this.#host);
    if (reachedThrough !== undefined && this.#device.reachedThrough !== reachedThrough)
      this.#device = { ...this.#device, reachedThrough };
    const device = this.#device;
    try {
      const probe = await this.#poller.pollCurrent();
      const reachable = probe.stats.received > 0;
      const outage = this.#outages.update(reachable);
      const reachability = { reachable, probe, isNamed: true };
      return {
        table: 'target',
        device,
        reading: { ...reachability, problem: isUnreachableOrBeyondLimits(reachability, this.#limits) },
        hint: probe.hint,
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
