/** The host as a URL writes it: an IPv6 address, the only host with a colon, in brackets. */
export const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);
