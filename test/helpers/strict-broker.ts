import { createServer, type Socket } from 'node:net';
import { generate, type IConnackPacket, type IPublishPacket, type Packet, parser as packetParser } from 'mqtt-packet';
import { onTestFinished } from 'vitest';
import { until } from './until.ts';

/** What the broker makes of a message: a PUBACK with this reason code, none, or none ever again and the end of the
 * connection. */
export type Answer = number | 'nothing' | 'hang up';

export interface StrictBroker {
  url: string;
  retained: Map<string, string>;
  /** All that it took or refused, in order. */
  published: { topic: string; payload: string; retain: boolean }[];
  /** What was done that a CONNACK of these properties forbids; each ends the connection. */
  violations: string[];
  /** Connections of the agent itself, and of those that look for another of its name. */
  connections: number;
  /** Properties of the CONNACK of later connections. */
  connack: NonNullable<IConnackPacket['properties']>;
  answer: (packet: IPublishPacket) => Answer;
  /** Does it answer a PINGREQ? */
  pings: boolean;
  /** Does it answer a SUBSCRIBE? */
  subscribes: boolean;
  /** Does it send retained messages only for full topic names, as RabbitMQ? */
  retainsByNameOnly: boolean;
}

const matches = (filter: string, topic: string) =>
  new RegExp(`^${filter.replace(/[.$]/g, '\\$&').replaceAll('+', '[^/]+').replace(/\/?#$/, '(/.*)?')}$`).test(topic);

/** A broker that keeps to the letter of what it says in CONNACK, on a port of 127.0.0.1; it ends with the test. */
export async function startStrictBroker({
  version = 5,
  connack = {},
}: {
  version?: 4 | 5;
  connack?: StrictBroker['connack'];
} = {}): Promise<StrictBroker> {
  const sockets = new Map<Socket, { filters: Set<string>; send(packet: Packet): void }>();
  const server = createServer((socket) => {
    const parser = packetParser({ protocolVersion: version });
    const send = (packet: Packet) => socket.writable && socket.write(generate(packet, { protocolVersion: version }));
    const client = { filters: new Set<string>(), send };
    const limits = broker.connack;
    let inFlight = 0;
    let will: { topic: string; payload: string } | undefined;
    sockets.set(socket, client);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        sockets.delete(socket);
        if (will !== undefined) broker.retained.set(will.topic, will.payload);
      });
    socket.on('data', (data) => parser.parse(data));
    parser.on('error', () => socket.destroy());
    const forbid = (reasonCode: number, violation: string) => {
      broker.violations.push(violation);
      if (version === 5) send({ cmd: 'disconnect', reasonCode });
      socket.end();
    };
    const take = (packet: IPublishPacket) => {
      const { topic, retain } = packet;
      const payload = packet.payload.toString();
      broker.published.push({ topic, payload, retain });
      const answer = broker.answer(packet);
      if (answer === 'hang up') return void socket.end();
      if (answer === 0 && retain) {
        if (payload === '') broker.retained.delete(topic);
        else broker.retained.set(topic, payload);
      }
      if (answer === 0)
        for (const { filters, send } of sockets.values())
          if ([...filters].some((filter) => matches(filter, topic)))
            send({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false });
      if (answer === 'nothing') return;
      // Later, so that as many are in flight as the agent lets be.
      setImmediate(() => {
        inFlight -= 1;
        send({ cmd: 'puback', messageId: packet.messageId ?? 0, ...(version === 5 ? { reasonCode: answer } : {}) });
      });
    };
    parser.on('packet', (packet) => {
      const { messageId = 0 } = packet;
      switch (packet.cmd) {
        case 'connect':
          if (packet.protocolVersion !== version) return void socket.end();
          broker.connections += 1;
          if (packet.will) will = { topic: packet.will.topic, payload: packet.will.payload.toString() };
          return void send({
            cmd: 'connack',
            sessionPresent: false,
            ...(version === 5 ? { reasonCode: 0, properties: limits } : { returnCode: 0 }),
          });
        case 'subscribe':
          if (!broker.subscribes) return;
          if (
            limits.wildcardSubscriptionAvailable === false &&
            packet.subscriptions.some(({ topic }) => /[+#]/.test(topic))
          )
            return forbid(0xa2, packet.subscriptions.map(({ topic }) => topic).join());
          for (const { topic } of packet.subscriptions) client.filters.add(topic);
          send({ cmd: 'suback', messageId, granted: packet.subscriptions.map(() => 0) });
          for (const [topic, payload] of broker.retained)
            if (
              packet.subscriptions.some((one) =>
                broker.retainsByNameOnly ? one.topic === topic : matches(one.topic, topic),
              )
            )
              send({ cmd: 'publish', topic, payload, qos: 0, retain: true, dup: false });
          return;
        case 'unsubscribe':
          for (const topic of packet.unsubscriptions) client.filters.delete(topic);
          return void send({ cmd: 'unsuback', messageId, granted: packet.unsubscriptions.map(() => 0) });
        case 'publish': {
          inFlight += 1;
          const bytes = generate(packet, { protocolVersion: version }).length;
          if (bytes > (limits.maximumPacketSize ?? Number.POSITIVE_INFINITY))
            return forbid(0x95, `${packet.topic}: ${bytes} bytes`);
          if (inFlight > (limits.receiveMaximum ?? Number.POSITIVE_INFINITY))
            return forbid(0x93, `${inFlight} in flight`);
          return take(packet);
        }
        case 'pingreq':
          return void (broker.pings && send({ cmd: 'pingresp' }));
        case 'disconnect':
          will = undefined;
          return void socket.end();
        default:
      }
    });
  });
  const broker: StrictBroker = {
    url: '',
    retained: new Map(),
    published: [],
    violations: [],
    connections: 0,
    connack,
    answer: () => 0,
    pings: true,
    subscribes: true,
    retainsByNameOnly: false,
  };
  server.listen(0, '127.0.0.1');
  const port = await until('a port', () => (server.address() as { port: number } | null)?.port);
  broker.url = `mqtt://127.0.0.1:${port}`;
  onTestFinished(async () => {
    for (const socket of sockets.keys()) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return broker;
}
