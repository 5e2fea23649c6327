import type { BrokerConnectionState } from '../model/state.ts';
import { type MqttSettings, printableBrokerUrl, settingsOfEachBroker } from './settings.ts';

/** Milliseconds of silence, and rounds of all brokers in which no more is waited for. A cluster that has lost a node
 * leaves questions unanswered until it has elected leaders, as NATS does for up to ten seconds; the next question is
 * answered then. */
const briefSilenceMs = 2000;
const briefRounds = 4;

/** The brokers of MQTT_URL, tried in turn; the one that works is kept. */
export class BrokerRotation {
  readonly #state: BrokerConnectionState;
  readonly #brokers: readonly [MqttSettings, ...MqttSettings[]];
  #current: MqttSettings;
  /** Brokers in a row that did not work. */
  #failures = 0;

  constructor(settings: MqttSettings, state: BrokerConnectionState) {
    this.#state = state;
    this.#brokers = settingsOfEachBroker(settings);
    [this.#current] = this.#brokers;
    this.#show();
  }

  /** The settings with the broker to connect to. */
  get current(): MqttSettings {
    return this.#current;
  }

  /** Milliseconds of silence after which the next broker is tried instead; undefined while there is no reason to
   * hurry. */
  get maxSilenceMs(): number | undefined {
    const isBrief = this.#brokers.length > 1 && this.#failures < briefRounds * this.#brokers.length;
    return isBrief ? briefSilenceMs : undefined;
  }

  works(): void {
    this.#failures = 0;
  }

  /** Goes on to the next broker. True if it is worth a try at once: since one has worked, it has not been tried. */
  failed(): boolean {
    this.#failures += 1;
    const next = (this.#brokers.indexOf(this.#current) + 1) % this.#brokers.length;
    this.#current = this.#brokers[next] ?? this.#current;
    this.#show();
    return this.#failures % this.#brokers.length !== 0;
  }

  #show(): void {
    this.#state.url = printableBrokerUrl(this.#current.MQTT_URL);
  }
}
