import { ReasonCodes } from 'mqtt';
import constants from 'mqtt-packet/constants.js';

/** MQTT 5, sections 3.4.2.1 and 3.14.2.1. */
export const reasonCodes = { noMatchingSubscribers: 0x10, notAuthorized: 0x87, packetTooLarge: 0x95 } as const;

// Mosquitto answers a message above its message_size_limit with PUBACK 0x95, which is not a PUBACK code of the
// specification. mqtt-packet rejects such a packet as malformed, so that the message would stay unacknowledged.
for (const [code, text] of Object.entries(ReasonCodes))
  if (Number(code) >= 0x80) constants.MQTT5_PUBACK_PUBREC_CODES[Number(code)] ??= text;

const texts: Readonly<Record<number, string>> = ReasonCodes;

/** The text of an MQTT 5 reason code, as `packet too large (0x95)`. */
export function describeReasonCode(code: number): string {
  const text = texts[code] || (code === 0 ? 'normal disconnection' : 'unknown reason');
  // “QoS not supported” keeps its capital.
  return `${text.replace(/^[A-Z][a-z]+\b/, (word) => word.toLowerCase())} (0x${code.toString(16).padStart(2, '0')})`;
}
