import { expect, test } from 'vitest';
import { type BrokerErrorTexts, brokerErrorTexts } from '../../src/model/broker-error-texts.ts';
import { describeError } from '../../src/model/errors.ts';
import type { AnyTranslatableText } from '../../src/model/translation.ts';
import { BrokerConnectionError, textOfBrokerError } from '../../src/mqtt/broker-connection-error.ts';
import { brokerErrorTextsInGerman } from '../../src/mqtt/german.ts';

const closed = new BrokerConnectionError((texts: BrokerErrorTexts = brokerErrorTexts) => texts.closed);
const noVersion5 = (texts: BrokerErrorTexts = brokerErrorTexts) => texts.noVersion5;

test.each<[string, AnyTranslatableText, unknown, string, string]>([
  [
    'a cause in words of ours',
    noVersion5,
    closed,
    'the broker does not answer in MQTT 5: the broker closed the connection',
    'der Broker antwortet nicht mit MQTT 5: der Broker hat die Verbindung beendet',
  ],
  [
    'a cause in other words',
    noVersion5,
    new Error('read ECONNRESET'),
    'the broker does not answer in MQTT 5: read ECONNRESET',
    'der Broker antwortet nicht mit MQTT 5: read ECONNRESET',
  ],
  [
    'a cause that is said already',
    (texts: BrokerErrorTexts = brokerErrorTexts) => texts.sessionEnded('gone'),
    new Error('gone'),
    'ended the session: gone',
    'hat die Sitzung beendet: gone',
  ],
  ['a blank at the end', 'MQTT_CA_FILE ', new Error('no file'), 'MQTT_CA_FILE: no file', 'MQTT_CA_FILE: no file'],
  ['no cause', noVersion5, undefined, 'the broker does not answer in MQTT 5', 'der Broker antwortet nicht mit MQTT 5'],
])('an error of the connection is said in one language: %s', (_, own, cause, inEnglish, inGerman) => {
  const error = new BrokerConnectionError(own, { cause });
  expect(describeError(error)).toBe(inEnglish);
  expect(textOfBrokerError(error)).toBe(inEnglish);
  expect(textOfBrokerError(error, brokerErrorTextsInGerman)).toBe(inGerman);
});

test('another error is described', () =>
  expect(textOfBrokerError(new Error('gone'), brokerErrorTextsInGerman)).toBe('gone'));
