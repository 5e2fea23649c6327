import { isIPv6 } from 'node:net';

/** A router to watch, as the settings name it. */
export interface RouterAddress {
  name: string;
  host: string;
  /** Where its IGD description stands, for those that keep it in a place of their own. */
  description?: URL;
}

/** Something to reach: a host by ICMP, a port, or a web server. */
export type ProbeTarget = { name: string } & (
  | { by: 'icmp'; host: string }
  | { by: 'tcp'; host: string; port: number }
  | { by: 'http'; host: string; url: URL }
);

const nameForm = /^([^=/:?]+)=(.+)$/;

function splitName(text: string): { name: string | undefined; what: string } {
  const [, name, what] = nameForm.exec(text) ?? [];
  return what === undefined ? { name: undefined, what: text.trim() } : { name: name?.trim(), what: what.trim() };
}

/** A name, an IPv4 or an IPv6 address with or without brackets; never one that a command could take for an option. */
function hostOf(text: string): string | undefined {
  const bare = /^\[(.+)\]$/.exec(text)?.[1] ?? text;
  return /^\w[\w.-]*$/.test(bare) || isIPv6(bare) ? bare : undefined;
}

/** Undefined where it is none. Throws at a `%` in its user name or password that begins no code, as Node’s HTTP would each time. */
function urlOf(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  decodeURIComponent(`${url?.username}:${url?.password}`);
  return url;
}

/** `192.168.178.1`, `cellar=fritz.box`, `cellar=http://192.168.1.1:5000/rootDesc.xml`. */
export function parseRouterAddress(text: string): RouterAddress | undefined {
  const { name, what } = splitName(text);
  const url = /^https?:\/\//.test(what) ? urlOf(what) : undefined;
  const host = hostOf(url?.hostname ?? what);
  // An address of one link only can stand in no URL.
  if (host === undefined || host.includes('%')) return undefined;
  return { name: name || host, host, ...(url === undefined ? {} : { description: url }) };
}

/** `1.1.1.1`, `office=10.1.0.1`, `tcp://nas.lan:445`, `shop=https://shop.example`. */
export function parseProbeTarget(text: string): ProbeTarget | undefined {
  const { name, what } = splitName(text);
  if (!what.includes('://')) {
    const host = hostOf(what);
    return host === undefined ? undefined : { name: name || host, by: 'icmp', host };
  }
  const url = urlOf(what);
  if (url === undefined) return undefined;
  const host = hostOf(url.hostname);
  if (host === undefined) return undefined;
  if (url.protocol === 'tcp:' && url.port !== '')
    return { name: name || `${host}:${url.port}`, by: 'tcp', host, port: Number(url.port) };
  return url.protocol === 'http:' || url.protocol === 'https:'
    ? { name: name || url.host, by: 'http', host, url }
    : undefined;
}

/** Parses each of a list, separated by commas; undefined if one can't be. */
export function parseCommaList<T>(text: string, parse: (one: string) => T | undefined): T[] | undefined {
  const all = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map(parse);
  return all.includes(undefined) ? undefined : (all as T[]);
}
