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
import { type Connection, isRefusal, type Message } from './connection.ts';
import type { LabTopics } from './lab-topics.ts';
import { answerNamesake } from './namesake.ts';
import { Outbox } from './outbox.ts';
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
}

export interface Command {
  collector: string;
  device: string;
  action: string;
}

/** What outlives a connection: devices that the broker has had from this process, and those that the user does not want. */
export interface Memory {
  announced: Set<string>;
  dismissed: Set<string>;
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
  #echoed = false;
  /** Home Assistant has had the time to build what was announced. */
  #settled = false;
  /** Home Assistant is known not to be there, or knows nothing of us yet. */
  #deaf = false;
  #telling = false;

  constructor(situation: Situation, connection: Connection, memory: Memory) {
    this.#situation = situation;
    this.#connection = connection;
    this.#memory = memory;
    this.#outbox = new Outbox(connection, (topic, error) => isRefusal(error) && this.#refused(topic, error));
  }

  /** Reads what the broker kept, publishes everything, and last that the agent is online. */
  async begin(): Promise<void> {
    const { agent, state, ready, lab } = this.#situation;
    this.#connection.listen((message) => answerNamesake(this.#connection, agent, message));
    this.#retained = await readRetained(this.#connection, agent);
    this.#situation.remembered(memories(agent, this.#retained));
    this.#deaf = this.#retained.get(homeAssistantStatusTopic(agent)) === offline;
    await lab?.follow(this.#connection, agent, this.#retained.has(statusTopic(agent)));
    await ready;
    this.#dismissAbsent();
    this.#connection.listen((message) => this.#heard(message));
    delete state.broker.error;
    await this.#bury();
    this.#ready = true;
    this.offerChanges();
    await this.#outbox.drained();
    this.#outbox.offer(new Map([[statusTopic(agent), online]]));
    await this.#outbox.drained();
    void this.#settle();
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
    const goodbye = this.#connection.publish(statusTopic(this.#situation.agent), offline).catch(() => undefined);
    await Promise.race([goodbye, pause(1000, undefined, { ref: false })]);
    await this.#connection.close();
  }

  end(): void {
    this.#over.abort();
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
    if (topic === statusTopic(agent) && payload === offline) void this.#connection.publish(topic, online).catch(() => undefined);
  }

  /** Our own comes back as well; only then is it known that the broker has it. */
  #heardAnnouncement(device: string, topic: string, payload: string): void {
    this.#echoed = true;
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
    this.#listenForEcho();
    this.#settled = true;
    await this.#tellEvents();
  }

  /** Tells what has happened, one after the other. Home Assistant hears it only of what it knows; what nobody hears is kept. */
  async #tellEvents(): Promise<void> {
    const { agent, state, told } = this.#situation;
    if (!this.#settled || this.#deaf || this.#telling) return;
    this.#telling = true;
    try {
      for (const event of state.events) {
        const { topic, payload } = eventMessage(agent, event);
        const { heard } = await this.#connection.publish(topic, payload, { retain: false });
        if (!heard || this.#deaf) return;
        told(event);
      }
    } catch (error) {
      if (isRefusal(error)) this.#refused(ownTopics(agent), error);
    } finally {
      this.#telling = false;
    }
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
    this.#retained = new Map([...this.#retained].filter(([topic]) => deviceOfTopic(this.#situation.agent, topic) !== device));
    this.#situation.log.info(`${device}: removed in Home Assistant; it is announced again when the agent starts anew`);
    this.#situation.dismissed(device);
  }

  /** MQTT 3.1.1 brokers drop what they forbid without a word; then our own announcement does not come back. */
  #listenForEcho(): void {
    const { agent } = this.#situation;
    const announced = [...this.#payloads().values()].some((payload) => payload !== '');
    if (announced && !this.#echoed) this.#refused(ownDiscoveryTopics(agent), new Error('announcements do not come back'));
  }

  #refused(topic: string, error: unknown): void {
    const { state, log, agent } = this.#situation;
    if (this.#over.signal.aborted || state.broker.error !== undefined) return;
    state.broker.error = `the broker refuses ${topic}: ${describe(error)}. It must let this user read and write ${ownTopics(agent)} and ${ownDiscoveryTopics(agent)}, and read ${homeAssistantStatusTopic(agent)}`;
    log.error(`MQTT: ${state.broker.error}`);
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
