import { hostInUrl } from '../address-resolver.ts';
import type { UpnpDescription } from '../soap/upnp-description.ts';

/** Where boxes keep their descriptions, port by port: FRITZ!Boxes, miniupnpd, what others took over from Intel's and Portable SDK. */
const usualPorts: readonly [port: number, paths: readonly string[]][] = [
  [49000, ['igddesc.xml', 'fboxdesc.xml']],
  [5000, ['rootDesc.xml']],
  [49152, ['rootDesc.xml', 'gatedesc.xml', 'igd.xml']],
  [1900, ['rootDesc.xml', 'igd.xml', 'gatedesc.xml']],
  [2869, ['rootDesc.xml']],
  [80, ['rootDesc.xml', 'DeviceDescription.xml']],
];

export const descriptionUrlsAt = (address: string): URL[][] =>
  usualPorts.map(([port, paths]) => paths.map((path) => new URL(`http://${hostInUrl(address)}:${port}/${path}`)));

/** Where a FRITZ!Box tells its firmware and serial number to everyone. */
export const tr064DescriptionUrl = (address: string): URL => new URL(`http://${hostInUrl(address)}:49000/tr64desc.xml`);

const wanService = /:service:WAN(?:CommonInterfaceConfig|IPConnection|PPPConnection):\d+$/;

/** Is there a way to the world behind this box? A repeater has none. */
export const hasWanService = ({ services }: UpnpDescription): boolean =>
  services.some(({ type }) => wanService.test(type));
