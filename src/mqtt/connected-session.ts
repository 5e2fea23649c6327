import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { CollectorMetadata } from '../model/collector.ts';
import { describeError } from '../model/errors.ts';
import type { PendingEvent } from '../model/event.ts';
import {
  agentStatusTopic,
  deviceDiscoveryTopic,
  deviceSlugOfDiscoveryTopic,
  deviceSlugOfOwnTopic,
  homeAssistantStatusTopic,
  memoryPathOfTopic,
  ownDiscoveryTopicsFilter,
  ownTopicsFilter,
  parseCommandTopic,
} from '../model/naming.ts';
import type { AgentIdentity, AgentState, BrokerConnectionState } from '../model/state.ts';
import { offlinePayload, onlinePayload } from '../views/availability.ts';
import { desiredDiscovery } from '../views/discovery.ts';
import { orphanedPayloadsByTopic } from '../views/orphaned-payloads.ts';
import { eventTopicAndPayload, stateAndMemoryPayloadsByTopic } from '../views/state-and-event-payloads.ts';
import type { AgentTopicMirror } from './agent-topic-mirror.ts';
import { resendPauseMs } from './backoff.ts';
import { type BrokerConnection, isBrokerRefusal, type ReceivedMessage } from './broker-connection.ts';
import { hasTombstones, type RemovalPhase, reconcile, tombstonePayloads } from './discovery-reconciliation.ts';
import { answerLivenessQuestion } from './duplicate-agent.ts';
import { type RunAfter, runAfter } from './in-flight-limiter.ts';
import { PacketTooLargeError, UnacknowledgedError } from './publish-error.ts';
import { reasonCodes } from './reason-codes.ts';
import type { RejectionTracker } from './rejection-tracker.ts';
import { RetainedPublisher, type UnacknowledgedByTopic } from './retained-publisher.ts';
import { readAndFollowOwnRetained } from './retained-topics.ts';
import type { MqttSettings } from './settings.ts';

export interface SessionContext {
  agent: AgentIdentity;
  catalogue: readonly CollectorMetadata[];
  state: AgentState & { broker: { -readonly [Key in keyof BrokerConnectionState]: BrokerConnectionState[Key] } };
  settings: MqttSettings;
  log: Log;
  /** Collects the topics of the other agents, if a collector needs them. */
  agentTopics?: AgentTopicMirror | undefined;
  /** Other agents may use this identity too; one of them publishes, the others are on standby. */
  shared?: boolean;
  /** Resolves when each collector has been read once, or takes too long. */
  ready: Promise<void>;
  /** The event has reached a subscriber. */
  eventDelivered(event: PendingEvent): void;
  /** The user has removed the device in Home Assistant. */
  deviceDismissed(device: string): void;
  /** Retained memories, by collector and device. Anybody may have written these payloads. `isComplete`: no more are expected. */
  memoriesLoaded(memories: ReadonlyMap<string, string>, isComplete: boolean): void;
  /** A command to a device was received. */
  commandReceived(command: DeviceCommand): void;
  /** Starts the timers of acknowledgements and retries; tests pass their own. */
  after?: RunAfter;
}

export interface DeviceCommand {
  collector: string;
  device: string;
  action: string;
}

/** What outlives a connection: devices that this process has announced, devices that the user has removed, and what the broker does
 * not accept. */
export interface CrossConnectionMemory {
  announced: Set<string>;
  dismissed: Set<string>;
  /** Whether Home Assistant has published its birth message. */
  homeAssistantSeen: boolean;
  rejections: RejectionTracker;
  unacknowledged: UnacknowledgedByTopic;
}

/** Milliseconds after which no more retained messages are expected. EMQX before 6.1.1 and emitter deliver them up to some seconds after
 * SUBACK, and later than newer messages. */
const lateRetainedMs = 10_000;
/** Milliseconds that Home Assistant needs to process an announcement before it may be changed. */
const discoverySettleMs = 5000;
/** Milliseconds in which Home Assistant connects again to a broker that has restarted, and publishes its birth message. */
const birthTimeoutMs = 120_000;
/** Milliseconds that Home Assistant needs to remove an entity. */
const tombstoneDelayMs = 1000;

/** Discovery, states, events and commands over one connection. */
export class ConnectedSession {
  readonly #context: SessionContext;
  readonly #connection: BrokerConnection;
  readonly #publisher: RetainedPublisher;
  readonly #memory: CrossConnectionMemory;
  readonly #ended = new AbortController();
  /** Retained messages of the agent at the start of the connection. */
  #retained = new Map<string, string>();
  /** The first retained messages have arrived; others may still be on their way. */
  #isRetainedRead = false;
  /** No more retained messages are expected. */
  #isRetainedComplete = false;
  /** Devices whose announcement, which this process has made, has not arrived although their state has. */
  readonly #absentDevices = new Set<string>();
  #removalPhase: RemovalPhase = 'tombstone';
  /** Counts how often Home Assistant came online. */
  #birth = 0;
  /** The revision of the discovery data that was announced. */
  #announcedRevision: number | undefined;
  #ready = false;
  /** The broker has acknowledged an announcement. */
  #announced = false;
  #hasAnnouncementReturned = false;
  /** Home Assistant has had the time to process the announcements. */
  #isDiscoverySettled = false;
  /** Home Assistant is offline, or has not processed the announcements since it came online. */
  #isHomeAssistantAway = false;
  #isDeliveringEvents = false;
  /** Refused attempts to publish an event, in a row. */
  #eventFailures = 0;

  constructor(context: SessionContext, connection: BrokerConnection, memory: CrossConnectionMemory) {
    this.#context = context;
    this.#connection = connection;
    this.#memory = memory;
    memory.rejections.begin();
    const listener = {
      accepted: (topic: string) => this.#accepted(topic),
      rejected: (topic: string, error: unknown) => this.#rejected(topic, error),
    };
    this.#publisher = new RetainedPublisher(connection, listener, memory.unacknowledged, context.after ?? runAfter);
  }

  /** Reads the retained messages, publishes everything, and finally that the agent is online. */
  async begin(): Promise<void> {
    const { agent, ready, agentTopics } = this.#context;
    this.#connection.listen((message) => answerLivenessQuestion(this.#connection, agent, message));
    this.#connection.listen((message) => this.#receiveRetained(message));
    for (const [topic, payload] of await readAndFollowOwnRetained(this.#connection, agent))
      this.#retained.set(topic, payload);
    this.#isRetainedRead = true;
    this.#context.memoriesLoaded(parseMemories(agent, this.#retained), false);
    void this.#completeRetained();
    const homeAssistantStatus = this.#retained.get(homeAssistantStatusTopic(agent));
    this.#isHomeAssistantAway = homeAssistantStatus === offlinePayload;
    if (homeAssistantStatus === undefined && this.#memory.homeAssistantSeen && this.#hasBrokerLostEverything())
      void this.#waitForBirth();
    await agentTopics?.follow(this.#connection, agent, this.#retained.has(agentStatusTopic(agent)));
    await ready;
    this.#findAbsentDevices();
    this.#connection.listen((message) => this.#receive(message));
    await this.#publishTombstones();
    this.#ready = true;
    this.offerChanges();
    await this.#publisher.drained();
    this.#publisher.publishChanged(new Map([[agentStatusTopic(agent), onlinePayload]]));
    await this.#publisher.drained();
    this.#memory.rejections.forgetEarlier();
    void this.#waitForDiscovery();
  }

  /** Puts a summary of what the broker does not accept into the state. */
  showRejections(): void {
    const { broker } = this.#context.state;
    const { summary } = this.#memory.rejections;
    if (summary !== undefined) broker.error = summary;
    else if (broker.connected) delete broker.error;
  }

  /** Publishes what has changed in the state. */
  offerChanges(): void {
    if (!this.#ready) return;
    const { state } = this.#context;
    const current = this.#statePayloads();
    this.#publisher.publishChanged(current);
    void this.#deliverEvents();
    if (state.discoveryRevision === this.#announcedRevision) return;
    this.#announcedRevision = state.discoveryRevision;
    this.#publisher.publishChanged(this.#orphanedTopics(current, (payload) => payload !== ''));
    this.#announce();
    void this.#removeOrphanedTopics();
  }

  /** Publishes that the agent is offline, and disconnects. */
  async leave(): Promise<void> {
    this.#ready = false;
    this.end();
    const offline = this.#connection.publish(agentStatusTopic(this.#context.agent), offlinePayload).then(
      () => true,
      () => false,
    );
    const isPublished = await Promise.race([offline, pause(1000, false, { ref: false })]);
    // Without a DISCONNECT the broker publishes the will.
    if (isPublished) await this.#connection.close();
    else this.#connection.abort();
  }

  end(): void {
    this.#ended.abort();
    this.#publisher.close();
  }

  #receive({ topic, payload, retained }: ReceivedMessage): void {
    const { agent } = this.#context;
    if (retained) return;
    const device = deviceSlugOfDiscoveryTopic(agent, topic);
    if (device !== undefined) return void this.#receiveAnnouncement(device, topic, payload);
    if (!this.#ready) return;
    const target = parseCommandTopic(agent, topic);
    if (target !== undefined) return void this.#context.commandReceived({ ...target, action: payload });
    if (topic === homeAssistantStatusTopic(agent)) {
      this.#isHomeAssistantAway = true;
      if (payload === onlinePayload) {
        this.#memory.homeAssistantSeen = true;
        void this.#reannounce();
      }
    }
    // The will of an earlier connection of this agent, which the broker has only just given up.
    if (topic === agentStatusTopic(agent) && payload === offlinePayload) {
      this.#publisher.forgetSent(topic);
      this.#publisher.publishChanged(new Map([[topic, onlinePayload]]));
    }
  }

  #receiveRetained({ topic, payload, retained }: ReceivedMessage): void {
    if (!retained || payload === '') return;
    if (this.#isRetainedRead) this.#receiveLate(topic, payload);
    else this.#retained.set(topic, payload);
  }

  /** Takes into account what the broker delivers after it seemed to have delivered everything. */
  #receiveLate(topic: string, payload: string): void {
    const { agent, memoriesLoaded } = this.#context;
    const device = deviceSlugOfDiscoveryTopic(agent, topic);
    if (this.#retained.get(topic) === payload) return;
    if (memoryPathOfTopic(agent, topic) !== undefined) {
      this.#retained.set(topic, payload);
      memoriesLoaded(parseMemories(agent, new Map([[topic, payload]])), false);
      this.offerChanges();
    } else if (device !== undefined && !this.#memory.dismissed.has(device)) {
      this.#retained.set(topic, payload);
      this.#absentDevices.delete(device);
      if (this.#ready) this.#announce();
    } else if (topic === homeAssistantStatusTopic(agent) && payload === offlinePayload)
      this.#isHomeAssistantAway = true;
  }

  async #completeRetained(): Promise<void> {
    if (await this.#wait(lateRetainedMs)) return;
    this.#isRetainedComplete = true;
    this.#context.memoriesLoaded(new Map(), true);
    for (const device of this.#absentDevices) this.#dismiss(device);
    this.#absentDevices.clear();
    this.offerChanges();
  }

  /** The agent's own announcements come back as well; only then is it certain that the broker has accepted them. */
  #receiveAnnouncement(device: string, topic: string, payload: string): void {
    if (!this.#hasAnnouncementReturned) {
      this.#hasAnnouncementReturned = true;
      this.#accepted(ownDiscoveryTopicsFilter(this.#context.agent));
    }
    if (payload !== '') return void this.#memory.announced.add(device);
    this.#memory.announced.delete(device);
    if (this.#publisher.lastSent(topic) !== '') this.#dismiss(device);
  }

  async #publishTombstones(): Promise<void> {
    const { agent, catalogue, state } = this.#context;
    const payloads = tombstonePayloads(agent, desiredDiscovery(catalogue, agent, state), this.#retained);
    this.#publisher.publishChanged(payloads);
    await this.#publisher.drained();
    if (payloads.size > 0) await this.#wait(tombstoneDelayMs);
  }

  /** Announces everything again, because Home Assistant has come online and may not know the devices. */
  async #reannounce(): Promise<void> {
    this.#birth += 1;
    // All agents receive the birth message at once, so each waits for a random time.
    if (await this.#waitAfterBirth(1000 + Math.random() * 4000)) return;
    this.#publisher.forgetSent();
    this.#announcedRevision = undefined;
    const hasRemovals = [...this.#discoveryPayloads().values()].some(hasTombstones);
    this.#removalPhase = hasRemovals ? 'restore' : 'tombstone';
    this.offerChanges();
    this.#publisher.publishChanged(new Map([[agentStatusTopic(this.#context.agent), onlinePayload]]));
    if (await this.#waitAfterBirth(discoverySettleMs)) return;
    this.#isHomeAssistantAway = false;
    void this.#deliverEvents();
    if (!hasRemovals) return;
    this.#removalPhase = 'tombstone';
    this.#announce();
    if (await this.#waitAfterBirth(discoverySettleMs)) return;
    this.#removalPhase = 'omit';
    this.#retained = new Map([...this.#retained, ...this.#announce()]);
    this.#removalPhase = 'tombstone';
  }

  /** A broker that restarts without its retained messages has lost its other clients as well. */
  #hasBrokerLostEverything(): boolean {
    return this.#memory.announced.size > 0 && this.#retained.size === 0;
  }

  /** Keeps events back until Home Assistant has connected to the restarted broker, or seems not to be used any more. */
  async #waitForBirth(): Promise<void> {
    this.#isHomeAssistantAway = true;
    if (await this.#waitAfterBirth(birthTimeoutMs)) return;
    this.#isHomeAssistantAway = false;
    void this.#deliverEvents();
  }

  async #waitForDiscovery(): Promise<void> {
    if (await this.#wait(discoverySettleMs)) return;
    void this.#reannounceUntilReturned();
    this.#isDiscoverySettled = true;
    await this.#deliverEvents();
  }

  /** Publishes the pending events one after the other. Home Assistant ignores events of devices that it does not know yet; an event
   * that has no subscriber stays pending. */
  async #deliverEvents(): Promise<void> {
    const { agent, state, eventDelivered, log } = this.#context;
    if (!this.#isDiscoverySettled || this.#isHomeAssistantAway || this.#isDeliveringEvents) return;
    this.#isDeliveringEvents = true;
    for (const event of state.pendingEvents) {
      const { topic, payload } = eventTopicAndPayload(agent, event);
      try {
        const { hasSubscribers } = await this.#connection.publish(topic, payload, { retain: false });
        this.#eventFailures = 0;
        this.#accepted(topic);
        if (!hasSubscribers || this.#isHomeAssistantAway) break;
      } catch (error) {
        if (error instanceof PacketTooLargeError || error instanceof UnacknowledgedError)
          log.error(`MQTT: event lost: the broker refuses ${topic}: ${describeError(error)}`);
        else if (isBrokerRefusal(error)) return this.#retryEventsLater(topic, error);
        else break;
      }
      eventDelivered(event);
    }
    this.#isDeliveringEvents = false;
  }

  #retryEventsLater(topic: string, error: unknown): void {
    this.#rejected(topic, error);
    (this.#context.after ?? runAfter)(resendPauseMs(this.#eventFailures), () => {
      this.#isDeliveringEvents = false;
      if (!this.#ended.signal.aborted) void this.#deliverEvents();
    });
    this.#eventFailures += 1;
  }

  /** True if the connection ended meanwhile, or Home Assistant came online again. */
  async #waitAfterBirth(milliseconds: number): Promise<boolean> {
    const birth = this.#birth;
    return (await this.#wait(milliseconds)) || birth !== this.#birth;
  }

  #orphanedTopics(current: Map<string, string>, isIncluded: (payload: string) => boolean): Map<string, string> {
    const { agent, catalogue, state } = this.#context;
    return new Map(
      [...orphanedPayloadsByTopic(catalogue, agent, state, this.#retained, current)].filter(([, payload]) =>
        isIncluded(payload),
      ),
    );
  }

  /** Clears orphaned topics, once Home Assistant no longer has entities that read them. */
  async #removeOrphanedTopics(): Promise<void> {
    if (await this.#wait(discoverySettleMs)) return;
    this.#publisher.publishChanged(this.#orphanedTopics(this.#statePayloads(), (payload) => payload === ''));
  }

  /** Without the memories that could replace one which has not arrived yet. */
  #statePayloads(): Map<string, string> {
    const { agent, catalogue, state } = this.#context;
    const payloads = stateAndMemoryPayloadsByTopic(catalogue, agent, state);
    if (this.#isRetainedComplete) return payloads;
    return new Map(
      [...payloads].filter(([topic]) => memoryPathOfTopic(agent, topic) === undefined || this.#retained.has(topic)),
    );
  }

  #discoveryPayloads(): Map<string, string> {
    const { agent, catalogue, state } = this.#context;
    return reconcile({
      agent,
      ...desiredDiscovery(catalogue, agent, state),
      retained: this.#retained,
      dismissed: new Set([...this.#memory.dismissed, ...this.#absentDevices]),
      phase: this.#removalPhase,
    });
  }

  #announce(): Map<string, string> {
    const payloads = this.#discoveryPayloads();
    this.#publisher.publishChanged(payloads);
    return payloads;
  }

  /** A device whose state is retained but whose announcement is not was removed by the user while the agent was disconnected, unless
   * the announcement arrives late; if both are gone, the broker has lost its retained messages, and the device is yet to be
   * announced to it. */
  #findAbsentDevices(): void {
    const { agent } = this.#context;
    const retainedDevices = new Set([...this.#retained.keys()].map((topic) => deviceSlugOfOwnTopic(agent, topic)));
    for (const device of this.#memory.announced) {
      if (this.#retained.has(deviceDiscoveryTopic(agent, device))) continue;
      if (retainedDevices.has(device)) this.#absentDevices.add(device);
      else this.#memory.announced.delete(device);
    }
  }

  #dismiss(device: string): void {
    if (this.#memory.dismissed.has(device)) return;
    this.#memory.dismissed.add(device);
    const announcement = deviceDiscoveryTopic(this.#context.agent, device);
    this.#publisher.drop(announcement);
    this.#publisher.forgetSent(announcement);
    this.#accepted(announcement);
    this.#retained = new Map(
      [...this.#retained].filter(([topic]) => deviceSlugOfOwnTopic(this.#context.agent, topic) !== device),
    );
    this.#context.log.info(`${device}: removed in Home Assistant; it will be announced again when the agent restarts`);
    this.#context.deviceDismissed(device);
  }

  /** MQTT 3.1.1 brokers acknowledge messages that they forbid; the agent's own announcement then does not come back. It is sent again,
   * with growing pauses, until it does. */
  async #reannounceUntilReturned(): Promise<void> {
    for (let attempt = 0; !this.#hasAnnouncementReturned && !this.#ended.signal.aborted; attempt += 1) {
      if (this.#announced) {
        this.#rejected(ownDiscoveryTopicsFilter(this.#context.agent), new Error('announcements do not come back'));
        if (attempt > 0) this.#announceAgain();
      }
      await new Promise<void>((resolve) => (this.#context.after ?? runAfter)(resendPauseMs(attempt), resolve));
    }
  }

  #announceAgain(): void {
    for (const topic of this.#discoveryPayloads().keys()) this.#publisher.forgetSent(topic);
    this.#announce();
  }

  #accepted(topic: string): void {
    const { agent, log } = this.#context;
    if (deviceSlugOfDiscoveryTopic(agent, topic) !== undefined) this.#announced = true;
    if (this.#ended.signal.aborted || !this.#memory.rejections.accept(topic)) return;
    this.showRejections();
    if (this.#memory.rejections.summary === undefined) log.info('MQTT: the broker accepts everything again');
  }

  #rejected(topic: string, error: unknown): void {
    const { log, agent } = this.#context;
    if (this.#ended.signal.aborted) return;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const isForbidden = code === reasonCodes.notAuthorized || topic === ownDiscoveryTopicsFilter(agent);
    const advice = `. It must let this user read and write ${ownTopicsFilter(agent)} and ${ownDiscoveryTopicsFilter(agent)}, and read ${homeAssistantStatusTopic(agent)}`;
    const text = `the broker refuses ${topic}: ${describeError(error)}${isForbidden ? advice : ''}`;
    // A packet that is too large is logged for each topic; for other reasons, one topic is enough.
    const kind = code === undefined || code === reasonCodes.packetTooLarge ? topic : String(code);
    if (this.#memory.rejections.reject(topic, text, kind)) log.error(`MQTT: ${text}`);
    this.showRejections();
  }

  /** True if the connection ended meanwhile. */
  async #wait(milliseconds: number): Promise<boolean> {
    return pause(milliseconds, false, { signal: this.#ended.signal }).catch(() => true);
  }
}

/** The memories among the retained messages, by collector and device. */
const parseMemories = (agent: AgentIdentity, retained: ReadonlyMap<string, string>): Map<string, string> =>
  new Map(
    [...retained].flatMap(([topic, payload]): [string, string][] => {
      const path = memoryPathOfTopic(agent, topic);
      return path === undefined ? [] : [[path, payload]];
    }),
  );
