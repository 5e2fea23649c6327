import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import mqtt, { type Packet } from 'mqtt-packet';
import { onTestFinished } from 'vitest';
import { settingsOf } from './broker.ts';

export type Answers = (packet: Packet, send: (answer: object) => void, socket: Socket) => void;

/** Reason codes of MQTT 5, section 2.4. */
export const noMatchingSubscribers = 0x10;
export const notAuthorized = 0x87;

/** Takes everything, but for topics with a code of their own. */
export const welcome =
  (codes: Record<string, number> = {}): Answers =>
  (packet, send) => {
    if (packet.cmd === 'connect') send({ cmd: 'connack', reasonCode: 0, sessionPresent: false });
    if (packet.cmd === 'publish' && packet.messageId !== undefined)
      send({ cmd: 'puback', messageId: packet.messageId, reasonCode: codes[packet.topic] ?? 0 });
    if (packet.cmd === 'subscribe')
      send({
        cmd: 'suback',
        messageId: packet.messageId,
        granted: packet.subscriptions.map(({ topic }) => codes[topic] ?? 1),
      });
    if (packet.cmd === 'unsubscribe') send({ cmd: 'unsuback', messageId: packet.messageId, granted: [0] });
  };

/** The other end of an MQTT connection, which answers as it is told: by default in MQTT 5, which the broker of these
 * tests does not speak. */
export async function startPeer(answers: Answers, protocolVersion = 5) {
  const packets: Packet[] = [];
  const server = createServer((socket) => {
    const parser = mqtt.parser({ protocolVersion });
    const send = (answer: object) => socket.write(mqtt.generate(answer as Packet, { protocolVersion }));
    parser.on('packet', (packet) => {
      packets.push(packet);
      answers(packet, send, socket);
    });
    parser.on('error', () => socket.destroy());
    socket.on('data', (data) => parser.parse(data)).on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { packets, settings: settingsOf((server.address() as AddressInfo).port) };
}
