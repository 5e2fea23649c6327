import type { ReachabilityReading } from './reachability.ts';
import type { Tr064Reading } from './tr064/reading.ts';
import type { Tr064SubDeviceReadingByTable } from './tr064/sub-devices.ts';

/** The connection states of UPnP (WANIPConnection:1, ConnectionStatus). */
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

/** The internet connection, as a router reports it without a login. A value is absent if it is not reported, or not
 * measured. */
export interface WanReading {
  status?: (typeof wanStatuses)[number] | undefined;
  /** Whether the line is in sync, or the cable is plugged in. */
  link?: boolean | undefined;
  access?: (typeof wanAccessTypes)[number] | undefined;
  /** Seconds since the connection was established. */
  uptime?: number | undefined;
  /** Why the last connection ended, in the words of UPnP. */
  lastError?: string | undefined;
  ipv4?: string | undefined;
  ipv6?: string | undefined;
  /** With its prefix length: `2001:db8::/56`. */
  prefix?: string | undefined;
  /** IPv4 passes through the provider's NAT inside IPv6, so there is no public IPv4 address. */
  dslite?: boolean | undefined;
  /** Capacity of the line. */
  downstreamBytesPerSecond?: number | undefined;
  upstreamBytesPerSecond?: number | undefined;
  /** Bytes since the connection was established or the router started. */
  received?: number | undefined;
  sent?: number | undefined;
  receivedPerSecond?: number | undefined;
  sentPerSecond?: number | undefined;
}

export interface RouterReading extends ReachabilityReading {
  /** Absent until its DNS server has answered once. */
  dns?: { answers: boolean; latencySeconds?: number | undefined } | undefined;
  wan?: WanReading | undefined;
  tr064?: Tr064Reading | undefined;
  /** Start of the current internet connection. */
  connectedSince?: Date | undefined;
}

export type ProbeTargetReading = ReachabilityReading;

/** The reading of each table. */
export type RouterReadingByTable = { router: RouterReading; target: ProbeTargetReading } & Tr064SubDeviceReadingByTable;
