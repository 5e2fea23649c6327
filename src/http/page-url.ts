import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { hostInUrl } from '../model/host-in-url.ts';
import { isListedPeer, unspecifiedAddresses } from './peer-list.ts';
import { type HttpSettings, isLoopback } from './settings.ts';

/** An address that no network has (RFC 5737), beyond the default gateway. */
const distantAddress = '192.0.2.1';

/** The address from which this machine sends to other networks; undefined without a way to them. Connecting a UDP
 * socket sends nothing. */
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

/** The address or name as it stands in a URL, in the form that all spellings of it share; undefined for one that no URL
 * can have, such as an address with a zone. */
function canonicalHost(host: string): string | undefined {
  const url = `http://${hostInUrl(host)}/`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined;
}

/** Where other machines find the status page; undefined where they can't reach it, or would be turned away.
 * `listeningAddress`: what HTTP_HOST turned out to be, which may be a name of this machine that leads to itself
 * alone. */
export async function findPageUrl(
  { HTTP_HOST, HTTP_PORT, HTTP_ALLOWED_PEERS }: Pick<HttpSettings, 'HTTP_HOST' | 'HTTP_PORT' | 'HTTP_ALLOWED_PEERS'>,
  listeningAddress: string,
  isInContainerNetwork: () => boolean,
): Promise<string | undefined> {
  if (isLoopback(listeningAddress)) return undefined;
  const isAnywhere = isListedPeer(unspecifiedAddresses, listeningAddress);
  // An address in the settings may be one that the network gave the container (macvlan).
  if ((isAnywhere || isIP(HTTP_HOST) === 0) && isInContainerNetwork()) return undefined;
  const address = isAnywhere ? await outgoingAddress() : listeningAddress;
  const host = isAnywhere ? address : canonicalHost(HTTP_HOST);
  // The machine's own address stands for those of its network.
  const isForOthers = HTTP_ALLOWED_PEERS === undefined || isListedPeer(HTTP_ALLOWED_PEERS, address);
  if (host === undefined || !isForOthers) return undefined;
  return `http://${hostInUrl(host)}:${HTTP_PORT}/`;
}
