import { setTimeout as pause } from 'node:timers/promises';
import { describeError } from '../model/errors.ts';
import type { AgentIdentity } from '../model/state.ts';
import { backoffSeconds } from './backoff.ts';
import { type AnnouncementMemory, ConnectedSession, type SessionContext } from './connected-session.ts';
import { Connection, ConnectionError, type ProtocolVersion } from './connection.ts';
import { hasDuplicateAgent } from './duplicate-agent.ts';
import { Rejections } from './rejections.ts';
import { formatBrokerUrl } from './settings.ts';

/** Bytes that each broker takes in a packet, whatever it is set to. */
const harmlessBytes = 4096;
/** Seconds between looks whether the other agent of our name is gone. */
const standbyCheckSeconds = 60;

/** Keeps the broker up to date for as long as the agent runs: connects for ever, and publishes what changed. */
export class BrokerClient {
  readonly #context: SessionContext;
  readonly #stopped = new AbortController();
  readonly #memory: AnnouncementMemory = {
    announced: new Set(),
    dismissed: new Set(),
    rejections: new Rejections(),
    unacknowledged: new Map(),
  };
  #protocolVersion: ProtocolVersion = 5;
  /** What was being sent when the broker hung up the last time. */
  #suspect: string | undefined;
  /** Bytes of a packet on which the broker hangs up. */
  #hungUpOn: number | undefined;
  #connected: ConnectedSession | undefined;
  #wasConnected = false;
  /** Why there was no connection, as it was logged. */
  #logged: string | undefined;
  #running: Promise<void> | undefined;

  constructor(context: SessionContext) {
    this.#context = context;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Something in the state is new. */
  update(): void {
    this.#connected?.offerChanges();
  }

  /** Says that the agent goes, and goes. */
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
      // Whatever made the broker seem an old one may be over.
      if (!wasConnected) this.#protocolVersion = 5;
      if (wasConnected) {
        failures = 0;
        if (!shared) await this.#standBy();
      }
      // What it is learned for need not wait.
      if (this.#learnLimit(error, wasConnected)) failures = 0;
      const seconds = backoffSeconds(failures);
      failures += 1;
      log.debug(`next try in ${seconds.toFixed(1)} s`);
      await this.#wait(seconds);
    }
  }

  /** Connects and stays until the connection ends; returns why. */
  async #connectOnce(): Promise<ConnectionError | undefined> {
    const { settings, agent, state, log, shared, after } = this.#context;
    let connection: Connection | undefined;
    try {
      connection = await Connection.open(settings, {
        clientId: clientIdOf(agent),
        will: agent,
        protocolVersion: this.#protocolVersion,
        hungUpOn: this.#hungUpOn,
        after,
      });
      if (this.#stopped.signal.aborted) {
        await connection.close();
        return undefined;
      }
      this.#connected = new ConnectedSession(this.#context, connection, this.#memory);
      // A connection that ends while it begins ends the beginning too.
      const over = await Promise.race([
        this.#connected.begin().then(() => undefined),
        connection.ended.then((reason) => ({ reason })),
      ]);
      if (over !== undefined) return over.reason;
      if (this.#wasConnected) state.broker.reconnects += 1;
      this.#wasConnected = true;
      state.broker.connected = true;
      this.#connected.showRejections();
      log.info(
        shared
          ? `${agent.name}: this agent speaks of them`
          : `MQTT: connected to ${formatBrokerUrl(settings.MQTT_URL)} (MQTT ${this.#protocolVersion === 5 ? '5' : '3.1.1'})`,
      );
      return await connection.ended;
    } catch (error) {
      connection?.abort();
      return error instanceof ConnectionError
        ? error
        : new ConnectionError(describeError(error), { cause: error, refused: true });
    } finally {
      this.#connected?.end();
      this.#connected = undefined;
    }
  }

  /** Brokers that do not say how much they take hang up on more. Once may be chance, twice on the same topic is not: the next
   * connection sends only smaller packets, until it ends, for then the broker may take more. True if something was learned. */
  #learnLimit(error: ConnectionError | undefined, wasConnected: boolean): boolean {
    if (wasConnected) this.#hungUpOn = undefined;
    const sending = error?.sending;
    if (sending === undefined || sending.bytes <= harmlessBytes || !sending.largestYet) return false;
    const isKnown = this.#hungUpOn !== undefined || this.#suspect === sending.topic;
    this.#suspect = sending.topic;
    if (isKnown) this.#hungUpOn = sending.bytes;
    return isKnown;
  }

  #disconnected(error: ConnectionError | undefined): void {
    const { state, log, agent, shared } = this.#context;
    const reason = error === undefined ? 'the broker closed the connection' : describeError(error);
    const message = `${reason}${error?.detail ?? ''}`;
    // A broker that knows only the older protocol is no trouble, and a broker that is away is told by the agent's own session.
    const known = error?.wantsOlderProtocol || (shared && !error?.refused);
    if (!known) {
      if (state.broker.connected || this.#logged !== reason)
        log.error(`${shared ? agent.name : 'MQTT'}: ${message}; trying again`);
      this.#logged = reason;
    }
    state.broker.connected = false;
    state.broker.error = message;
  }

  /** Waits while another is connected under our name, without throwing it out. */
  async #standBy(): Promise<void> {
    const { agent, settings } = this.#context;
    if (!(await hasDuplicateAgent(settings, agent))) return;
    this.#reportDuplicate();
    do await this.#wait(standbyCheckSeconds);
    while (!this.#stopped.signal.aborted && (await hasDuplicateAgent(settings, agent)));
  }

  #reportDuplicate(): void {
    const { state, log, agent, shared } = this.#context;
    if (shared) return void log.info(`${agent.name}: another agent speaks of them; this one stands by`);
    const message = `another agent is connected as ${agent.name}: give each its own AGENT_NAME. This one stays away until the other is gone`;
    state.broker.error = message;
    log.error(`MQTT: ${message}`);
  }

  async #wait(seconds: number): Promise<void> {
    await pause(seconds * 1000, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }
}

/** Lasting, so that a new start takes over what the old one left half open. */
const clientIdOf = (agent: AgentIdentity) => `${agent.baseTopic.replaceAll('/', '_')}-${agent.id}`;
