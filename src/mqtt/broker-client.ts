import { setTimeout as pause } from 'node:timers/promises';
import { describeError } from '../model/errors.ts';
import type { AgentIdentity } from '../model/state.ts';
import { reconnectPauseSeconds } from './backoff.ts';
import { BrokerConnection, BrokerConnectionError, type MqttProtocolVersion } from './broker-connection.ts';
import { ConnectedSession, type CrossConnectionMemory, type SessionContext } from './connected-session.ts';
import { isDuplicateAgentConnected } from './duplicate-agent.ts';
import { RejectionTracker } from './rejection-tracker.ts';
import { printableBrokerUrl } from './settings.ts';

/** A packet of this size is not what makes a broker close the connection, however low its limit. */
const unsuspiciousBytes = 4096;
/** Connections in a row that the broker must close on the same topic: fewer may be a link that breaks by chance. */
const limitDisconnects = 3;
/** Seconds between checks whether the duplicate agent is gone. */
export const standbyCheckSeconds = 60;

/** Keeps the broker up to date for as long as the agent runs: reconnects forever and publishes changes. */
export class BrokerClient {
  readonly #context: SessionContext;
  readonly #stopped = new AbortController();
  readonly #memory: CrossConnectionMemory = {
    announced: new Set(),
    dismissed: new Set(),
    rejections: new RejectionTracker(),
    homeAssistantSeen: false,
    unacknowledged: new Map(),
  };
  #protocolVersion: MqttProtocolVersion = 5;
  /** Topic that was being sent when the last connections ended, and how many in a row. */
  #suspect: { topic: string; disconnects: number } | undefined;
  /** Size of a packet at which the broker closes the connection. */
  #disconnectBytes: number | undefined;
  #connected: ConnectedSession | undefined;
  #wasConnected = false;
  /** The last reason logged for not being connected. */
  #loggedReason: string | undefined;
  #running: Promise<void> | undefined;

  constructor(context: SessionContext) {
    this.#context = context;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Publishes what has changed in the state. */
  update(): void {
    this.#connected?.offerChanges();
  }

  /** Publishes that the agent is offline, and disconnects. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#connected?.leave();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { state, log, shared } = this.#context;
    let failures = 0;
    while (!this.#stopped.signal.aborted) {
      if (shared) await this.#standBy();
      const error = await this.#connectOnce();
      if (this.#stopped.signal.aborted) return;
      const wasConnected = state.broker.connected;
      this.#disconnected(error);
      if (error?.wantsOlderProtocol && this.#protocolVersion === 5) {
        this.#protocolVersion = 4;
        continue;
      }
      // MQTT 5 is tried again: the failure that looked like an old broker may have been temporary.
      if (!wasConnected) this.#protocolVersion = 5;
      if (wasConnected) {
        failures = 0;
        if (!shared) await this.#standBy();
      }
      // A smaller packet can be tried at once.
      if (this.#learnLimit(error, wasConnected)) failures = 0;
      const seconds = reconnectPauseSeconds(failures);
      failures += 1;
      log.debug(`reconnecting in ${seconds.toFixed(1)} s`);
      await this.#wait(seconds);
    }
  }

  /** Connects and waits until the connection ends; returns the reason. */
  async #connectOnce(): Promise<BrokerConnectionError | undefined> {
    const { settings, agent, state, log, shared, after } = this.#context;
    let connection: BrokerConnection | undefined;
    try {
      connection = await BrokerConnection.open(settings, {
        clientId: clientIdOf(agent),
        will: agent,
        protocolVersion: this.#protocolVersion,
        disconnectBytes: this.#disconnectBytes,
        after,
      });
      if (this.#stopped.signal.aborted) {
        await connection.close();
        return undefined;
      }
      this.#connected = new ConnectedSession(this.#context, connection, this.#memory);
      // A connection that ends during the setup ends the setup.
      const endedEarly = await Promise.race([
        this.#connected.begin().then(() => undefined),
        connection.ended.then((reason) => ({ reason })),
      ]);
      if (endedEarly !== undefined) return endedEarly.reason;
      if (this.#wasConnected) state.broker.reconnects += 1;
      this.#wasConnected = true;
      state.broker.connected = true;
      this.#connected.showRejections();
      log.info(
        shared
          ? `${agent.name}: published by this agent`
          : `MQTT: connected to ${printableBrokerUrl(settings.MQTT_URL)} (MQTT ${this.#protocolVersion === 5 ? '5' : '3.1.1'})`,
      );
      return await connection.ended;
    } catch (error) {
      connection?.abort();
      return error instanceof BrokerConnectionError
        ? error
        : new BrokerConnectionError(describeError(error), { cause: error, isRefusal: true });
    } finally {
      this.#connected?.end();
      this.#connected = undefined;
    }
  }

  /** Brokers that do not announce a maximum packet size close the connection on a larger packet. If several connections in a row end
   * with the same topic, the next one sends only smaller packets. The limit and the suspicion end with a connection on which the
   * agent was online, because the broker’s configuration may have changed. True if a limit was learned. */
  #learnLimit(error: BrokerConnectionError | undefined, wasConnected: boolean): boolean {
    const earlier = wasConnected ? undefined : this.#suspect;
    this.#suspect = undefined;
    if (wasConnected) this.#disconnectBytes = undefined;
    const sending = error?.sending;
    if (sending === undefined || sending.bytes <= unsuspiciousBytes || !sending.isLargest) return false;
    const { topic, bytes } = sending;
    const disconnects = earlier?.topic === topic ? earlier.disconnects + 1 : 1;
    this.#suspect = { topic, disconnects };
    if (this.#disconnectBytes === undefined && disconnects < limitDisconnects) return false;
    this.#disconnectBytes = bytes;
    return true;
  }

  #disconnected(error: BrokerConnectionError | undefined): void {
    const { state, log, agent, shared } = this.#context;
    const reason = error === undefined ? 'the broker closed the connection' : describeError(error);
    const message = `${reason}${error?.detail ?? ''}`;
    // Falling back to the older protocol is not an error, and the agent's own connection reports a broker that is unreachable.
    const isSilent = error?.wantsOlderProtocol || (shared && !error?.isRefusal);
    if (!isSilent) {
      if (state.broker.connected || this.#loggedReason !== reason)
        log.error(`${shared ? agent.name : 'MQTT'}: ${message}; trying again`);
      this.#loggedReason = reason;
    }
    state.broker.connected = false;
    state.broker.error = message;
  }

  /** Waits while another agent is connected under the same name, without taking over its session. */
  async #standBy(): Promise<void> {
    const { agent, settings } = this.#context;
    if (!(await isDuplicateAgentConnected(settings, agent))) return;
    this.#reportDuplicate();
    do await this.#wait(standbyCheckSeconds);
    while (!this.#stopped.signal.aborted && (await isDuplicateAgentConnected(settings, agent)));
  }

  #reportDuplicate(): void {
    const { state, log, agent, shared } = this.#context;
    if (shared) return void log.info(`${agent.name}: published by another agent; this one is on standby`);
    const message = `another agent is connected as ${agent.name}: give each agent its own AGENT_NAME. This agent waits until the other one is gone`;
    state.broker.error = message;
    log.error(`MQTT: ${message}`);
  }

  async #wait(seconds: number): Promise<void> {
    await pause(seconds * 1000, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }
}

/** The same at each start, so that the broker closes a half-open connection of the previous run. */
const clientIdOf = (agent: AgentIdentity) => `${agent.baseTopic.replaceAll('/', '_')}-${agent.id}`;
