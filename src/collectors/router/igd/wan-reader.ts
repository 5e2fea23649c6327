import type { SupportedActions } from '../soap/supported-actions.ts';
import type { UpnpDescription, UpnpService } from '../soap/upnp-description.ts';
import type { XmlFields } from '../soap/xml-fields.ts';
import type { WanReading } from './reading.ts';
import { TrafficCounter } from './traffic-counter.ts';
import {
  parseDslite,
  parseExternalIpv4,
  parseExternalIpv6,
  parseIpv6Prefix,
  parseLinkFields,
  parseStatusFields,
} from './wan-fields.ts';

/** Milliseconds for which what changes with the connection only is not asked again. */
const slowIntervalMs = 300_000;

type SlowFields = Pick<WanReading, 'ipv6' | 'prefix' | 'dslite'>;

/** Asks a box for its way to the world, one action after the other. */
export class WanReader {
  readonly #actions: SupportedActions;
  readonly #traffic = new TrafficCounter();
  #connectedService: UpnpService | undefined;
  #slow: { connection: string; at: number; fields: SlowFields } | undefined;

  constructor(actions: SupportedActions) {
    this.#actions = actions;
  }

  /** Rejects where the box does not answer. */
  async read({ services, isMiniupnpd }: UpnpDescription, signal: AbortSignal): Promise<WanReading> {
    const ask = async (service: UpnpService | undefined, action: string) =>
      service === undefined ? undefined : this.#actions.callIfSupported(service, action, signal);
    const common = services.find(({ type }) => /:service:WANCommonInterfaceConfig:\d+$/.test(type));
    const { service, status } = await this.#connection(services, ask);
    const link = await ask(common, 'GetCommonLinkProperties');
    const addon = await ask(common, 'GetAddonInfos');
    const single = async (direction: string) =>
      addon?.text(`X_AVM_DE_TotalBytes${direction}64`) === undefined
        ? ask(common, `GetTotalBytes${direction}`)
        : undefined;
    const [received, sent] = [await single('Received'), await single('Sent')];
    const state = parseStatusFields(status);
    const line = parseLinkFields(link, addon);
    const ipv4 = parseExternalIpv4(await ask(service, 'GetExternalIPAddress'));
    return {
      ...state,
      // What miniupnpd says of the line stands in its configuration file, if anywhere.
      ...(isMiniupnpd ? { link: line.link } : line),
      ipv4,
      ...(await this.#readSlowFields(`${ipv4} ${state.status}`, async () => ({
        ipv6: parseExternalIpv6(await ask(service, 'X_AVM_DE_GetExternalIPv6Address')),
        prefix: parseIpv6Prefix(await ask(service, 'X_AVM_DE_GetIPv6Prefix')),
        dslite: parseDslite(await ask(common, 'X_AVM_DE_GetDsliteStatus')),
      }))),
      ...this.#traffic.read(
        { addon, single: received, line: line.downstream },
        { addon, single: sent, line: line.upstream },
        state.uptime,
      ),
    };
  }

  /** Of several that are listed one is alive. */
  async #connection(
    services: readonly UpnpService[],
    ask: (service: UpnpService, action: string) => Promise<XmlFields | undefined>,
  ): Promise<{ service: UpnpService | undefined; status: XmlFields | undefined }> {
    const listed = services.filter(({ type }) => /:service:WAN(?:IP|PPP)Connection:\d+$/.test(type));
    const live = listed.find(
      ({ controlUrl, type }) =>
        controlUrl.href === this.#connectedService?.controlUrl.href && type === this.#connectedService.type,
    );
    const asked: { service: UpnpService; status: XmlFields | undefined }[] = [];
    for (const service of [...(live === undefined ? [] : [live]), ...listed.filter((one) => one !== live)]) {
      const status = await ask(service, 'GetStatusInfo');
      asked.push({ service, status });
      if (parseStatusFields(status).status === 'connected') break;
    }
    const best =
      asked.find(({ status }) => parseStatusFields(status).status === 'connected') ??
      asked.find(({ status }) => status !== undefined) ??
      asked[0];
    this.#connectedService = best?.service;
    return best ?? { service: undefined, status: undefined };
  }

  /** Anew when `of` is another. */
  async #readSlowFields(connection: string, ask: () => Promise<SlowFields>): Promise<SlowFields> {
    if (
      this.#slow === undefined ||
      this.#slow.connection !== connection ||
      performance.now() - this.#slow.at > slowIntervalMs
    )
      this.#slow = { connection, at: performance.now(), fields: await ask() };
    return this.#slow.fields;
  }
}
