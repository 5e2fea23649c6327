import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { type BrokerErrorTexts, brokerErrorTexts } from '../model/broker-error-texts.ts';
import type { TranslatableText } from '../model/translation.ts';
import type { BrokerAddress } from './settings.ts';

/** Type of CONNACK, the only packet that may come first (MQTT 5, section 3.2). */
const connackByte = 0x20;
/** Content type of a TLS alert (RFC 8446, section 5.1): the answer of OpenSSL to what is no TLS. */
const tlsAlertByte = 0x15;

/** The name of the protocol of mqtt.js that is the same with or without TLS. */
export const otherSecurity = { mqtt: 'mqtts', mqtts: 'mqtt', ws: 'wss', wss: 'ws', embedded: 'mqtts' } as const;

export const isTlsProtocol = ({ protocol }: Pick<BrokerAddress, 'protocol'>): boolean =>
  protocol === 'mqtts' || protocol === 'wss';

export const tlsExpectedAdvice =
  ({ protocol }: Pick<BrokerAddress, 'protocol'>): TranslatableText<BrokerErrorTexts> =>
  (texts = brokerErrorTexts) =>
    texts.expectsTls(otherSecurity[protocol]);

/** Calls back with what to change if the first answer of the other end is no CONNACK, since then it is no broker. */
export function adviseUnlessFirstAnswerIsConnack(
  stream: Duplex,
  address: BrokerAddress,
  foreign: (advice: TranslatableText<BrokerErrorTexts>) => void,
): void {
  // Before mqtt.js parses them, and fails, or waits for the rest of what it takes for a packet.
  stream.prependOnceListener('data', (bytes: Buffer) => {
    if (bytes[0] !== connackByte) foreign(adviceForBytes(bytes, address));
  });
}

/** Opens a WebSocket for mqtt.js, and calls back with what to change if the server answers with something else. */
export function openMqttWebSocket(
  url: string,
  subprotocols: string[],
  options: WebSocket.ClientOptions,
  address: BrokerAddress,
  foreign: (advice: TranslatableText<BrokerErrorTexts>) => void,
): WebSocket {
  const socket = new WebSocket(url, subprotocols, options);
  return socket.on('unexpected-response', (request, { statusCode = 0 }) => {
    foreign(webSocketAdvice(statusCode, address));
    request.destroy();
  });
}

function adviceForBytes(bytes: Buffer, address: BrokerAddress): TranslatableText<BrokerErrorTexts> {
  if (bytes[0] === tlsAlertByte) return tlsExpectedAdvice(address);
  const text = bytes.toString('latin1');
  if (text.startsWith('HTTP/')) return (texts = brokerErrorTexts) => texts.speaksHttp;
  const greeting = /^[\x20-\x7e]{4,40}/.exec(text)?.[0].trim();
  return (texts = brokerErrorTexts) => texts.noMqtt(greeting);
}

const webSocketAdvice =
  (status: number, { path, protocol }: BrokerAddress): TranslatableText<BrokerErrorTexts> =>
  (texts = brokerErrorTexts) => {
    if (status === 401 || status === 403) return texts.webServerLogin(status);
    if (status >= 500) return texts.proxyFails(status);
    return texts.checkPath(status, path || '/', status === 400 && protocol === 'ws');
  };
