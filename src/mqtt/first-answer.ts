import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import type { BrokerAddress } from './settings.ts';

/** Type of CONNACK, the only packet that may come first (MQTT 5, section 3.2). */
const connackByte = 0x20;
/** Content type of a TLS alert (RFC 8446, section 5.1): the answer of OpenSSL to what is no TLS. */
const tlsAlertByte = 0x15;

/** The name of the protocol of mqtt.js that is the same with or without TLS. */
const otherSecurity = { mqtt: 'mqtts', mqtts: 'mqtt', ws: 'wss', wss: 'ws', embedded: 'mqtts' } as const;

export const isTlsProtocol = ({ protocol }: Pick<BrokerAddress, 'protocol'>): boolean =>
  protocol === 'mqtts' || protocol === 'wss';

export const tlsExpectedAdvice = ({ protocol }: Pick<BrokerAddress, 'protocol'>): string =>
  `this port expects TLS: use ${otherSecurity[protocol]}:// in MQTT_URL`;

export const noTlsAdvice = ({ protocol }: Pick<BrokerAddress, 'protocol'>): string =>
  `this port may not use TLS: try ${otherSecurity[protocol]}:// in MQTT_URL`;

export const noWebSocketAdvice = 'this port may not speak WebSocket: try mqtt:// in MQTT_URL';

/** Calls back with what to change if the first answer of the other end is no CONNACK, since then it is no broker. */
export function adviseUnlessFirstAnswerIsConnack(
  stream: Duplex,
  address: BrokerAddress,
  foreign: (advice: string) => void,
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
  foreign: (advice: string) => void,
): WebSocket {
  const socket = new WebSocket(url, subprotocols, options);
  return socket.on('unexpected-response', (request, { statusCode = 0 }) => {
    foreign(webSocketAdvice(statusCode, address));
    request.destroy();
  });
}

function adviceForBytes(bytes: Buffer, address: BrokerAddress): string {
  if (bytes[0] === tlsAlertByte) return tlsExpectedAdvice(address);
  const text = bytes.toString('latin1');
  if (text.startsWith('HTTP/'))
    return 'this port speaks HTTP, not MQTT: check the port in MQTT_URL, or use ws:// for MQTT over WebSockets';
  const greeting = /^[\x20-\x7e]{4,40}/.exec(text)?.[0].trim();
  return `this port does not speak MQTT${greeting === undefined ? '' : `; it says “${greeting}”`}: check the port in MQTT_URL`;
}

function webSocketAdvice(status: number, address: BrokerAddress): string {
  const refusal = `HTTP ${status} instead of a WebSocket`;
  if (status === 401 || status === 403) return `${refusal}: the web server requires a login of its own for this path`;
  if (status >= 500)
    return `${refusal}: the proxy does not reach the broker, or does not pass WebSockets on (headers Upgrade and Connection)`;
  const advice = `check the path “${address.path || '/'}” in MQTT_URL (often /mqtt)`;
  return `${refusal}: ${advice}${status === 400 && address.protocol === 'ws' ? ', or use wss:// if this port expects TLS' : ''}`;
}
