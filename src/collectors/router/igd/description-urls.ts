import { hostInUrl } from '../address-resolver.ts';
import type { UpnpDescription } from '../soap/upnp-description.ts';

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
