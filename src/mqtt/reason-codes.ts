import { ReasonCodes } from 'mqtt';
import constants from 'mqtt-packet/constants.js';

/** MQTT 5, sections 3.4.2.1 and 3.14.2.1. */
export const reasonCodes = { noMatchingSubscribers: 0x10, notAuthorized: 0x87, packetTooLarge: 0x95 } as const;

// Mosquitto answers a message above its message_size_limit with PUBACK 0x95, which the table of PUBACK lacks. mqtt-packet takes such
// a packet for broken and drops it, so that the message would stay unacknowledged.
for (const [code, words] of Object.entries(ReasonCodes))
  if (Number(code) >= 0x80) constants.MQTT5_PUBACK_PUBREC_CODES[Number(code)] ??= words;

const words: Readonly<Record<number, string>> = ReasonCodes;

/** `packet too large (0x95)`: a reason code of MQTT 5 for a person. */
export function describeReasonCode(code: number): string {
  const text = words[code] || (code === 0 ? 'normal disconnection' : 'unknown reason');
  // “QoS not supported” keeps its capital.
  return `${text.replace(/^[A-Z][a-z]+\b/, (word) => word.toLowerCase())} (0x${code.toString(16).padStart(2, '0')})`;
}
