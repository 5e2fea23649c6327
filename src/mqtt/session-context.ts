import type { Log } from '../log.ts';
import type { CollectorMetadata } from '../model/collector.ts';
import type { PendingEvent } from '../model/event.ts';
import type { EarlierAnnouncedDevice } from '../model/problem.ts';
import type { DeviceOwner } from '../model/shared-device.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import type { Language } from '../views/language.ts';
import type { BrokerAgentDirectory } from './broker-agent-directory.ts';
import type { ClaimMemory } from './device-claim-settler.ts';
import type { DismissedDevices } from './dismissed-devices.ts';
import type { DeviceCommand } from './inbound.ts';
import type { OtherAgentsProblemLists } from './other-agents-problem-lists.ts';
import type { RejectedMessagesByTopic } from './rejected-messages-by-topic.ts';
import type { AckFailuresByTopic } from './retrying-retained-publisher.ts';
import type { RunAfter } from './run-after.ts';

/** What a session publishes, and whom it tells what it receives. */
export interface SessionInputsAndCallbacks {
  agent: AgentIdentity;
  catalogue: readonly CollectorMetadata[];
  /** In which devices and entities are announced; English without it. */
  language?: Language | undefined;
  state: AgentState;
  log: Log;
  /** Collects the topics of the other agents, if a collector needs them. */
  agentDirectory?: BrokerAgentDirectory | undefined;
  /** Collects what other agents say is wrong, if this one reports problems to a person. */
  otherProblemLists?: OtherAgentsProblemLists | undefined;
  /** Resolves when each collector has been read once, or takes too long. */
  ready: Promise<void>;
  /** The event has reached a subscriber, or never will; it must not be pending any more. */
  eventDelivered(event: PendingEvent): void;
  /** The user has removed the device in Home Assistant. */
  deviceDismissed(device: string): void;
  /** Retained memories, by collector and device. Anybody may have written these payloads. `isComplete`: no more are
   * expected. */
  memoriesLoaded(memories: ReadonlyMap<string, string>, isComplete: boolean): void;
  /** The list of problems that an earlier process or connection has published. Anybody may have written this
   * payload. */
  problemsLoaded(payload: string): void;
  /** The devices that an earlier process or connection has announced, and the paths of parts that it has published.
   * Anybody may have written their names. */
  devicesAnnounced(devices: readonly EarlierAnnouncedDevice[], parts: readonly string[]): void;
  /** Another agent owns the device or its name, by its key in AgentState.owners; undefined if none does. */
  ownerKnown(device: string, owner: DeviceOwner | undefined): void;
  /** A command to a device was received. */
  commandReceived(command: DeviceCommand): void;
  /** Starts all timers; tests pass their own. */
  after?: RunAfter;
}

/** What outlives a connection. */
export interface CrossConnectionMemory {
  readonly devices: DismissedDevices;
  readonly claims: ClaimMemory;
  readonly rejections: RejectedMessagesByTopic;
  readonly unacknowledged: AckFailuresByTopic;
  /** Whether Home Assistant has published its birth message. */
  homeAssistantSeen: boolean;
}
