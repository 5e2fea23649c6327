import { isIP } from 'node:net';
import type { Values } from '../soap/values.ts';
import { accesses, statuses, type WanReading } from './reading.ts';
import { parseUptime } from './uptime.ts';

const wordOf = (text: string | undefined) =>
  text
    ?.replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll(/[\s-]+/g, '_')
    .toLowerCase();

const nothing = new Set(['0.0.0.0', '::']);

function addressOf(text: string | undefined): string | undefined {
  return text !== undefined && isIP(text) !== 0 && !nothing.has(text) ? text : undefined;
}

/** How makers write it: DSL, POTS (the older specification's word), X_AVM-DE_Fiber, LTE, UMTS, … */
const accessWords: Record<(typeof accesses)[number], RegExp> = {
  dsl: /dsl|pots/i,
  cable: /cable/i,
  fiber: /fib(er|re)|gpon/i,
  mobile: /umts|lte|mobile|5g/i,
  ethernet: /ethernet/i,
};

const accessOf = (text: string | undefined) => (text === undefined ? undefined : accesses.find((access) => accessWords[access].test(text)));

/** GetStatusInfo. An uptime means something only while it is connected: miniupnpd's counts on. */
export function statusFields(values: Values | undefined): Pick<WanReading, 'status' | 'uptime' | 'lastError'> {
  const status = statuses.find((one) => one === wordOf(values?.text('ConnectionStatus')));
  return { status, uptime: status === 'connected' ? parseUptime(values?.text('Uptime')) : undefined, lastError: wordOf(values?.text('LastConnectionError')) };
}

const rates = { down: 'Layer1DownstreamMaxBitRate', up: 'Layer1UpstreamMaxBitRate' };

/** GetCommonLinkProperties and, of a FRITZ!Box, GetAddonInfos, whose rates have 64 bits. A rate of zero is none. */
export function linkFields(link: Values | undefined, addon: Values | undefined): Pick<WanReading, 'link' | 'access' | 'downstream' | 'upstream'> {
  const rate = (name: string) => addon?.count(`X_AVM_DE_${name}64`) || link?.count(name) || undefined;
  const physical = link?.text('PhysicalLinkStatus')?.toLowerCase();
  return {
    link: physical === 'up' ? true : physical === 'down' ? false : undefined,
    access: accessOf(addon?.text('X_AVM_DE_WANAccessType') ?? link?.text('WANAccessType')),
    downstream: rate(rates.down),
    upstream: rate(rates.up),
  };
}

export const ipv4Field = (values: Values | undefined): string | undefined => addressOf(values?.text('ExternalIPAddress'));

export const ipv6Field = (values: Values | undefined): string | undefined => addressOf(values?.text('ExternalIPv6Address'));

export function prefixField(values: Values | undefined): string | undefined {
  const [prefix, length] = [addressOf(values?.text('IPv6Prefix')), values?.count('PrefixLength')];
  return prefix !== undefined && length !== undefined && length <= 128 ? `${prefix}/${length}` : undefined;
}

export const dsliteField = (values: Values | undefined): boolean | undefined => values?.flag('X_AVM_DE_DsliteStatus');
