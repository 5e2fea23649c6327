import { type BrokerErrorTexts, brokerErrorTexts } from '../model/broker-error-texts.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { renderTranslatableText } from '../model/translation.ts';
import { BrokerConnectionError, isMqttVersionRefusal } from './broker-connection-error.ts';
import { isTlsProtocol, tlsExpectedAdvice } from './first-answer.ts';
import type { BrokerConnectionOptions } from './mqtt-client.ts';
import { SubscriptionRefusedError } from './publish-error.ts';
import { type MqttSettings, printableBrokerUrl } from './settings.ts';
import { SingleUseBrokerConnection } from './single-use-broker-connection.ts';
import { speaksTls } from './tls-probe.ts';

type OpenOptions = Omit<BrokerConnectionOptions, 'protocolVersion'>;

/** Opens connections to a broker: with MQTT 5, or with 3.1.1 if the broker speaks only that. Such a broker refuses MQTT
 * 5 with any of several codes, hangs up, does not answer, or answers in the older version. So whatever ends a
 * connection of MQTT 5 before a request was answered leads to an attempt with 3.1.1, unless this broker has answered in
 * MQTT 5 before. */
export class VersionFallbackConnectionOpener {
  /** URLs of the brokers that have answered in MQTT 5. */
  readonly #version5Brokers = new Set<string>();

  /** Rejects with a BrokerConnectionError. */
  async open(settings: MqttSettings, agent: AgentIdentity, options: OpenOptions): Promise<SingleUseBrokerConnection> {
    try {
      return await this.#openVersion5(settings, agent, options);
    } catch (error) {
      if (!(error instanceof BrokerConnectionError) || !error.lacksVersion5Answer) throw error;
      if (this.#version5Brokers.has(printableBrokerUrl(settings.MQTT_URL)) && !isMqttVersionRefusal(error.cause))
        throw error;
      return await openVersion4(settings, options, error);
    }
  }

  async #openVersion5(
    settings: MqttSettings,
    agent: AgentIdentity,
    options: OpenOptions,
  ): Promise<SingleUseBrokerConnection> {
    const connection = await SingleUseBrokerConnection.open(settings, { ...options, protocolVersion: 5 });
    const url = printableBrokerUrl(settings.MQTT_URL);
    if (this.#version5Brokers.has(url)) return connection;
    const endedEarly = connection.ended.then((reason) => {
      throw reason ?? new BrokerConnectionError((texts = brokerErrorTexts) => texts.closed);
    });
    await Promise.race([connection.subscribe([new Topics(agent).ping], options.maxSilenceMs), endedEarly]).catch(
      (cause: unknown) => {
        if (cause instanceof SubscriptionRefusedError) return;
        connection.abort();
        throw new BrokerConnectionError((texts = brokerErrorTexts) => texts.noVersion5, {
          lacksVersion5Answer: true,
          cause,
        });
      },
    );
    this.#version5Brokers.add(url);
    return connection;
  }
}

async function openVersion4(
  settings: MqttSettings,
  options: OpenOptions,
  version5Error: BrokerConnectionError,
): Promise<SingleUseBrokerConnection> {
  try {
    return await SingleUseBrokerConnection.open(settings, { ...options, protocolVersion: 4 });
  } catch (error) {
    if (!(error instanceof BrokerConnectionError)) throw error;
    if (isMqttVersionRefusal(error.cause)) throw version5Error;
    if (
      error.isRefusal ||
      !error.lacksVersion5Answer ||
      isTlsProtocol(settings.MQTT_URL) ||
      !(await speaksTls(settings.MQTT_URL))
    )
      throw error;
    const expectsTls = tlsExpectedAdvice(settings.MQTT_URL);
    throw new BrokerConnectionError(
      (texts?: BrokerErrorTexts) => `${renderTranslatableText(error.own, texts)}: ${expectsTls(texts)}`,
      { cause: error.cause },
    );
  }
}
