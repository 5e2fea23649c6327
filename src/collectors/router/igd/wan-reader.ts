import { isIP } from 'node:net';
import type { UpnpDescription, UpnpService } from '../../../lib/upnp/description.ts';
import type { RefusalCachingActionCaller, SoapFields } from '../../../lib/upnp/soap.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import { type WanReading, wanAccessTypes, wanStatuses } from '../reading.ts';
import { WanTrafficMeter } from './wan-traffic-meter.ts';

/** Larger values are dates in seconds since 1970: no router runs for thirty years. */
const maxUptimeSeconds = 1e9;

/** Seconds, from `86400` or `1 Days, 00:00:00`; undefined if the text is no duration. */
export function parseUptimeSeconds(text: string | undefined): number | undefined {
  const [, days, hours, minutes, seconds] = /^(?:(\d+) days?,? *)?(\d+):(\d+):(\d+)$/i.exec(text ?? '') ?? [];
  const value =
    seconds === undefined
      ? Number(/^\d+$/.exec(text ?? '')?.[0] ?? Number.NaN)
      : ((Number(days ?? 0) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return value < maxUptimeSeconds ? value : undefined;
}

const snakeCase = (text: string | undefined) =>
  text
    ?.replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll(/[\s-]+/g, '_')
    .toLowerCase();

const unspecifiedAddresses = new Set(['0.0.0.0', '::']);

function addressOf(text: string | undefined): string | undefined {
  return text !== undefined && isIP(text) !== 0 && !unspecifiedAddresses.has(text) ? text : undefined;
}

/** Spellings of different makers: DSL, POTS (the older specification's word), X_AVM-DE_Fiber, LTE, UMTS, … */
const accessPatterns: Record<(typeof wanAccessTypes)[number], RegExp> = {
  dsl: /dsl|pots/i,
  cable: /cable/i,
  fiber: /fib(er|re)|gpon/i,
  mobile: /umts|lte|mobile|5g/i,
  ethernet: /ethernet/i,
};

const accessOf = (text: string | undefined) =>
  text === undefined ? undefined : wanAccessTypes.find((access) => accessPatterns[access].test(text));

/** Parses GetStatusInfo. The uptime is valid only while connected, because that of miniupnpd continues during an outage. */
export function parseStatusInfoFields(
  values: SoapFields | undefined,
): Pick<WanReading, 'status' | 'uptime' | 'lastError'> {
  const status = wanStatuses.find((name) => name === snakeCase(values?.text('ConnectionStatus')));
  return {
    status,
    uptime: status === 'connected' ? parseUptimeSeconds(values?.text('Uptime')) : undefined,
    lastError: snakeCase(values?.text('LastConnectionError')),
  };
}

const rateNames = { down: 'Layer1DownstreamMaxBitRate', up: 'Layer1UpstreamMaxBitRate' };

/** Parses GetCommonLinkProperties and a FRITZ!Box's GetAddonInfos, whose rates have 64 bits. A rate of zero is no measurement. */
export function parseLinkAndAddonFields(
  link: SoapFields | undefined,
  addon: SoapFields | undefined,
): Pick<WanReading, 'link' | 'access' | 'downstreamBytesPerSecond' | 'upstreamBytesPerSecond'> {
  const rate = (name: string) =>
    toBaseUnit(addon?.count(`X_AVM_DE_${name}64`) || link?.count(name) || undefined, 'bit/s');
  const physical = link?.text('PhysicalLinkStatus')?.toLowerCase();
  return {
    link: physical === 'up' ? true : physical === 'down' ? false : undefined,
    access: accessOf(addon?.text('X_AVM_DE_WANAccessType') ?? link?.text('WANAccessType')),
    downstreamBytesPerSecond: rate(rateNames.down),
    upstreamBytesPerSecond: rate(rateNames.up),
  };
}

export const parseExternalIpv4Fields = (values: SoapFields | undefined): string | undefined =>
  addressOf(values?.text('ExternalIPAddress'));

export const parseExternalIpv6Fields = (values: SoapFields | undefined): string | undefined =>
  addressOf(values?.text('ExternalIPv6Address'));

export function parseIpv6PrefixFields(values: SoapFields | undefined): string | undefined {
  const [prefix, length] = [addressOf(values?.text('IPv6Prefix')), values?.count('PrefixLength')];
  return prefix !== undefined && length !== undefined && length <= 128 ? `${prefix}/${length}` : undefined;
}

export const parseDsliteFields = (values: SoapFields | undefined): boolean | undefined =>
  values?.flag('X_AVM_DE_DsliteStatus');

/** Milliseconds until values that change only with the connection are read again. */
const slowIntervalMs = 300_000;

type SlowFields = Pick<WanReading, 'ipv6' | 'prefix' | 'dslite'>;

/** Reads a router's internet connection, one action at a time. */
export class WanReader {
  readonly #actions: RefusalCachingActionCaller;
  readonly #traffic = new WanTrafficMeter();
  #connectedService: UpnpService | undefined;
  #slowValues: { connection: string; at: number; fields: SlowFields } | undefined;

  constructor(actions: RefusalCachingActionCaller) {
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
    const ipv4 = parseExternalIpv4Fields(await call(service, 'GetExternalIPAddress'));
    return {
      ...state,
      // miniupnpd takes the properties of the line from its configuration file, if it has any.
      ...(isMiniupnpd ? { link: line.link } : line),
      ipv4,
      ...(await this.#readSlowFields(`${ipv4} ${state.status}`, async () => ({
        ipv6: parseExternalIpv6Fields(await call(service, 'X_AVM_DE_GetExternalIPv6Address')),
        prefix: parseIpv6PrefixFields(await call(service, 'X_AVM_DE_GetIPv6Prefix')),
        dslite: parseDsliteFields(await call(common, 'X_AVM_DE_GetDsliteStatus')),
      }))),
      ...this.#traffic.read(
        { addon, single: received, lineBytesPerSecond: line.downstreamBytesPerSecond },
        { addon, single: sent, lineBytesPerSecond: line.upstreamBytesPerSecond },
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
