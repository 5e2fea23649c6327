import { isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import type { ProbeTarget } from '../../lib/probe/reachability-probe.ts';
import { settingErrorTexts } from '../../model/setting-error-texts.ts';
import { normalizeMacAddress } from '../../model/shared-device.ts';
import type { ConfiguredClient } from './tr064/sub-devices.ts';

/** A router to watch, as the settings name it. */
export interface ConfiguredRouter {
  name: string;
  host: string;
  /** URL of its IGD description, for routers that keep it at an unusual address. */
  description?: URL;
}

/** The router, if the settings name none. */
export const defaultGateway = { name: 'gateway' };

const namePattern = /^([^=/:?]+)=(.+)$/;

function splitName(text: string): { name: string | undefined; address: string } {
  const [, name, address] = namePattern.exec(text) ?? [];
  return address === undefined
    ? { name: undefined, address: text.trim() }
    : { name: name?.trim(), address: address.trim() };
}

/** A host name in ASCII (IDNA), an IPv4 address, or an IPv6 address with or without brackets; never a text that a
 * command could take for an option, nor a number, which the system takes for an address: `2` for 0.0.0.2, which is this
 * machine. */
function hostOf(text: string): string | undefined {
  const typed = /^\[(.+)\]$/.exec(text)?.[1] ?? text;
  const host = /^\p{ASCII}*$/u.test(typed) ? typed : domainToASCII(typed);
  const isNumber = /^(?:0x[\da-f]+|\d+)$/i.test(host);
  return (/^\w[\w.-]*$/.test(host) && !isNumber) || isIPv6(host) ? host : undefined;
}

/** What an item without a name is called: an international name as it was typed. */
const nameOf = (typed: string, host: string) => (/^\p{ASCII}*$/u.test(typed) ? host : typed);

/** Undefined if the text is no URL. Throws if its user name or password is not percent-encoded correctly, as Node's
 * HTTP client would at each request. */
function urlOf(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  decodeURIComponent(`${url?.username}:${url?.password}`);
  return url;
}

/** Parses `192.168.178.1`, `cellar=fritz.box`, `cellar=http://192.168.1.1:5000/rootDesc.xml`. */
export function parseConfiguredRouter(text: string): ConfiguredRouter | undefined {
  const { name, address } = splitName(text);
  const url = /^https?:\/\//.test(address) ? urlOf(address) : undefined;
  const host = hostOf(url?.hostname ?? address);
  // A URL cannot hold a link-local address with its zone.
  if (host === undefined || host.includes('%')) return undefined;
  return {
    name: name || nameOf(url?.hostname ?? address, host),
    host,
    ...(url === undefined ? {} : { description: url }),
  };
}

/** Parses `1.1.1.1`, `office=10.1.0.1`, `tcp://nas.lan:445`, `shop=https://shop.example`. */
export function parseProbeTarget(text: string): ProbeTarget | undefined {
  const { name, address } = splitName(text);
  if (!address.includes('://')) {
    const host = hostOf(address);
    return host === undefined ? undefined : { name: name || nameOf(address, host), by: 'icmp', host };
  }
  const url = urlOf(address);
  if (url === undefined) return undefined;
  // URLs of HTTP have their name in ASCII already, others have it percent-encoded.
  const hostname = decodeURIComponent(url.hostname);
  const host = hostOf(hostname);
  if (host === undefined) return undefined;
  if (url.protocol === 'tcp:' && url.port !== '')
    return { name: name || `${nameOf(hostname, host)}:${url.port}`, by: 'tcp', host, port: Number(url.port) };
  return url.protocol === 'http:' || url.protocol === 'https:'
    ? { name: name || url.host, by: 'http', host, url }
    : undefined;
}

/** Parses `Phone of Ada=AA:BB:CC:00:11:22,…`; undefined if any item is not `name=MAC address`. */
export function parseFritzboxClientsSetting(text: string): ConfiguredClient[] | undefined {
  const items = text.split(',').filter((item) => item.trim() !== '');
  const clients = items.flatMap((item) => {
    const [name = '', address, more] = item.split('=').map((field) => field.trim());
    const mac = normalizeMacAddress(address);
    return name === '' || mac === undefined || more !== undefined ? [] : [{ name, macAddress: mac }];
  });
  return clients.length === items.length ? clients : undefined;
}

/** A URL with more than a host, in which there may be a comma. */
const isLongUrl = (item: string | undefined) => item !== undefined && /:\/\/[^/?]+(?:\?|\/.)/.test(item);
const hasQuery = (item: string | undefined) => item !== undefined && /:\/\/.*\?/.test(item);

/** The items of a comma-separated list. After a URL with a query, what is no item by itself belongs to the query. */
function splitCommaList(text: string, isItem: (item: string) => boolean): string[] {
  const items: string[] = [];
  for (const item of text.split(',').map((piece) => piece.trim())) {
    const before = items.at(-1);
    if (item === '') continue;
    if (hasQuery(before) && !isItem(item)) items.splice(-1, 1, `${before},${item}`);
    else items.push(item);
  }
  return items;
}

/** Parses the items of a comma-separated list; undefined if any of them is invalid. So is a single word after a URL
 * with a query, which may be a host or a part of the query. */
export function parseCommaList<T>(text: string, parse: (item: string) => T | undefined): T[] | undefined {
  const items = splitCommaList(text, (item) => parse(item) !== undefined);
  if (items.some((item, index) => hasQuery(items[index - 1]) && /^\w+$/.test(item))) return undefined;
  const parsed = items.map(parse);
  return parsed.includes(undefined) ? undefined : (parsed as T[]);
}

/** A notice of the first host that may be a part of the URL before it. */
export function ambiguousCommaNotice(text: string, texts = settingErrorTexts): string | undefined {
  const items = splitCommaList(text, (item) => parseProbeTarget(item) !== undefined);
  const host = items.find((item, index) => isLongUrl(items[index - 1]) && !/[=:]/.test(item) && isIP(item) === 0);
  return host === undefined ? undefined : texts.commaInUrl(host);
}
