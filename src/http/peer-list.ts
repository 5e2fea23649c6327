import { BlockList, isIP } from 'node:net';

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Parses a list such as `192.168.1.5,192.168.2.0/24,fd00::/8`; undefined if it is invalid or empty. */
export function parsePeerList(text: string): BlockList | undefined {
  const peers = new BlockList();
  for (const item of text.split(',').flatMap((part) => part.trim() || [])) {
    const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(item) ?? [];
    const family = familyOf(address);
    // A zone (fe80::1%eth0) is this machine's name for a link; BlockList does not support it.
    if (isIP(address) === 0 || address.includes('%') || Number(length ?? 0) > (family === 'ipv6' ? 128 : 32))
      return undefined;
    if (length === undefined) peers.addAddress(address, family);
    else peers.addSubnet(address, Number(length), family);
  }
  return peers.rules.length === 0 ? undefined : peers;
}

/** Whether the remote address of a connection is in the list. BlockList matches IPv4-mapped IPv6 addresses
 * (`::ffff:192.0.2.1`) too. */
export function isListedPeer(peers: BlockList, address: string | undefined): boolean {
  const withoutZone = address?.replace(/%.*$/, '') ?? '';
  return isIP(withoutZone) !== 0 && peers.check(withoutZone, familyOf(withoutZone));
}

/** What listens at one of these listens at all of the machine's addresses. */
export const unspecifiedAddresses = new BlockList();
unspecifiedAddresses.addAddress('0.0.0.0', 'ipv4');
unspecifiedAddresses.addAddress('::', 'ipv6');

export const loopbackPeers = new BlockList();
loopbackPeers.addSubnet('127.0.0.0', 8, 'ipv4');
loopbackPeers.addAddress('::1', 'ipv6');
