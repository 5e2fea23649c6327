import { resultOfStepsInTurns, runStepsInTurns, type StepwiseWork } from '../model/event-loop-turns.ts';
import { Topics } from '../model/topics.ts';
import { planAnnouncements } from '../views/discovery.ts';
import type { RetainedPayloadsByTopic } from '../views/state-and-event-payloads.ts';
import { AnnouncementEchoCheck } from './announcement-echo-check.ts';
import { omitComponentsDisabledByDefault } from './announcement-payload.ts';
import { ChangedAnnouncementRepeater } from './changed-announcement-repeater.ts';
import {
  type ComponentRemovalPhase,
  payloadsWithComponentTombstones,
  type ReconciledDiscovery,
  reconcileDiscoveryPayloads,
} from './discovery-reconciliation.ts';
import { type DismissedDevices, minUserRemovalIntervalMs } from './dismissed-devices.ts';
import type { OwnRetainedMessages } from './own-retained-messages.ts';
import type { RetryingRetainedPublisher } from './retrying-retained-publisher.ts';
import type { RunAfter } from './run-after.ts';
import type { SessionInputsAndCallbacks } from './session-context.ts';

/** Milliseconds that Home Assistant needs to remove an entity. */
const tombstoneDelayMs = 1000;

interface DiscoveryAnnouncerContext
  extends Pick<SessionInputsAndCallbacks, 'agent' | 'catalogue' | 'language' | 'state' | 'log' | 'deviceDismissed'> {
  publisher: RetryingRetainedPublisher;
  retained: OwnRetainedMessages;
  devices: DismissedDevices;
  /** How components to remove are announced at this moment. */
  phase(): ComponentRemovalPhase;
  /** The announcements of this moment are with the publisher. */
  handedOver(): void;
  accepted(topic: string): void;
  rejected(topic: string, error: unknown): void;
  /** Throws for a message that is too large for the broker. */
  assertFits(topic: string, payload: string): void;
  /** Nothing is left out of an announcement. */
  whole(topic: string): void;
  /** These components of an announcement are left out, because it is too large with them. */
  shortened(topic: string, error: unknown, components: readonly string[]): void;
  after: RunAfter;
}

/** Announces the devices over one connection, without those that the user has removed. */
export class DiscoveryAnnouncer {
  readonly #context: DiscoveryAnnouncerContext;
  readonly #check: AnnouncementEchoCheck;
  readonly #repeats: ChangedAnnouncementRepeater;
  /** Phases in which everything is yet to be announced. */
  readonly #requested: ComponentRemovalPhase[] = [];
  #isAnnouncing = false;
  #hasEnded = false;
  #idleWaiters: (() => void)[] = [];
  /** Whether the last announcements have components to remove; assumed before there are any. */
  #hasRemoved = true;

  constructor(context: DiscoveryAnnouncerContext) {
    this.#context = context;
    this.#check = new AnnouncementEchoCheck(context.after, (isRetry) => this.#onMissing(isRetry));
    this.#repeats = new ChangedAnnouncementRepeater(context);
  }

  /** Announces everything as it is now. With many parts that takes several turns of the event loop: what is asked for
   * meanwhile is done afterwards. */
  announce(): void {
    const phase = this.#context.phase();
    if (this.#requested.at(-1) !== phase) this.#requested.push(phase);
    if (!this.#isAnnouncing) this.#announceNext();
  }

  /** Resolves when everything that was asked for has been handed to the publisher. */
  async handedOver(): Promise<void> {
    if (this.#isAnnouncing) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  get isAnnouncing(): boolean {
    return this.#isAnnouncing;
  }

  /** Nothing is announced any more. */
  end(): void {
    this.#hasEnded = true;
  }

  #announceNext(): void {
    const phase = this.#requested.shift();
    if (phase === undefined || this.#hasEnded) {
      this.#rest();
      return;
    }
    this.#isAnnouncing = true;
    runStepsInTurns(this.#reconcile(phase), ({ payloads, hasRemoved }) => {
      if (!this.#hasEnded) this.#handOver(phase, payloads);
      this.#hasRemoved = hasRemoved;
      this.#announceNext();
    });
  }

  #rest(): void {
    this.#isAnnouncing = false;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #handOver(phase: ComponentRemovalPhase, payloads: RetainedPayloadsByTopic): void {
    const { agent, devices, publisher, retained, handedOver } = this.#context;
    const topics = new Topics(agent);
    // The user may have removed a device since the work began.
    const { hidden } = devices;
    const current = new Map([...payloads].filter(([topic]) => !hidden.has(topics.deviceOfOwnDiscovery(topic) ?? '')));
    publisher.publishChanged(current);
    // What is omitted is forgotten, and stays omitted.
    if (phase === 'omit') retained.addAll(current);
    handedOver();
  }

  /** Looks from now on whether announcements come back. */
  startCheck(): void {
    this.#check.start();
  }

  /** The broker has acknowledged an announcement. */
  acknowledged(topic: string): void {
    this.#check.acknowledged();
    this.#repeats.accepted(topic);
  }

  /** Publishes tombstones for what is not declared any more, and waits until Home Assistant has removed it. */
  async publishTombstones(): Promise<void> {
    const { agent, catalogue, language, state, publisher, retained, after } = this.#context;
    const desired = await resultOfStepsInTurns(planAnnouncements(catalogue, agent, state, language));
    const payloads = await resultOfStepsInTurns(payloadsWithComponentTombstones(agent, desired, retained.payloads));
    publisher.publishChanged(payloads);
    await publisher.drained();
    if (payloads.size > 0) await new Promise<void>((resolve) => after(tombstoneDelayMs, resolve));
  }

  /** Whether components are to be removed, or may be. */
  hasTombstones(): boolean {
    return this.#isAnnouncing || this.#hasRemoved;
  }

  /** An announcement was published, by this agent or by Home Assistant, which clears it when the user removes the
   * device. */
  published(device: string, topic: string, payload: string): void {
    const { agent, devices, publisher, accepted, after } = this.#context;
    if (this.#check.returned()) accepted(new Topics(agent).ownDiscoveryFilter);
    if (payload !== '') {
      devices.announced(device);
      return;
    }
    if (publisher.lastSent(topic) === '') {
      devices.withdrawn(device);
      return;
    }
    publisher.withdraw(topic);
    // Home Assistant 2026.2 clears the announcement of a device that has lost its last entity.
    if ([...this.#context.state.forgotten].some((path) => path.endsWith(`/${device}`))) {
      devices.withdrawn(device);
      return;
    }
    if (devices.cleared(device)) after(minUserRemovalIntervalMs, () => this.#judgeRemoval(devices.takeCleared()));
  }

  /** False if an announcement that has arrived late changes nothing. */
  arrivedLate(device: string, topic: string, payload: string): boolean {
    const { devices, retained } = this.#context;
    if (devices.has(device) || !retained.add(topic, payload)) return false;
    devices.found(device);
    return true;
  }

  /** No announcement arrives late any more: what is still absent was removed by the user. */
  dismissAbsent(): void {
    this.#judgeRemoval(this.#context.devices.takeAbsent());
  }

  /** Announcements that the broker has acknowledged do not come back. */
  #onMissing(isRetry: boolean): void {
    const { agent, publisher, rejected } = this.#context;
    const topics = new Topics(agent);
    rejected(topics.ownDiscoveryFilter, new Error('announcements do not come back'));
    if (!isRetry) return;
    const announced = publisher.retainedTopics.filter((topic) => topics.deviceOfOwnDiscovery(topic) !== undefined);
    publisher.repeatNext(announced);
    this.announce();
  }

  *#reconcile(phase: ComponentRemovalPhase): StepwiseWork<ReconciledDiscovery> {
    const { agent, catalogue, language, state, publisher, retained, devices } = this.#context;
    try {
      const desired = yield* planAnnouncements(catalogue, agent, state, language);
      const { payloads, hasRemoved } = yield* reconcileDiscoveryPayloads({
        agent,
        ...desired,
        retained: retained.payloads,
        dismissed: devices.hidden,
        phase,
        lastSent: (topic) => publisher.lastSent(topic),
      });
      const fitting = new Map([...payloads].map(([topic, payload]) => [topic, this.#fitting(topic, payload)]));
      return { payloads: fitting, hasRemoved };
    } catch (error) {
      // What is asked for next begins anew.
      this.#rest();
      throw error;
    }
  }

  /** Without the components that are disabled by default where the whole does not fit. */
  #fitting(topic: string, payload: string): string {
    const { whole, shortened } = this.#context;
    const error = this.#sizeError(topic, payload);
    const { payload: rest, omitted } =
      error === undefined ? { payload, omitted: [] } : omitComponentsDisabledByDefault(payload);
    if (omitted.length > 0 && this.#sizeError(topic, rest) === undefined) shortened(topic, error, omitted);
    else whole(topic);
    return rest;
  }

  #sizeError(topic: string, payload: string): unknown {
    try {
      this.#context.assertFits(topic, payload);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Who can publish at the broker can clear all announcements at once, which would take the agent out of Home
   * Assistant. */
  #judgeRemoval({ devices, byUser }: { devices: string[]; byUser: boolean }): void {
    if (byUser) {
      for (const device of devices) this.#dismiss(device);
      return;
    }
    this.#context.log.warn(
      `MQTT: the announcements of ${devices.length} devices were cleared faster than a user can do it; they are published again`,
    );
    this.announce();
  }

  #dismiss(device: string): void {
    const { agent, devices, publisher, retained, log, deviceDismissed } = this.#context;
    if (!devices.dismiss(device)) return;
    publisher.withdraw(new Topics(agent).discovery(device));
    retained.forgetDevice(agent, device);
    log.info(`${device}: removed in Home Assistant; it will be announced again when the agent restarts`);
    deviceDismissed(device);
  }
}
