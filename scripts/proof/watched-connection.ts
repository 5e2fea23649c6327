import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Packet, parser as packetParser } from 'mqtt-packet';
import { onTestFinished } from 'vitest';

/** The Receive Maximum of a broker that names none (MQTT 5, section 3.2.2.3.3). */
const usualReceiveMaximum = 65_535;

/** What passed between an agent and its broker. */
export interface WatchedConnection {
  url: string;
  /** Retained messages that the broker has taken, by topic; an empty payload takes the topic away. */
  retained: Set<string>;
  protocol: number | undefined;
  /** As the broker named it. */
  receiveMaximum: number | undefined;
  maxInFlight: number;
  /** Did more messages than the broker allows wait for their acknowledgements? */
  exceeded: boolean;
}

/** Stands between an agent and the broker on this port, and notes what is sent and acknowledged; it ends with the
 * test. */
export async function watchConnection(broker: number): Promise<WatchedConnection> {
  const watched: WatchedConnection = {
    url: '',
    retained: new Set(),
    protocol: undefined,
    receiveMaximum: undefined,
    maxInFlight: 0,
    exceeded: false,
  };
  const sockets = new Set<Socket>();
  const server = createServer((agent) => {
    const upstream = connect(broker, '127.0.0.1');
    /** By message identifier. */
    const unacknowledged = new Map<number, { topic: string; isEmpty: boolean; retain: boolean }>();
    let fromBroker: ReturnType<typeof packetParser> | undefined;
    let protocolVersion = 4;
    let receiveMaximum = usualReceiveMaximum;

    const sent = (packet: Packet) => {
      if (packet.cmd === 'connect') {
        protocolVersion = packet.protocolVersion ?? 4;
        fromBroker = packetParser({ protocolVersion }).on('packet', received);
        fromBroker.on('error', () => undefined);
      }
      if (packet.cmd !== 'publish' || packet.messageId === undefined) return;
      const { topic, payload, retain } = packet;
      unacknowledged.set(packet.messageId, { topic, isEmpty: payload.length === 0, retain });
      watched.maxInFlight = Math.max(watched.maxInFlight, unacknowledged.size);
      if (unacknowledged.size > receiveMaximum) watched.exceeded = true;
    };
    const received = (packet: Packet) => {
      if (packet.cmd === 'connack' && (packet.reasonCode ?? packet.returnCode) === 0) {
        watched.protocol = protocolVersion;
        watched.receiveMaximum = packet.properties?.receiveMaximum;
        receiveMaximum = watched.receiveMaximum ?? usualReceiveMaximum;
      }
      if (packet.cmd !== 'puback' || packet.messageId === undefined) return;
      const message = unacknowledged.get(packet.messageId);
      unacknowledged.delete(packet.messageId);
      // From 0x80 on a reason code is an error.
      if (message?.retain !== true || (packet.reasonCode ?? 0) >= 0x80) return;
      if (message.isEmpty) watched.retained.delete(message.topic);
      else watched.retained.add(message.topic);
    };

    const fromAgent = packetParser().on('packet', sent);
    fromAgent.on('error', () => undefined);
    agent.on('data', (chunk) => fromAgent.parse(chunk));
    upstream.on('data', (chunk) => fromBroker?.parse(chunk));
    agent.pipe(upstream).pipe(agent);
    for (const [one, other] of [
      [agent, upstream],
      [upstream, agent],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        sockets.delete(one);
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  watched.url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return watched;
}
