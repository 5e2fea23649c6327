import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { Declaration } from '../model/collector.ts';
import type { UntoldEvent } from '../model/event.ts';
import { describe } from '../model/fault.ts';
import {
  announcedDevice,
  deviceOfTopic,
  discoveryTopic,
  homeAssistantStatusTopic,
  memoryOfTopic,
  ownDiscoveryTopics,
  ownTopics,
  parseCommandTopic,
  statusTopic,
} from '../model/naming.ts';
import type { Agent, BrokerState, State } from '../model/state.ts';
import { offline, online } from '../views/availability.ts';
import { type Burial, burials, discovery, hasTombstones } from '../views/discovery.ts';
import { eventMessage } from '../views/events.ts';
import { leftovers } from '../views/leftovers.ts';
import { stateTopics } from '../views/state-topics.ts';
import { retryPauseMs } from './backoff.ts';
import { type Connection, isRefusal, type Message } from './connection.ts';
import { type After, after } from './in-flight.ts';
import type { LabTopics } from './lab-topics.ts';
import { answerNamesake } from './namesake.ts';
import { Outbox, type UnacknowledgedTopics } from './outbox.ts';
import { PacketTooLarge, Unacknowledged } from './publish-error.ts';
import { reasonCode } from './reason-codes.ts';
import type { Rejections } from './rejections.ts';
import { readRetained } from './retained.ts';
import type { MqttSettings } from './settings.ts';

export interface Situation {
  agent: Agent;
  catalogue: readonly Declaration[];
  state: State & { broker: { -readonly [Key in keyof BrokerState]: BrokerState[Key] } };
  settings: MqttSettings;
  log: Log;
  /** Where what the other agents say goes, where somebody wants to know. */
  lab?: LabTopics | undefined;
  /** Other agents may have this name too, and one of them speaks. */
  shared?: boolean;
  /** Settles when there is something to say: each collector has been read once, or takes long. */
  ready: Promise<void>;
  /** Somebody has heard of this event. */
  told(event: UntoldEvent): void;
  /** The user has removed the device in Home Assistant. */
  dismissed(device: string): void;
  /** What the broker kept for us beyond the process, by collector and device: payloads that anybody may have written. */
  remembered(memories: ReadonlyMap<string, string>): void;
  /** The user wants something done to a device. */
  commanded(command: Command): void;
  /** Timers of what the broker leaves unanswered or refuses; a test has its own. */
  after?: After;
}

export interface Command {
  collector: string;
  device: string;
  action: string;
}

/** What outlives a connection: devices that the broker has had from this process, those that the user does not want, and what the
 * broker does not take. */
export interface Memory {
  announced: Set<string>;
  dismissed: Set<string>;
  rejections: Rejections;
  unacknowledged: UnacknowledgedTopics;
}

/** Milliseconds that Home Assistant takes to build what it was told, before it may be told otherwise. */
const settling = 5000;
/** And to take away an entity. */
const burying = 1000;

/** What goes on while one connection lasts. */
export class Live {
  readonly #situation: Situation;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #memory: Memory;
  readonly #over = new AbortController();
  #retained: ReadonlyMap<string, string> = new Map();
  #burial: Burial = 'bury';
  /** Counts how often Home Assistant came online. */
  #birth = 0;
  /** The state's shape that was announced. */
  #shape: number | undefined;
  #ready = false;
  /** The broker has acknowledged an announcement. */
  #announced = false;
  #echoed = false;
  /** Home Assistant has had the time to build what was announced. */
  #settled = false;
  /** Home Assistant is known not to be there, or knows nothing of us yet. */
  #deaf = false;
  #telling = false;
  /** Tries of an event that were refused, one after the other. */
  #eventFailures = 0;

  constructor(situation: Situation, connection: Connection, memory: Memory) {
    this.#situation = situation;
    this.#connection = connection;
    this.#memory = memory;
    memory.rejections.begin();
    const listener = { accepted: (topic: string) => this.#accepted(topic), rejected: (topic: string, error: unknown) => this.#rejected(topic, error) };
    this.#outbox = new Outbox(connection, listener, memory.unacknowledged, situation.after ?? after);
  }

  /** Reads what the broker kept, publishes everything, and last that the agent is online. */
  async begin(): Promise<void> {
    const { agent, ready, lab } = this.#situation;
    this.#connection.listen((message) => answerNamesake(this.#connection, agent, message));
    this.#retained = await readRetained(this.#connection, agent);
    this.#situation.remembered(memories(agent, this.#retained));
    this.#deaf = this.#retained.get(homeAssistantStatusTopic(agent)) === offline;
    await lab?.follow(this.#connection, agent, this.#retained.has(statusTopic(agent)));
    await ready;
    this.#dismissAbsent();
    this.#connection.listen((message) => this.#heard(message));
    await this.#bury();
    this.#ready = true;
    this.offerChanges();
    await this.#outbox.drained();
    this.#outbox.offer(new Map([[statusTopic(agent), online]]));
    await this.#outbox.drained();
    this.#memory.rejections.forgetEarlier();
    void this.#settle();
  }

  /** Puts into the state what the broker does not take. */
  showRejections(): void {
    const { broker } = this.#situation.state;
    const { summary } = this.#memory.rejections;
    if (summary !== undefined) broker.error = summary;
    else if (broker.connected) delete broker.error;
  }

  /** Sends what the state has new. */
  offerChanges(): void {
    if (!this.#ready) return;
    const { agent, catalogue, state } = this.#situation;
    const current = stateTopics(catalogue, agent, state);
    this.#outbox.offer(current);
    void this.#tellEvents();
    if (state.shape === this.#shape) return;
    this.#shape = state.shape;
    this.#outbox.offer(this.#leftovers(current, (payload) => payload !== ''));
    this.#announce();
    void this.#clearAway();
  }

  /** Says that the agent goes. */
  async leave(): Promise<void> {
    this.#ready = false;
    this.end();
    const goodbye = this.#connection.publish(statusTopic(this.#situation.agent), offline).then(
      () => true,
      () => false,
    );
    const said = await Promise.race([goodbye, pause(1000, false, { ref: false })]);
    // Otherwise the broker sends the will.
    if (said) await this.#connection.close();
    else this.#connection.abort();
  }

  end(): void {
    this.#over.abort();
    this.#outbox.close();
  }

  #heard({ topic, payload, retained }: Message): void {
    const { agent } = this.#situation;
    if (retained) return;
    const device = announcedDevice(agent, topic);
    if (device !== undefined) return void this.#heardAnnouncement(device, topic, payload);
    if (!this.#ready) return;
    const target = parseCommandTopic(agent, topic);
    if (target !== undefined) return void this.#situation.commanded({ ...target, action: payload });
    if (topic === homeAssistantStatusTopic(agent)) {
      this.#deaf = true;
      if (payload === online) void this.#reannounce();
    }
    // The will of an earlier connection of ours, which the broker took for alive until now.
    if (topic === statusTopic(agent) && payload === offline) {
      this.#outbox.forget(topic);
      this.#outbox.offer(new Map([[topic, online]]));
    }
  }

  /** Our own comes back as well; only then is it known that the broker has it. */
  #heardAnnouncement(device: string, topic: string, payload: string): void {
    if (!this.#echoed) {
      this.#echoed = true;
      this.#accepted(ownDiscoveryTopics(this.#situation.agent));
    }
    if (payload !== '') return void this.#memory.announced.add(device);
    this.#memory.announced.delete(device);
    if (this.#outbox.lastSent(topic) !== '') this.#dismiss(device);
  }

  async #bury(): Promise<void> {
    const { agent, catalogue, state } = this.#situation;
    const payloads = burials(catalogue, agent, state, this.#retained);
    this.#outbox.offer(payloads);
    await this.#outbox.drained();
    if (payloads.size > 0) await this.#wait(burying);
  }

  /** Home Assistant has come online and may know nothing of us. */
  async #reannounce(): Promise<void> {
    this.#birth += 1;
    // Many agents hear it at once.
    if (await this.#waitAfterBirth(1000 + Math.random() * 4000)) return;
    this.#outbox.forget();
    this.#shape = undefined;
    const buries = [...this.#payloads().values()].some(hasTombstones);
    this.#burial = buries ? 'revive' : 'bury';
    this.offerChanges();
    this.#outbox.offer(new Map([[statusTopic(this.#situation.agent), online]]));
    if (await this.#waitAfterBirth(settling)) return;
    this.#deaf = false;
    void this.#tellEvents();
    if (!buries) return;
    this.#burial = 'bury';
    this.#announce();
    if (await this.#waitAfterBirth(settling)) return;
    this.#burial = 'gone';
    this.#retained = new Map([...this.#retained, ...this.#announce()]);
    this.#burial = 'bury';
  }

  async #settle(): Promise<void> {
    if (await this.#wait(settling)) return;
    void this.#awaitEcho();
    this.#settled = true;
    await this.#tellEvents();
  }

  /** Tells what has happened, one after the other. Home Assistant hears it only of what it knows; what nobody hears is kept. */
  async #tellEvents(): Promise<void> {
    const { agent, state, told, log } = this.#situation;
    if (!this.#settled || this.#deaf || this.#telling) return;
    this.#telling = true;
    for (const event of state.events) {
      const { topic, payload } = eventMessage(agent, event);
      try {
        const { heard } = await this.#connection.publish(topic, payload, { retain: false });
        this.#eventFailures = 0;
        this.#accepted(topic);
        if (!heard || this.#deaf) break;
      } catch (error) {
        if (error instanceof PacketTooLarge || error instanceof Unacknowledged) log.error(`MQTT: an event is lost: the broker refuses ${topic}: ${describe(error)}`);
        else if (isRefusal(error)) return this.#tellEventsLater(topic, error);
        else break;
      }
      told(event);
    }
    this.#telling = false;
  }

  #tellEventsLater(topic: string, error: unknown): void {
    this.#rejected(topic, error);
    (this.#situation.after ?? after)(retryPauseMs(this.#eventFailures), () => {
      this.#telling = false;
      if (!this.#over.signal.aborted) void this.#tellEvents();
    });
    this.#eventFailures += 1;
  }

  /** True if the connection ended meanwhile, or Home Assistant came online once more. */
  async #waitAfterBirth(milliseconds: number): Promise<boolean> {
    const birth = this.#birth;
    return (await this.#wait(milliseconds)) || birth !== this.#birth;
  }

  #leftovers(current: Map<string, string>, wanted: (payload: string) => boolean): Map<string, string> {
    const { agent, catalogue, state } = this.#situation;
    return new Map([...leftovers(catalogue, agent, state, this.#retained, current)].filter(([, payload]) => wanted(payload)));
  }

  /** Topics are emptied when Home Assistant no longer has an entity that reads them. */
  async #clearAway(): Promise<void> {
    if (await this.#wait(settling)) return;
    const { agent, catalogue, state } = this.#situation;
    this.#outbox.offer(this.#leftovers(stateTopics(catalogue, agent, state), (payload) => payload === ''));
  }

  #payloads(): Map<string, string> {
    const { agent, catalogue, state } = this.#situation;
    const payloads = discovery(catalogue, agent, state, this.#retained, this.#burial);
    for (const device of this.#memory.dismissed) payloads.delete(discoveryTopic(agent, device));
    return payloads;
  }

  #announce(): Map<string, string> {
    const payloads = this.#payloads();
    this.#outbox.offer(payloads);
    return payloads;
  }

  /** A device whose state is still on the broker but not its announcement was removed by the user while we were away;
   * where both are gone the broker forgot them. */
  #dismissAbsent(): void {
    const { agent } = this.#situation;
    const kept = new Set([...this.#retained.keys()].map((topic) => deviceOfTopic(agent, topic)));
    for (const device of this.#memory.announced) {
      if (kept.has(device) && !this.#retained.has(discoveryTopic(agent, device))) this.#dismiss(device);
    }
  }

  #dismiss(device: string): void {
    if (this.#memory.dismissed.has(device)) return;
    this.#memory.dismissed.add(device);
    const announcement = discoveryTopic(this.#situation.agent, device);
    this.#outbox.drop(announcement);
    this.#outbox.forget(announcement);
    this.#accepted(announcement);
    this.#retained = new Map([...this.#retained].filter(([topic]) => deviceOfTopic(this.#situation.agent, topic) !== device));
    this.#situation.log.info(`${device}: removed in Home Assistant; it is announced again when the agent starts anew`);
    this.#situation.dismissed(device);
  }

  /** MQTT 3.1.1 brokers acknowledge what they forbid; then our own announcement does not come back. It is sent again, with pauses that
   * grow, until it does. */
  async #awaitEcho(): Promise<void> {
    for (let attempt = 0; !this.#echoed && !this.#over.signal.aborted; attempt += 1) {
      if (this.#announced) {
        this.#rejected(ownDiscoveryTopics(this.#situation.agent), new Error('announcements do not come back'));
        if (attempt > 0) this.#announceAnew();
      }
      await new Promise<void>((resolve) => (this.#situation.after ?? after)(retryPauseMs(attempt), resolve));
    }
  }

  #announceAnew(): void {
    for (const topic of this.#payloads().keys()) this.#outbox.forget(topic);
    this.#announce();
  }

  #accepted(topic: string): void {
    const { agent, log } = this.#situation;
    if (announcedDevice(agent, topic) !== undefined) this.#announced = true;
    if (this.#over.signal.aborted || !this.#memory.rejections.accept(topic)) return;
    this.showRejections();
    if (this.#memory.rejections.summary === undefined) log.info('MQTT: the broker takes everything again');
  }

  #rejected(topic: string, error: unknown): void {
    const { log, agent } = this.#situation;
    if (this.#over.signal.aborted) return;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const forbidden = code === reasonCode.notAuthorized || topic === ownDiscoveryTopics(agent);
    const advice = `. It must let this user read and write ${ownTopics(agent)} and ${ownDiscoveryTopics(agent)}, and read ${homeAssistantStatusTopic(agent)}`;
    const text = `the broker refuses ${topic}: ${describe(error)}${forbidden ? advice : ''}`;
    // Of each topic the size is told; of other reasons one topic is enough.
    const kind = code === undefined || code === reasonCode.packetTooLarge ? topic : String(code);
    if (this.#memory.rejections.reject(topic, text, kind)) log.error(`MQTT: ${text}`);
    this.showRejections();
  }

  /** True if the connection ended meanwhile. */
  async #wait(milliseconds: number): Promise<boolean> {
    return pause(milliseconds, false, { signal: this.#over.signal }).catch(() => true);
  }
}

/** What of the retained is memory, by collector and device. */
const memories = (agent: Agent, retained: ReadonlyMap<string, string>): Map<string, string> =>
  new Map(
    [...retained].flatMap(([topic, payload]): [string, string][] => {
      const path = memoryOfTopic(agent, topic);
      return path === undefined ? [] : [[path, payload]];
    }),
  );
