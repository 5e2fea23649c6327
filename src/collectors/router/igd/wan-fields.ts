import { isIP } from 'node:net';
import type { SoapFields } from '../../../lib/upnp/soap.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import { type WanReading, wanAccessTypes, wanStatuses } from '../reading.ts';

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

/** Parses GetStatusInfo. The uptime is valid only while connected, because that of miniupnpd continues during an
 * outage. */
export function parseConnectionStatusInfo(
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

/** Parses GetCommonLinkProperties and a FRITZ!Box's GetAddonInfos, whose rates have 64 bits. A rate of zero is no
 * measurement. */
export function parseCommonLinkProperties(
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

export const parseExternalIpv4Address = (values: SoapFields | undefined): string | undefined =>
  addressOf(values?.text('ExternalIPAddress'));

export const parseExternalIpv6Address = (values: SoapFields | undefined): string | undefined =>
  addressOf(values?.text('ExternalIPv6Address'));

export function parseIpv6Prefix(values: SoapFields | undefined): string | undefined {
  const [prefix, length] = [addressOf(values?.text('IPv6Prefix')), values?.count('PrefixLength')];
  return prefix !== undefined && length !== undefined && length <= 128 ? `${prefix}/${length}` : undefined;
}

export const parseIsDsliteActive = (values: SoapFields | undefined): boolean | undefined =>
  values?.flag('X_AVM_DE_DsliteStatus');
