import { createSocket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import { bounds } from '../model/bounds.ts';

const multicastGroup = '239.255.255.250';
const ssdpPort = 1900;
/** Seconds within which devices have to answer (MX); the agent waits a little longer. */
const mxSeconds = 2;

const searchTargets = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
];

const searchRequest = (target: string) =>
  `M-SEARCH * HTTP/1.1\r\nHOST: ${multicastGroup}:${ssdpPort}\r\nMAN: "ssdp:discover"\r\nMX: ${mxSeconds}\r\nST: ${target}\r\n\r\n`;

/** The LOCATION header of an answer; undefined if there is none. Header names come in any case, lines with or without
 * CR. */
export function parseLocationHeader(answer: string): URL | undefined {
  if (!/^(HTTP\/1\.\d 200|NOTIFY )/.test(answer)) return undefined;
  const location = /^location:[ \t]*(\S+)/im.exec(answer)?.[1];
  return location !== undefined && URL.canParse(location) ? new URL(location) : undefined;
}

/** The URLs of its descriptions that the device at `address` announces over SSDP. Announcements by other devices are
 * ignored. */
export async function discoverDescriptionUrls(address: string, signal: AbortSignal): Promise<URL[]> {
  const found = new Map<string, URL>();
  const socket = createSocket('udp4');
  const failed = new Promise<never>((_, reject) => socket.on('error', reject));
  socket.on('message', (message, { address: from }) => {
    const location = from === address ? parseLocationHeader(message.toString('latin1')) : undefined;
    if (location?.hostname === address && found.size < bounds.ssdpAnswers.items) found.set(location.href, location);
  });
  try {
    // Multicast as specified, and unicast because multicast does not pass every bridge.
    for (const target of searchTargets)
      for (const to of [multicastGroup, address]) socket.send(searchRequest(target), ssdpPort, to);
    await Promise.race([pause((mxSeconds + 0.5) * 1000, undefined, { signal }), failed]);
  } finally {
    socket.close();
  }
  return [...found.values()];
}
