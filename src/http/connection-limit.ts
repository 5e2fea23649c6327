import type { Server } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import { spareDescriptors } from '../lib/open-file-limit.ts';
import { bounds } from '../model/bounds.ts';
import { isListedPeer, loopbackPeers } from './peer-list.ts';

/** Connections that the limit on open files leaves: half of what is to spare, and never less than two. */
const mostConnections = Math.max(2, Math.floor(spareDescriptors / 2));

/** Whom an address stands for: who has one IPv6 address has its whole /64. */
export function addressOrIpv6Network(address: string | undefined): string {
  const plain = address?.replace(/^::ffff:(?=[\d.]+$)/i, '') ?? '';
  return isIPv6(plain) ? plain.split(':').slice(0, 4).join(':') : plain;
}

interface Connection {
  peer: string;
  isOther: boolean;
  /** Requests that are being answered. */
  active: number;
}

/** Bounds the connections of one other machine, of all other machines, and of all together. Where a bound is reached,
 * the connection that has waited longest without a request makes room, or else one whose client does not read its
 * response, so that a new one that asks at once is always answered. */
export function limitConnections(server: Server, most = mostConnections): void {
  // Oldest first; moved to the end with each request.
  const connections = new Map<Socket, Connection>();
  const limits: [items: number, isCounted: (one: Connection, added: Connection) => boolean][] = [
    [Math.min(most, bounds.httpConnections.items), () => true],
    [Math.min(most - 1, bounds.httpConnectionsOfOthers.items), (one) => one.isOther],
    [Math.min(most, bounds.httpConnectionsOfPeer.items), (one, added) => one.isOther && one.peer === added.peer],
  ];
  const isAdmitted = (socket: Socket, added: Connection): boolean => {
    for (const [items, isCounted] of limits) {
      if (!isCounted(added, added)) continue;
      const counted = [...connections].filter(([, one]) => isCounted(one, added));
      if (counted.length < items) continue;
      const [unused] =
        counted.find(([, one]) => one.active === 0) ?? counted.find(([{ writableLength }]) => writableLength > 0) ?? [];
      if (unused === undefined) return false;
      connections.delete(unused);
      unused.destroy();
    }
    connections.set(socket, added);
    return true;
  };
  server.on('connection', (socket: Socket) => {
    const isOther = !isListedPeer(loopbackPeers, socket.remoteAddress);
    if (!isAdmitted(socket, { peer: addressOrIpv6Network(socket.remoteAddress), isOther, active: 0 })) socket.destroy();
    socket.once('close', () => connections.delete(socket));
  });
  server.prependListener('request', ({ socket }, response) => {
    const connection = connections.get(socket);
    if (connection === undefined) return;
    connection.active += 1;
    response.once('close', () => {
      connection.active -= 1;
      if (!connections.delete(socket)) return;
      connections.set(socket, connection);
    });
  });
}
