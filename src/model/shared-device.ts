import { memoryKey } from './address.ts';
import type { StateEntry } from './state.ts';

/** The agent that reports what a device says of itself, where several agents watch it: the others report only how they
 * reach it. */
export interface DeviceOwner {
  /** Id of the agent. */
  agent: string;
  /** Slug of the device, as that agent calls it. */
  device: string;
}

/** Key in AgentState.owners of the other agent whose device has the name of this one. */
export const nameOwnerKey = (address: { collector: string; device: string }): string => `${memoryKey(address)}/name`;

/** What an agent writes on the broker to own a device, for all to see. */
export interface DeviceClaim extends DeviceOwner {
  /** An agent that can report more takes the device from one of a lower rank. */
  rank: number;
  /** When the agent became the owner. */
  since: Date;
}

/** Converts a MAC address in any notation to `AA:BB:CC:00:11:22`; undefined if the text is none. */
export function normalizeMacAddress(text: string | undefined): string | undefined {
  const digits = text?.replaceAll(/[:.\s-]/g, '').toUpperCase() ?? '';
  return /^[\dA-F]{12}$/.test(digits) ? digits.replace(/..(?=.)/g, '$&:') : undefined;
}

/** Addresses that machines of several networks have. VRRP and CARP: RFC 9568, section 7.3. HSRP and GLBP: Cisco's.
 * Docker before 28 made that of a bridge from its IPv4 address. */
const repeatedMacPattern =
  /^(?:00:00:5E:00:0[12]|00:00:0C:07:AC|00:00:0C:9F:F[\dA-F]|00:05:73:A0:0[\dA-F]|00:07:B4:[\dA-F]{2}:[\dA-F]{2}|02:42:[\dA-F]{2}:[\dA-F]{2}:[\dA-F]{2}):/i;

/** Whether a MAC address is that of one machine. */
export const isUniqueMacAddress = (macAddress: string): boolean => !repeatedMacPattern.test(macAddress);

/** Whether a claim prevails over another one. Any two agents agree on it, whichever claim reaches the broker first. */
export function claimPrevailsOver(claim: DeviceClaim, other: DeviceClaim): boolean {
  if (claim.rank !== other.rank) return claim.rank > other.rank;
  const difference = claim.since.getTime() - other.since.getTime();
  return difference === 0 ? claim.agent < other.agent : difference < 0;
}

/** Whether this agent reports a metric of a device or part. `owner`: the other agent that owns the device, if one
 * does. */
export const mayReportMetric = (
  owner: DeviceOwner | undefined,
  { part }: Pick<StateEntry, 'part'>,
  metric: { perAgent?: true },
): boolean => owner === undefined || (part === undefined && metric.perAgent === true);
