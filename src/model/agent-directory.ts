import type { DeviceOrPartAddress } from './address.ts';
import type { PastMoment } from './past-moment.ts';
import type { Problem, Severity } from './problem.ts';
import type { TranslatableText } from './translation.ts';

/** A device that an agent watches, without its parts. */
export interface ReportedDevice {
  address: DeviceOrPartAddress;
  /** What its state topic has, by key; undefined if it never had a state. */
  values?: Readonly<Record<string, unknown>>;
  /** Undefined if the agent does not say. */
  isAvailable?: boolean;
}

/** A problem in the list of an agent. */
export interface ReportedProblem
  extends Pick<
    Problem,
    'id' | 'cause' | 'subject' | 'serialNumber' | 'severity' | 'text' | 'certain' | 'explainedBy' | 'remedy'
  > {
  /** The device that it concerns; undefined for one of the broker or a collector. */
  device?: DeviceOrPartAddress;
  /** The worst severity with which the agent has reported it to its user; absent if it has not. */
  toldSeverity?: Severity;
  /** By the clock of that agent. */
  since: Date;
  /** By the clock of this one. */
  firstSeen: PastMoment;
}

/** What is wrong according to an agent. */
export interface AgentProblemReport {
  /** The name of the agent; undefined if it does not say it. */
  agentName?: string;
  /** Address of the agent's status page; undefined if it has none that other machines can reach. Anybody may have
   * written it. */
  pageUrl?: string;
  /** The worst first. */
  list: readonly ReportedProblem[];
  /** Problems that the agent counts but that do not fit into its list. */
  omittedCount: number;
}

/** An agent of the lab, according to what it publishes. It remains until its topics are removed. */
export interface ReportedAgent {
  id: string;
  /** Its id if it does not say its name. */
  name: string;
  /** In the spelling of the agent. */
  site?: string;
  /** Its status is online, and it answers. */
  isOnline: boolean;
  devices: readonly ReportedDevice[];
  /** Undefined if it publishes no list: its version is too old, or it has just started. */
  problems?: AgentProblemReport;
}

/** What all agents of the lab publish, from the broker that they share. */
export interface AgentDirectory {
  /** The agents and the identities that speak for the whole lab, by id. What the broker lost stays, what was removed
   * does not. */
  readonly agents: readonly ReportedAgent[];
  /** Whether the bridge from a site is up, by the site as its topic spells it. */
  readonly bridges: ReadonlyMap<string, boolean>;
  /** Resolves once everything retained has been received. */
  readonly loaded: Promise<void>;
  /** Whether the connection to the broker is up. */
  readonly isCurrent: boolean;
  /** Whether there are more agents, or devices of one, than are taken. */
  readonly isFull?: boolean;
  /** Why the topics can't be received although the connection is up. */
  readonly error?: TranslatableText<AgentDirectoryErrorTexts>;
}

/** What is said of the directory. */
export const agentDirectoryErrorTexts = {
  /** `reason`: the broker's own words. */
  mayNotRead: (topics: string, reason: string) => `the broker does not let this user read ${topics}: ${reason}`,
  notRead: (topics: string, reason: string) => `${topics} could not be read: ${reason}`,
};

export type AgentDirectoryErrorTexts = typeof agentDirectoryErrorTexts;
