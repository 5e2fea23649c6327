import { isIPv6 } from 'node:net';

/** The host as a URL writes it: an IPv6 address in brackets. */
export const hostInUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host);
