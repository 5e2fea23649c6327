/** Protocol levels of MQTT: 5, and 4 for version 3.1.1. */
export type MqttProtocolVersion = 5 | 4;

/** Bytes of a QoS 1 PUBLISH packet (section 3.3): type, remaining length, topic, packet identifier, in MQTT 5 an empty
 * property list, and payload. */
export function publishPacketBytes(topic: string, payload: string, protocolVersion: MqttProtocolVersion): number {
  const remaining = 2 + Buffer.byteLength(topic) + 2 + (protocolVersion === 5 ? 1 : 0) + Buffer.byteLength(payload);
  return packetSize(remaining);
}

/** Bytes of a SUBSCRIBE packet (section 3.8): type, remaining length, packet identifier, in MQTT 5 an empty property
 * list, and each topic filter with its options. */
export function subscribePacketBytes(topics: string[], protocolVersion: MqttProtocolVersion): number {
  const filterBytes = topics.reduce((sum, topic) => sum + 2 + Buffer.byteLength(topic) + 1, 0);
  return packetSize(2 + (protocolVersion === 5 ? 1 : 0) + filterBytes);
}

/** `remaining`: bytes after the remaining length (section 2.1.4). */
function packetSize(remaining: number): number {
  const lengthBytes = remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4;
  return 1 + lengthBytes + remaining;
}
