import { createSocket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';

const group = '239.255.255.250';
const port = 1900;
/** Seconds that boxes may take to answer (MX); a little more is waited. */
const mx = 2;

const targets = ['urn:schemas-upnp-org:device:InternetGatewayDevice:1', 'urn:schemas-upnp-org:device:InternetGatewayDevice:2'];

const question = (target: string) => `M-SEARCH * HTTP/1.1\r\nHOST: ${group}:${port}\r\nMAN: "ssdp:discover"\r\nMX: ${mx}\r\nST: ${target}\r\n\r\n`;

/** The LOCATION of an answer; undefined where there is none. Names of headers come in any case, lines with or without CR. */
export function locationIn(answer: string): URL | undefined {
  if (!/^(HTTP\/1\.\d 200|NOTIFY )/.test(answer)) return undefined;
  const location = /^location:[ \t]*(\S+)/im.exec(answer)?.[1];
  return location !== undefined && URL.canParse(location) ? new URL(location) : undefined;
}

/** Where the box at this address says, by SSDP, that its descriptions are. What others say of it does not count. */
export async function locations(address: string, signal: AbortSignal): Promise<URL[]> {
  const found = new Map<string, URL>();
  const socket = createSocket('udp4');
  const failed = new Promise<never>((_, reject) => socket.once('error', reject));
  socket.on('message', (message, { address: from }) => {
    const location = from === address ? locationIn(message.toString('latin1')) : undefined;
    if (location?.hostname === address) found.set(location.href, location);
  });
  try {
    // To all, as it is meant; and to the box alone, because multicast does not pass every bridge.
    for (const target of targets) for (const to of [group, address]) socket.send(question(target), port, to);
    await Promise.race([pause((mx + 0.5) * 1000, undefined, { signal }), failed]);
  } finally {
    socket.close();
  }
  return [...found.values()];
}
