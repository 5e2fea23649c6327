import type { DeviceOrPartAddress } from './address.ts';
import type { Device, DevicePart } from './device.ts';
import type { DeviceMemory } from './device-memories.ts';
import type { PendingEvent } from './event.ts';
import type { BaseUnitValuesByKey, MetricValuesByKey } from './metric.ts';
import type { EarlierAnnouncedDevice, LastingFindings, RestoredProblem, ToldProblemForEndReport } from './problem.ts';
import type { DeviceOwner } from './shared-device.ts';

/** The agent's id and name, and the prefixes of its topics. */
export interface AgentIdentity {
  /** AGENT_ID, or the slug of the name: the agent's topic level, and the beginning of all of its ids. */
  id: string;
  /** What people see. */
  name: string;
  /** Tells the machine from others; undefined where that is unknown. */
  machine?: string;
  site?: string;
  version: string;
  /** Start of the process. Changes when the clock is set. */
  readonly startedAt: Date;
  baseTopic: string;
  discoveryPrefix: string;
  /** Home Assistant's birth message; its last will has the same topic. */
  homeAssistantBirth: { topic: string; payload: string };
}

/** The latest state of a device or part. */
export interface StateEntry {
  address: DeviceOrPartAddress;
  table: string;
  device: Device;
  part?: DevicePart;
  /** Of the last successful reading; kept while the device can't be read. */
  sample?: MetricValuesByKey;
  /** Numbers of the same reading in base units, neither rounded nor with a deadband. */
  rawNumbers?: BaseUnitValuesByKey;
  /** Metrics whose last value was not possible; absent if there are none. */
  impossibleMetrics?: ReadonlySet<string>;
  /** Optional metrics that have had a value at least once. */
  presentMetrics: ReadonlySet<string>;
  /** Why it can't be read. */
  error?: string;
  /** Of the error, if that is in words of ours; English without. */
  errorLanguage?: string;
  /** Since when it is no longer there; it was read earlier. `since` is earlier if it could not be read before. */
  missingSince?: Date;
  /** What it has published can be removed, by its collector. */
  canBeForgotten?: true;
  /** What is wrong with it. */
  findings: LastingFindings;
  /** How to make an incomplete reading complete. */
  hint?: string;
  /** Excluded by the settings. */
  excluded?: true;
  /** When it last became readable or unreadable. */
  since: Date;
}

/** A problem of no particular device. */
export interface LastingCollectorComplaint {
  key: string;
  text: string;
  /** Of the text, if that is in words of ours; English without. */
  language?: string;
  since: Date;
}

/** The latest state of a collector. */
export interface CollectorState {
  id: string;
  title: string;
  /** Timeout of a reading. */
  timeoutSeconds: number;
  /** Entries by the path of their address. */
  entries: ReadonlyMap<string, StateEntry>;
  lastSuccess?: Date;
  lastRun?: Date;
  /** Duration of the last reading, in seconds. */
  duration?: number;
  /** Why the collector as a whole fails. */
  error?: string;
  /** Of the error, if that is in words of ours; English without. */
  errorLanguage?: string;
  /** Problems of no particular device. */
  complaints: readonly LastingCollectorComplaint[];
  consecutiveFailures: number;
  skippedTicks: number;
  nextRun?: Date;
  /** `nextRun` on the clock of `performance.now()`, which does not change when the wall clock is set. */
  due?: number;
}

export interface BrokerConnectionState {
  /** The broker that the agent is connected to, or tries; without credentials. Empty for a command, which is not the
   * agent. */
  url: string;
  connected: boolean;
  since: Date;
  error?: string;
  /** What the broker cannot do that the agent would use. */
  limitation?: string;
  reconnects: number;
}

/** Everything that the agent knows: the latest outcome of each reading. Views are functions of it. */
export interface AgentState {
  /** Active collectors, in the order of the catalogue. */
  collectors: ReadonlyMap<string, CollectorState>;
  broker: BrokerConnectionState;
  /** Problems that an earlier process has published and that are not over, by id. */
  restoredProblems: ReadonlyMap<string, RestoredProblem>;
  /** Devices that were announced before the agent started, each with the time at which that was found out, by path. */
  announcedDevices: ReadonlyMap<string, EarlierAnnouncedDevice & { since: Date }>;
  /** Paths of devices and parts that the user has told the agent to forget, and that are not there:
   * `nvme/s4ewnx0n123`. */
  forgotten: ReadonlySet<string>;
  /** Problems that were reported to the user and whose end was not, by id. */
  toldProblems: ReadonlyMap<string, ToldProblemForEndReport>;
  /** Data that outlives the process, by collector and device: `nvme/s4ewnx0n123`. */
  memories: ReadonlyMap<string, DeviceMemory>;
  /** Devices that another agent owns, by collector and device: `router/gateway`; and names of devices, by
   * `nameOwnerKey`. */
  owners: ReadonlyMap<string, DeviceOwner>;
  /** Events that have not been published yet, the oldest first. */
  pendingEvents: readonly PendingEvent[];
  /** Incremented when devices, parts or announced metrics change, but not when only values change. */
  discoveryRevision: number;
}
