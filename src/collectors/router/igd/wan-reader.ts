import type { RefusalCachingActionCaller } from '../../../lib/upnp/action-caller.ts';
import type { UpnpDescription, UpnpService } from '../../../lib/upnp/description.ts';
import { HttpStatusError } from '../../../lib/upnp/http-client.ts';
import type { WanReading } from '../reading.ts';
import { type CallAction, findConnection, findLine } from './wan-connection.ts';
import {
  parseDsliteFields,
  parseExternalIpv6Fields,
  parseIpv6PrefixFields,
  parseLinkAndAddonFields,
  parseStatusInfoFields,
} from './wan-fields.ts';
import { WanTrafficMeter } from './wan-traffic-meter.ts';

/** Milliseconds until values that change only with the connection are read again. */
const slowIntervalMs = 300_000;

type SlowFields = Pick<WanReading, 'ipv6' | 'prefix' | 'dslite'>;

/** What is missing because the router denies it, while it answers other requests. */
const unlessDenied =
  (call: CallAction): CallAction =>
  async (service, action) => {
    try {
      return await call(service, action);
    } catch (error) {
      if (error instanceof HttpStatusError) return undefined;
      throw error;
    }
  };

/** Reads a router's internet connection, one action at a time. */
export class WanReader {
  readonly #actions: RefusalCachingActionCaller;
  /** Of the line in use: another line has counters of its own. */
  #traffic: { lineUrl: string | undefined; meter: WanTrafficMeter } | undefined;
  #connectedService: UpnpService | undefined;
  #slowValues: { connection: string; at: number; fields: SlowFields } | undefined;

  constructor(actions: RefusalCachingActionCaller) {
    this.#actions = actions;
  }

  /** Rejects if the router does not answer. */
  async read({ services, isMiniupnpd }: UpnpDescription, signal: AbortSignal): Promise<WanReading> {
    const strictCall: CallAction = (service, action) => this.#actions.callIfSupported(service, action, signal);
    const connection = await findConnection(services, this.#connectedService, strictCall);
    this.#connectedService = connection?.service;
    const callAction = connection?.status === undefined ? strictCall : unlessDenied(strictCall);
    const call = async (service: UpnpService | undefined, action: string) =>
      service === undefined ? undefined : callAction(service, action);
    const { service: line, link } = await findLine(services, connection, callAction);
    const addon = await call(line, 'GetAddonInfos');
    const single = async (direction: string) =>
      addon?.text(`X_AVM_DE_TotalBytes${direction}64`) === undefined
        ? call(line, `GetTotalBytes${direction}`)
        : undefined;
    const [received, sent] = [await single('Received'), await single('Sent')];
    const state = parseStatusInfoFields(connection?.status);
    const lineFields = parseLinkAndAddonFields(link, addon);
    const ipv4 = connection?.ipv4;
    return {
      ...state,
      // miniupnpd takes the properties of the line from its configuration file, if it has any.
      ...(isMiniupnpd ? { link: lineFields.link } : lineFields),
      ipv4,
      ...(await this.#readSlowFields([connection?.service.controlUrl.href, ipv4, state.status].join(' '), async () => ({
        ipv6: parseExternalIpv6Fields(await call(connection?.service, 'X_AVM_DE_GetExternalIPv6Address')),
        prefix: parseIpv6PrefixFields(await call(connection?.service, 'X_AVM_DE_GetIPv6Prefix')),
        dslite: parseDsliteFields(await call(line, 'X_AVM_DE_GetDsliteStatus')),
      }))),
      ...this.#meterOf(line?.controlUrl.href).read(
        { addon, single: received, lineBytesPerSecond: lineFields.downstreamBytesPerSecond },
        { addon, single: sent, lineBytesPerSecond: lineFields.upstreamBytesPerSecond },
        state.uptime,
      ),
    };
  }

  #meterOf(lineUrl: string | undefined): WanTrafficMeter {
    if (this.#traffic?.lineUrl !== lineUrl || this.#traffic === undefined)
      this.#traffic = { lineUrl, meter: new WanTrafficMeter() };
    return this.#traffic.meter;
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
