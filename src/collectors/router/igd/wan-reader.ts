import type { SoapFields } from '../soap/soap-fields.ts';
import type { SupportedActionCaller } from '../soap/supported-action-caller.ts';
import type { UpnpDescription, UpnpService } from '../soap/upnp-description.ts';
import type { WanReading } from './reading.ts';
import {
  parseDslite,
  parseExternalIpv4,
  parseExternalIpv6,
  parseIpv6Prefix,
  parseLinkAndAddonFields,
  parseStatusInfoFields,
} from './wan-fields.ts';
import { WanTrafficMeter } from './wan-traffic-meter.ts';

/** Milliseconds until values that change only with the connection are read again. */
const slowIntervalMs = 300_000;

type SlowFields = Pick<WanReading, 'ipv6' | 'prefix' | 'dslite'>;

/** Reads a router's internet connection, one action at a time. */
export class WanReader {
  readonly #actions: SupportedActionCaller;
  readonly #traffic = new WanTrafficMeter();
  #connectedService: UpnpService | undefined;
  #slowValues: { connection: string; at: number; fields: SlowFields } | undefined;

  constructor(actions: SupportedActionCaller) {
    this.#actions = actions;
  }

  /** Rejects if the router does not answer. */
  async read({ services, isMiniupnpd }: UpnpDescription, signal: AbortSignal): Promise<WanReading> {
    const call = async (service: UpnpService | undefined, action: string) =>
      service === undefined ? undefined : this.#actions.callIfSupported(service, action, signal);
    const common = services.find(({ type }) => /:service:WANCommonInterfaceConfig:\d+$/.test(type));
    const { service, status } = await this.#connection(services, call);
    const link = await call(common, 'GetCommonLinkProperties');
    const addon = await call(common, 'GetAddonInfos');
    const single = async (direction: string) =>
      addon?.text(`X_AVM_DE_TotalBytes${direction}64`) === undefined
        ? call(common, `GetTotalBytes${direction}`)
        : undefined;
    const [received, sent] = [await single('Received'), await single('Sent')];
    const state = parseStatusInfoFields(status);
    const line = parseLinkAndAddonFields(link, addon);
    const ipv4 = parseExternalIpv4(await call(service, 'GetExternalIPAddress'));
    return {
      ...state,
      // miniupnpd takes the properties of the line from its configuration file, if it has any.
      ...(isMiniupnpd ? { link: line.link } : line),
      ipv4,
      ...(await this.#readSlowFields(`${ipv4} ${state.status}`, async () => ({
        ipv6: parseExternalIpv6(await call(service, 'X_AVM_DE_GetExternalIPv6Address')),
        prefix: parseIpv6Prefix(await call(service, 'X_AVM_DE_GetIPv6Prefix')),
        dslite: parseDslite(await call(common, 'X_AVM_DE_GetDsliteStatus')),
      }))),
      ...this.#traffic.read(
        { addon, single: received, line: line.downstream },
        { addon, single: sent, line: line.upstream },
        state.uptime,
      ),
    };
  }

  /** The connected service, and its status: routers list several services, of which one is in use. */
  async #connection(
    services: readonly UpnpService[],
    call: (service: UpnpService, action: string) => Promise<SoapFields | undefined>,
  ): Promise<{ service: UpnpService | undefined; status: SoapFields | undefined }> {
    const listed = services.filter(({ type }) => /:service:WAN(?:IP|PPP)Connection:\d+$/.test(type));
    const previous = listed.find(
      ({ controlUrl, type }) =>
        controlUrl.href === this.#connectedService?.controlUrl.href && type === this.#connectedService.type,
    );
    const answers: { service: UpnpService; status: SoapFields | undefined }[] = [];
    for (const service of [
      ...(previous === undefined ? [] : [previous]),
      ...listed.filter((service) => service !== previous),
    ]) {
      const status = await call(service, 'GetStatusInfo');
      answers.push({ service, status });
      if (parseStatusInfoFields(status).status === 'connected') break;
    }
    const best =
      answers.find(({ status }) => parseStatusInfoFields(status).status === 'connected') ??
      answers.find(({ status }) => status !== undefined) ??
      answers[0];
    this.#connectedService = best?.service;
    return best ?? { service: undefined, status: undefined };
  }

  /** Reads the values again if `connection` has changed. */
  async #readSlowFields(connection: string, call: () => Promise<SlowFields>): Promise<SlowFields> {
    if (
      this.#slowValues === undefined ||
      this.#slowValues.connection !== connection ||
      performance.now() - this.#slowValues.at > slowIntervalMs
    )
      this.#slowValues = { connection, at: performance.now(), fields: await call() };
    return this.#slowValues.fields;
  }
}
