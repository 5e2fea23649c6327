import { hostInUrl } from '../../../lib/names/dns.ts';
import { parseUpnpDescription, type UpnpDescription } from '../../../lib/upnp/description.ts';
import { HttpStatusError, NoReplyError, type SendRequest } from '../../../lib/upnp/http-client.ts';

/** A description and its URL. */
export interface LocatedDescription {
  url: URL;
  description: UpnpDescription;
}

/** Rejects with NoReplyError, HttpStatusError, or an Error that quotes what was found instead. */
export async function fetchLocatedDescription(
  url: URL,
  send: SendRequest,
  signal: AbortSignal,
): Promise<LocatedDescription> {
  const { status, body } = await send({ url }, signal);
  if (status !== 200) throw new HttpStatusError(status, `${url.href}: HTTP ${status}`);
  return { url, description: parseUpnpDescription(body, url) };
}

/** The first description that fits. No second path is tried at a port that does not answer. `ports`: the URLs of each port. */
export async function findLocatedDescription(
  ports: readonly (readonly URL[])[],
  send: SendRequest,
  fits: (description: UpnpDescription) => boolean,
  signal: AbortSignal,
): Promise<LocatedDescription | undefined> {
  for (const urls of ports) {
    for (const url of urls) {
      try {
        const found = await fetchLocatedDescription(url, send, signal);
        if (fits(found.description)) return found;
      } catch (error) {
        if (error instanceof NoReplyError) break;
      }
    }
  }
  return undefined;
}

/** Where routers keep their descriptions, by port: FRITZ!Boxes, miniupnpd, and firmware that is based on Intel's or the Portable SDK. */
const usualPorts: readonly [port: number, paths: readonly string[]][] = [
  [49000, ['igddesc.xml', 'fboxdesc.xml']],
  [5000, ['rootDesc.xml']],
  [49152, ['rootDesc.xml', 'gatedesc.xml', 'igd.xml']],
  [1900, ['rootDesc.xml', 'igd.xml', 'gatedesc.xml']],
  [2869, ['rootDesc.xml']],
  [80, ['rootDesc.xml', 'DeviceDescription.xml']],
];

export const descriptionUrlsGroupedByPort = (address: string): URL[][] =>
  usualPorts.map(([port, paths]) => paths.map((path) => new URL(`http://${hostInUrl(address)}:${port}/${path}`)));

/** Where a FRITZ!Box reveals its firmware and serial number without a login. */
export const tr064DescriptionUrl = (address: string): URL => new URL(`http://${hostInUrl(address)}:49000/tr64desc.xml`);

const wanServiceType = /:service:WAN(?:CommonInterfaceConfig|IPConnection|PPPConnection):\d+$/;

/** Whether the device is a gateway to the internet; a repeater is not. */
export const isInternetGateway = ({ services }: UpnpDescription): boolean =>
  services.some(({ type }) => wanServiceType.test(type));
