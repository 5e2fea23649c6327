import { setTimeout as pause } from 'node:timers/promises';
import { brokerErrorTexts } from '../model/broker-error-texts.ts';
import { describeError } from '../model/errors.ts';
import type { AgentState } from '../model/state.ts';
import { renderTranslatableText } from '../model/translation.ts';
import { reconnectPauseSeconds } from './backoff.ts';
import { BrokerConnectionError } from './broker-connection-error.ts';
import { BrokerRotation } from './broker-rotation.ts';
import { ConnectedSession } from './connected-session.ts';
import { DismissedDevices } from './dismissed-devices.ts';
import { type DuplicateAgentAnswer, findDuplicateAgent } from './duplicate-agent.ts';
import { mqttClientIdOf } from './mqtt-client.ts';
import { PacketLimitGuess } from './packet-limit-guess.ts';
import { RejectedMessagesByTopic } from './rejected-messages-by-topic.ts';
import type { CrossConnectionMemory, SessionInputsAndCallbacks } from './session-context.ts';
import { brokerLogin, type MqttSettings, printableBrokerUrl } from './settings.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';
import { VersionFallbackConnectionOpener } from './version-fallback-connection-opener.ts';

/** Seconds between checks whether the duplicate agent is gone. */
export const standbyCheckSeconds = 60;
/** Checks after which the agent tries to connect, whoever answers: nobody can silence it for longer than ten
 * minutes. */
const maxStandbyChecks = 10;

const maxLoggedReasons = 20;

export interface ReconnectingPublisherContext extends SessionInputsAndCallbacks {
  state: AgentState;
  settings: MqttSettings;
  /** Other agents may use this identity too; one of them publishes, the others are on standby. */
  shared?: boolean;
}

/** Keeps the broker up to date for as long as the agent runs: reconnects forever and publishes changes. */
export class ReconnectingPublisher {
  readonly #context: ReconnectingPublisherContext;
  readonly #stopped = new AbortController();
  readonly #memory: CrossConnectionMemory;
  readonly #brokers: BrokerRotation;
  readonly #packetLimit = new PacketLimitGuess();
  readonly #opener = new VersionFallbackConnectionOpener();
  #connected: ConnectedSession | undefined;
  #wasConnected = false;
  #retainsByNameOnly = false;
  /** The reasons for not being connected that were logged since it was connected: one for each broker. */
  readonly #loggedReasons = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(context: ReconnectingPublisherContext) {
    this.#context = context;
    this.#brokers = new BrokerRotation(context.settings, context.state.broker);
    this.#memory = {
      devices: new DismissedDevices(),
      claims: { held: new Map(), hangUps: 0, hangUpsAtRelease: 0 },
      rejections: new RejectedMessagesByTopic(
        context.agent,
        context.log,
        () => this.#showRejections(),
        context.language?.brokerErrors,
      ),
      unacknowledged: new Map(),
      homeAssistantSeen: false,
    };
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
      // A password that has been changed at the broker may have been changed in its file, too.
      if (error?.isRefusal && brokerLogin(this.#brokers.current).password?.refresh()) failures = 0;
      if (wasConnected) {
        // A duplicate agent with another password would end each connection at once.
        if (shared || !(await this.#standBy())) failures = 0;
      }
      // A smaller packet can be tried at once.
      if (this.#packetLimit.connectionEnded(error?.sending, wasConnected)) failures = 0;
      // A broker that was connected may have restarted: it is tried again before the others.
      else if (!wasConnected && this.#brokers.failed()) continue;
      const seconds = reconnectPauseSeconds(failures);
      failures += 1;
      log.debug(`reconnecting in ${seconds.toFixed(1)} s`);
      await this.#wait(seconds);
    }
  }

  /** Connects and waits until the connection ends; returns the reason. */
  async #connectOnce(): Promise<BrokerConnectionError | undefined> {
    const { agent, state, log, shared, after } = this.#context;
    const settings = this.#brokers.current;
    const { maxSilenceMs } = this.#brokers;
    let connection: SingleUseBrokerConnection | undefined;
    try {
      connection = await this.#opener.open(settings, agent, {
        clientId: mqttClientIdOf(agent),
        will: agent,
        disconnectBytes: this.#packetLimit.bytes,
        maxSilenceMs,
        after,
      });
      if (this.#stopped.signal.aborted) {
        await connection.close();
        return undefined;
      }
      this.#connected = new ConnectedSession(this.#context, connection, this.#memory);
      // A connection that ends during the setup ends the setup.
      const endedEarly = await Promise.race([
        this.#connected.begin(maxSilenceMs).then(() => undefined),
        connection.ended.then((reason) => ({ reason })),
      ]);
      if (endedEarly !== undefined) return endedEarly.reason;
      if (this.#wasConnected) state.broker.reconnects += 1;
      this.#wasConnected = true;
      state.broker.connected = true;
      void connection.retainsByNameOnly.then((isByNameOnly) => this.#setRetainsByNameOnly(isByNameOnly));
      this.#brokers.works();
      this.#loggedReasons.clear();
      this.#showRejections();
      log.info(
        shared
          ? `${agent.name}: published by this agent`
          : `MQTT: connected to ${printableBrokerUrl(settings.MQTT_URL)} (MQTT ${connection.protocolVersion === 5 ? '5' : '3.1.1'})`,
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

  /** A summary of what the broker does not accept. */
  #showRejections(): void {
    const { broker } = this.#context.state;
    const { summary } = this.#memory.rejections;
    if (summary !== undefined) broker.error = summary;
    else if (broker.connected) delete broker.error;
    this.#showLimitations();
  }

  #setRetainsByNameOnly(retainsByNameOnly: boolean): void {
    const { log, shared } = this.#context;
    if (retainsByNameOnly && !this.#retainsByNameOnly && !shared)
      log.warn(`MQTT: ${brokerErrorTexts.retainedByNameOnly}`);
    this.#retainsByNameOnly = retainsByNameOnly;
    this.#showLimitations();
  }

  #showLimitations(): void {
    const {
      state: { broker },
      language,
    } = this.#context;
    const { retainedByNameOnly } = language?.brokerErrors ?? brokerErrorTexts;
    const limitations = [
      ...(this.#retainsByNameOnly ? [retainedByNameOnly] : []),
      ...this.#memory.rejections.omissions,
    ];
    if (limitations.length === 0) delete broker.limitation;
    else broker.limitation = limitations.join('; ');
  }

  #disconnected(error: BrokerConnectionError | undefined): void {
    const { state, log, agent, shared } = this.#context;
    const reason = error === undefined ? brokerErrorTexts.closed : describeError(error);
    const say = (texts = brokerErrorTexts) =>
      error === undefined
        ? texts.closed
        : `${renderTranslatableText(error.wording, texts)}${renderTranslatableText(error.detail, texts)}`;
    // The agent's own connection reports a broker that is unreachable.
    const isSilent = shared && !error?.isRefusal;
    if (!isSilent) {
      if (!this.#loggedReasons.has(reason)) log.error(`${shared ? agent.name : 'MQTT'}: ${say()}; trying again`);
      // Some reasons contain what differs each time.
      if (this.#loggedReasons.size >= maxLoggedReasons) this.#loggedReasons.clear();
      this.#loggedReasons.add(reason);
    }
    if (state.broker.connected) this.#memory.devices.disconnected();
    state.broker.connected = false;
    state.broker.error = say(this.#context.language?.brokerErrors);
  }

  /** Waits while another agent is connected under the same name, without taking over its session. Returns whether
   * somebody answers in that name who does not prove to be such an agent. */
  async #standBy(): Promise<boolean> {
    const { agent, shared } = this.#context;
    for (let checks = 0; shared || checks < maxStandbyChecks; checks += 1) {
      // The agent's own connection reports what does not work.
      const answer = await findDuplicateAgent(this.#brokers.current, agent).catch(() => undefined);
      if (answer === undefined || this.#stopped.signal.aborted) return false;
      // Agents that share an identity may each have a login of their own.
      if (answer === 'unsigned' && !shared) {
        this.#reportUnsignedAnswer();
        return true;
      }
      if (checks === 0) this.#reportDuplicate(answer);
      await this.#wait(standbyCheckSeconds);
    }
    return false;
  }

  #reportDuplicate(answer: DuplicateAgentAnswer): void {
    const { state, log, agent, shared } = this.#context;
    if (shared) return void log.info(`${agent.name}: published by another agent; this one is on standby`);
    const say = (texts = brokerErrorTexts) =>
      texts.duplicate(agent.name, (maxStandbyChecks * standbyCheckSeconds) / 60, answer === 'forgeable');
    state.broker.error = say(this.#context.language?.brokerErrors);
    log.error(`MQTT: ${say()}`);
  }

  #reportUnsignedAnswer(): void {
    const { log, agent } = this.#context;
    const reason = `a client that does not have this agent’s MQTT_PASSWORD answers as ${agent.name}`;
    if (this.#loggedReasons.has(reason)) return;
    this.#loggedReasons.add(reason);
    log.warn(
      `MQTT: ${reason}; this agent goes on. If it is another agent, give it its own AGENT_NAME (and AGENT_ID, if set)`,
    );
  }

  async #wait(seconds: number): Promise<void> {
    await pause(seconds * 1000, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }
}
