import { createSocket } from 'node:dgram';
import { isListedPeer, unspecifiedAddresses } from './peer-list.ts';
import { type HttpSettings, isLoopback } from './settings.ts';

/** An address that no network has (RFC 5737), beyond the default gateway. */
const distantAddress = '192.0.2.1';

/** The address from which this machine sends to other networks; undefined without a way to them. Connecting a UDP socket sends nothing. */
const outgoingAddress = (): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    const settle = (address: string | undefined) => {
      socket.close();
      resolve(address);
    };
    socket.on('error', () => settle(undefined));
    // Node calls back with an error, too, as where there is no route; then the address is 0.0.0.0.
    socket.connect(9, distantAddress, (error?: Error) =>
      settle(error === undefined ? socket.address().address : undefined),
    );
  });

/** The address or name as it stands in a URL, in the form that all spellings of it share; undefined for one that no URL can have, such as
 * an address with a zone. */
function canonicalHost(host: string): string | undefined {
  const url = `http://${host.includes(':') ? `[${host}]` : host}/`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined;
}

const isForThisMachine = (host: string) => isLoopback(host) || host.endsWith('.localhost');

/** Where other machines find the status page; undefined where they can't reach it, or would be turned away. */
export async function findPageUrl({
  HTTP_HOST,
  HTTP_PORT,
  HTTP_ALLOWED_PEERS,
}: Pick<HttpSettings, 'HTTP_HOST' | 'HTTP_PORT' | 'HTTP_ALLOWED_PEERS'>): Promise<string | undefined> {
  const listening = canonicalHost(HTTP_HOST);
  if (HTTP_PORT === 0 || listening === undefined || isForThisMachine(listening)) return undefined;
  const host = isListedPeer(unspecifiedAddresses, listening) ? await outgoingAddress() : listening;
  // The machine's own address stands for those of its network.
  const isForOthers = (address: string) =>
    HTTP_ALLOWED_PEERS === undefined || isListedPeer(HTTP_ALLOWED_PEERS, address);
  if (host === undefined || !isForOthers(host)) return undefined;
  return `http://${host.includes(':') ? `[${host}]` : host}:${HTTP_PORT}/`;
}
