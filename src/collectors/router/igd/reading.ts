/** UPnP's states of a connection (WANIPConnection:1, ConnectionStatus). */
export const wanStatuses = [
  'unconfigured',
  'connecting',
  'authenticating',
  'connected',
  'pending_disconnect',
  'disconnecting',
  'disconnected',
] as const;

export const wanAccessTypes = ['dsl', 'cable', 'fiber', 'mobile', 'ethernet'] as const;

/** The way to the world, as a box tells without a login. Absent: it does not tell, or what it tells is no measurement. */
export interface WanReading {
  status?: (typeof wanStatuses)[number] | undefined;
  /** The line is in sync, the cable plugged. */
  link?: boolean | undefined;
  access?: (typeof wanAccessTypes)[number] | undefined;
  /** Seconds since the connection was made. */
  uptime?: number | undefined;
  /** UPnP's word for why the last connection ended. */
  lastError?: string | undefined;
  ipv4?: string | undefined;
  ipv6?: string | undefined;
  /** With its length: `2001:db8::/56`. */
  prefix?: string | undefined;
  /** IPv4 goes through the provider's NAT inside IPv6, so there is no address of one's own. */
  dslite?: boolean | undefined;
  /** What the line can do, bit/s. */
  downstream?: number | undefined;
  upstream?: number | undefined;
  /** Bytes since the connection or the box began. */
  received?: number | undefined;
  sent?: number | undefined;
  receivedPerSecond?: number | undefined;
  sentPerSecond?: number | undefined;
}
