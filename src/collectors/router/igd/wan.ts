import type { Description, Service } from '../soap/description.ts';
import type { Repertoire } from '../soap/repertoire.ts';
import type { Values } from '../soap/values.ts';
import { dsliteField, ipv4Field, ipv6Field, linkFields, prefixField, statusFields } from './fields.ts';
import type { WanReading } from './reading.ts';
import { Meter } from './traffic.ts';

/** Milliseconds for which what changes with the connection only is not asked again. */
const slowly = 300_000;

type Slow = Pick<WanReading, 'ipv6' | 'prefix' | 'dslite'>;

/** Asks a box for its way to the world, one action after the other. */
export class Wan {
  readonly #repertoire: Repertoire;
  readonly #meter = new Meter();
  #live: Service | undefined;
  #slow: { of: string; at: number; told: Slow } | undefined;

  constructor(repertoire: Repertoire) {
    this.#repertoire = repertoire;
  }

  /** Rejects where the box does not answer. */
  async read({ services, isMiniupnpd }: Description, signal: AbortSignal): Promise<WanReading> {
    const ask = async (service: Service | undefined, action: string) => (service === undefined ? undefined : this.#repertoire.ask(service, action, signal));
    const common = services.find(({ type }) => /:service:WANCommonInterfaceConfig:\d+$/.test(type));
    const { service, status } = await this.#connection(services, ask);
    const link = await ask(common, 'GetCommonLinkProperties');
    const addon = await ask(common, 'GetAddonInfos');
    const single = async (direction: string) => (addon?.text(`X_AVM_DE_TotalBytes${direction}64`) === undefined ? ask(common, `GetTotalBytes${direction}`) : undefined);
    const [received, sent] = [await single('Received'), await single('Sent')];
    const state = statusFields(status);
    const line = linkFields(link, addon);
    const ipv4 = ipv4Field(await ask(service, 'GetExternalIPAddress'));
    return {
      ...state,
      // What miniupnpd says of the line stands in its configuration file, if anywhere.
      ...(isMiniupnpd ? { link: line.link } : line),
      ipv4,
      ...(await this.#slowly(`${ipv4} ${state.status}`, async () => ({
        ipv6: ipv6Field(await ask(service, 'X_AVM_DE_GetExternalIPv6Address')),
        prefix: prefixField(await ask(service, 'X_AVM_DE_GetIPv6Prefix')),
        dslite: dsliteField(await ask(common, 'X_AVM_DE_GetDsliteStatus')),
      }))),
      ...this.#meter.read({ addon, single: received, line: line.downstream }, { addon, single: sent, line: line.upstream }, state.uptime),
    };
  }

  /** Of several that are listed one is alive. */
  async #connection(
    services: readonly Service[],
    ask: (service: Service, action: string) => Promise<Values | undefined>,
  ): Promise<{ service: Service | undefined; status: Values | undefined }> {
    const listed = services.filter(({ type }) => /:service:WAN(?:IP|PPP)Connection:\d+$/.test(type));
    const live = listed.find(({ control, type }) => control.href === this.#live?.control.href && type === this.#live.type);
    const asked: { service: Service; status: Values | undefined }[] = [];
    for (const service of [...(live === undefined ? [] : [live]), ...listed.filter((one) => one !== live)]) {
      const status = await ask(service, 'GetStatusInfo');
      asked.push({ service, status });
      if (statusFields(status).status === 'connected') break;
    }
    const best = asked.find(({ status }) => statusFields(status).status === 'connected') ?? asked.find(({ status }) => status !== undefined) ?? asked[0];
    this.#live = best?.service;
    return best ?? { service: undefined, status: undefined };
  }

  /** Anew when `of` is another. */
  async #slowly(of: string, ask: () => Promise<Slow>): Promise<Slow> {
    if (this.#slow === undefined || this.#slow.of !== of || performance.now() - this.#slow.at > slowly) this.#slow = { of, at: performance.now(), told: await ask() };
    return this.#slow.told;
  }
}
