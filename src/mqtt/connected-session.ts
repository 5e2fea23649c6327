import { setTimeout as pause } from 'node:timers/promises';
import { Topics } from '../model/topics.ts';
import { offlinePayload } from '../views/availability.ts';
import { announcedDevicesWithRetainedState, partPathsWithRetainedState } from './announced-devices.ts';
import { DeviceClaimSettler } from './device-claim-settler.ts';
import { DiscoveryAnnouncer } from './discovery-announcer.ts';
import { ConnectionLifecycle, discoverySettleMs, HomeAssistantPresenceAndRemoval } from './discovery-lifecycle.ts';
import { dispatchInboundMessage, type InboundMessageListener, selectMemoryPayloads } from './inbound.ts';
import { LivenessAnswerer } from './liveness-answerer.ts';
import { OwnRetainedMessages } from './own-retained-messages.ts';
import { PendingEventPublisher } from './pending-event-publisher.ts';
import { retainedIndexPayload, subscribeInPortions } from './retained-by-name.ts';
import { readOwnRetainedPayloadsAndStaySubscribed } from './retained-topics.ts';
import { RetryingRetainedPublisher } from './retrying-retained-publisher.ts';
import { type RunAfter, TimerGroup } from './run-after.ts';
import type { CrossConnectionMemory, SessionInputsAndCallbacks } from './session-context.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';
import { StatePublisher } from './state-publisher.ts';

/** Milliseconds after which no more retained messages are expected. EMQX before 6.1.1 and emitter deliver them up to
 * some seconds after SUBACK, and later than newer messages. */
const lateRetainedMs = 10_000;

/** States, announcements, events and commands over one connection. */
export class ConnectedSession {
  readonly #context: SessionInputsAndCallbacks;
  readonly #connection: SingleUseBrokerConnection;
  readonly #memory: CrossConnectionMemory;
  readonly #topics: Topics;
  readonly #timers = new TimerGroup();
  readonly #after: RunAfter;
  readonly #retained = new OwnRetainedMessages();
  readonly #publisher: RetryingRetainedPublisher;
  readonly #states: StatePublisher;
  readonly #announcer: DiscoveryAnnouncer;
  readonly #lifecycle: ConnectionLifecycle;
  readonly #removal: HomeAssistantPresenceAndRemoval;
  readonly #events: PendingEventPublisher;
  readonly #claims: DeviceClaimSettler;
  readonly #inbound: InboundMessageListener;
  /** The broker sends retained messages only for full names, which the agent has to list. */
  #keepsIndex = false;
  /** Topics that are subscribed to by name. */
  readonly #followed = new Set<string>();
  /** The revision of the discovery data that was announced. */
  #announcedRevision: number | undefined;

  constructor(
    context: SessionInputsAndCallbacks,
    connection: SingleUseBrokerConnection,
    memory: CrossConnectionMemory,
  ) {
    const after = context.after ?? this.#timers.after;
    const isDiscoveryTopic = (topic: string) =>
      !this.#topics.isOwn(topic) && this.#topics.parse(topic)?.kind === 'discovery';
    const accepted = (topic: string) => {
      if (isDiscoveryTopic(topic)) this.#announcer.acknowledged(topic);
      if (this.#lifecycle.phase !== 'ended') memory.rejections.accept(topic);
    };
    const rejected = (topic: string, error: unknown) => {
      if (this.#lifecycle.phase !== 'ended') memory.rejections.reject(topic, error);
    };
    this.#context = context;
    this.#topics = new Topics(context.agent);
    this.#connection = connection;
    this.#memory = memory;
    this.#after = after;
    memory.rejections.begin();
    this.#lifecycle = new ConnectionLifecycle(after, () => {
      this.#announcer.startCheck();
      void this.#events.deliver();
    });
    this.#publisher = new RetryingRetainedPublisher(connection, {
      accepted,
      rejected,
      unacknowledged: memory.unacknowledged,
      restMs: (topic) => (isDiscoveryTopic(topic) ? discoverySettleMs : 0),
      after,
    });
    this.#states = new StatePublisher({ ...context, after }, this.#publisher, this.#retained);
    this.#announcer = new DiscoveryAnnouncer({
      ...context,
      publisher: this.#publisher,
      retained: this.#retained,
      devices: memory.devices,
      phase: () => this.#removal.phase,
      handedOver: () => this.#publishIndex(),
      accepted,
      rejected,
      assertFits: (topic, payload) => connection.assertFits(topic, payload),
      whole: (topic) => memory.rejections.acceptWhole(topic),
      shortened: (topic, error, components) => memory.rejections.shorten(topic, error, components),
      after,
    });
    this.#removal = new HomeAssistantPresenceAndRemoval(after, {
      hasTombstones: () => this.#announcer.hasTombstones(),
      publishAgain: () => this.#publishAgain(),
      announce: () => this.#announce(),
      isAnnounced: () => !this.#announcer.isAnnouncing && !this.#publisher.hasUnaccepted(isDiscoveryTopic),
      present: () => void this.#events.deliver(),
    });
    this.#events = new PendingEventPublisher({
      ...context,
      publish: (topic, payload) => connection.publish(topic, payload, { retain: false }),
      canBeHeard: () => this.#lifecycle.phase === 'settled' && this.#removal.isHomeAssistantPresent,
      accepted,
      rejected,
      after,
    });
    this.#claims = new DeviceClaimSettler(
      {
        ...context,
        retained: this.#retained.payloads,
        memory: memory.claims,
        isDismissed: (device) => memory.devices.has(device),
        after,
        changed: () => this.offerChanges(),
      },
      connection,
    );
    const livenessAnswerer = new LivenessAnswerer({
      pingTopic: this.#topics.ping,
      password: connection.password,
      publish: (topic, payload) => connection.publish(topic, payload, { retain: false }),
      after,
    });
    this.#inbound = {
      homeAssistantOnline: () => {
        memory.homeAssistantSeen = true;
        this.#removal.birth();
      },
      homeAssistantOffline: (isRetained) => {
        // A retained message may be older than a birth message that has arrived already.
        if (!isRetained || this.#removal.isHomeAssistantPresent) this.#removal.offline();
      },
      pingReceived: ({ payload }) => livenessAnswerer.receive(payload),
      ownStatusReplaced: () => {
        if (this.#lifecycle.isPublishing) this.#states.correctStatus();
      },
      commandReceived: (command) => {
        if (this.#lifecycle.isPublishing) context.commandReceived(command);
      },
      announcementPublished: (device, topic, payload) => this.#announcer.published(device, topic, payload),
      announcementRetained: (device, topic, payload) => {
        if (this.#announcer.arrivedLate(device, topic, payload)) this.#announce();
      },
      memoryRetained: (topic, payload) => {
        if (!this.#retained.add(topic, payload)) return;
        context.memoriesLoaded(selectMemoryPayloads(context.agent, new Map([[topic, payload]])), false);
        this.offerChanges();
      },
      problemsRetained: (topic, payload) => {
        if (!this.#retained.add(topic, payload)) return;
        context.problemsLoaded(payload);
        this.offerChanges();
      },
    };
  }

  /** Reads the retained messages, publishes everything, and finally that the agent is online. `maxSilenceMs`: of the
   * broker until its retained messages are read, if less than usual. */
  async begin(maxSilenceMs?: number): Promise<void> {
    const { agent, ready, agentDirectory, otherProblemLists } = this.#context;
    this.#connection.listen((message) => {
      const isRead = this.#retained.stage === 'reading' && message.retained && message.topic !== this.#topics.ping;
      if (isRead) this.#retained.add(message.topic, message.payload);
      else dispatchInboundMessage(agent, message, this.#inbound);
    });
    this.#firstRetainedRead(await readOwnRetainedPayloadsAndStaySubscribed(this.#connection, agent, maxSilenceMs));
    void this.#connection.retainsByNameOnly.then((isByNameOnly) => this.#setRetainsByNameOnly(isByNameOnly));
    await agentDirectory?.follow(this.#connection, agent, this.#retained.payloads.has(this.#topics.status));
    await otherProblemLists?.follow(this.#connection, agent);
    await ready;
    await this.#claims.settle();
    this.#memory.devices.compare(agent, this.#retained.payloads);
    await this.#announcer.publishTombstones();
    this.#lifecycle.ready();
    this.offerChanges();
    await this.#announcer.handedOver();
    await this.#publisher.drained();
    this.#states.publishOnline();
    await this.#publisher.drained();
    this.#memory.rejections.forgetEarlier();
    this.#lifecycle.announced();
  }

  /** Publishes what has changed in the state. */
  offerChanges(): void {
    if (!this.#lifecycle.isPublishing) return;
    if (this.#claims.isUnsettled) return void this.#claims.settle();
    void this.#claims.release();
    if (!this.#connection.takesWildcards) this.#followByName();
    const current = this.#states.publish();
    this.#publishIndex();
    void this.#events.deliver();
    const { discoveryRevision } = this.#context.state;
    if (discoveryRevision === this.#announcedRevision) return;
    this.#announcedRevision = discoveryRevision;
    this.#states.markOrphansUnavailable(current);
    this.#announce();
    this.#clearOrphansWhenSettled(discoveryRevision);
  }

  /** Topics are cleared when Home Assistant no longer has entities that read them: after the newest announcement. */
  #clearOrphansWhenSettled(revision: number): void {
    this.#after(discoverySettleMs, () => {
      if (this.#announcedRevision !== revision) return;
      if (this.#announcer.isAnnouncing) this.#clearOrphansWhenSettled(revision);
      else this.#states.clearOrphans();
    });
  }

  /** Publishes that the agent is offline, and disconnects. */
  async leave(): Promise<void> {
    this.end();
    const offline = this.#connection.publish(this.#topics.status, offlinePayload);
    const isPublished = await Promise.race([offline, pause(1000, undefined, { ref: false })]).catch(() => undefined);
    // Without a DISCONNECT the broker publishes the will.
    if (isPublished !== undefined) await this.#connection.close();
    else this.#connection.abort();
  }

  end(): void {
    this.#lifecycle.end();
    this.#removal.end();
    this.#events.end();
    this.#announcer.end();
    this.#publisher.close();
    this.#timers.cancelAll();
  }

  #firstRetainedRead(payloads: ReadonlyMap<string, string>): void {
    const { agent, memoriesLoaded, problemsLoaded, devicesAnnounced } = this.#context;
    this.#retained.addAll(payloads);
    this.#retained.stage = 'late';
    memoriesLoaded(selectMemoryPayloads(agent, this.#retained.payloads), false);
    const problems = this.#retained.payloads.get(this.#topics.problems);
    if (problems !== undefined) problemsLoaded(problems);
    devicesAnnounced(
      announcedDevicesWithRetainedState(agent, this.#retained.payloads),
      partPathsWithRetainedState(agent, this.#retained.payloads),
    );
    this.#after(lateRetainedMs, () => {
      this.#retainedComplete();
      this.#announcer.dismissAbsent();
      this.#claims.announcementsComplete();
      this.offerChanges();
    });
    const homeAssistantStatus = this.#retained.payloads.get(this.#topics.homeAssistantStatus);
    if (homeAssistantStatus !== undefined && homeAssistantStatus !== agent.homeAssistantBirth.payload)
      this.#inbound.homeAssistantOffline(true);
    // A broker that restarts without its retained messages has lost its other clients as well.
    else if (this.#retained.payloads.size === 0 && this.#memory.homeAssistantSeen && this.#memory.devices.hasAnnounced)
      this.#removal.expectBirth();
  }

  /** No retained messages are expected any more. */
  #retainedComplete(): void {
    this.#retained.stage = 'complete';
    this.#context.memoriesLoaded(new Map(), true);
  }

  #announce(): void {
    if (this.#lifecycle.isPublishing) this.#announcer.announce();
  }

  #setRetainsByNameOnly(isByNameOnly: boolean): void {
    if (this.#lifecycle.phase === 'ended') return;
    this.#keepsIndex = isByNameOnly;
    // What is read by name does not come late.
    if (isByNameOnly) this.#retainedComplete();
    if (!isByNameOnly && this.#retained.payloads.has(this.#topics.index))
      this.#publisher.publishChanged(new Map([[this.#topics.index, '']]));
    this.#publishIndex();
  }

  /** Publishes the list of all retained topics, if the broker sends them only by their names. */
  #publishIndex(): void {
    if (!this.#keepsIndex || !this.#lifecycle.isPublishing) return;
    const { homeAssistantStatus, index } = this.#topics;
    const earlier = [...this.#retained.payloads.keys()].filter((topic) => this.#publisher.lastSent(topic) !== '');
    const listed = new Set([...earlier, ...this.#publisher.retainedTopics]);
    for (const topic of [homeAssistantStatus, index]) listed.delete(topic);
    this.#publisher.publishChanged(new Map([[index, retainedIndexPayload(listed)]]));
  }

  /** Subscribes to the announcements and commands of devices that are new, where the broker takes no subscription for
   * all of them. */
  #followByName(): void {
    const entries = [...this.#context.state.collectors.values()].flatMap(({ entries }) => [...entries.values()]);
    const names = entries.flatMap(({ address: { collector, device } }) => [
      this.#topics.discovery(device),
      this.#topics.command({ collector, device }),
    ]);
    const added = [...new Set(names)].filter((name) => !this.#followed.has(name));
    for (const name of added) this.#followed.add(name);
    // A refusal shows when they are published.
    if (added.length > 0) void subscribeInPortions(this.#connection, added).catch(() => undefined);
  }

  /** Publishes everything again, for a Home Assistant that has just come online. */
  #publishAgain(): void {
    if (!this.#lifecycle.isPublishing) return;
    this.#publisher.repeatNext();
    this.#announcedRevision = undefined;
    this.offerChanges();
    this.#states.publishOnline();
  }
}
