import { bounds } from '../../model/bounds.ts';
import { parseXml, type XmlElement } from '../xml.ts';

export interface UpnpService {
  /** `urn:schemas-upnp-org:service:WANIPConnection:1`, in the spelling of the device. */
  type: string;
  /** The last part of its id: in a FRITZ!Box `WANIPConn1` for IGD and `WANIPConnection1` for TR-064. */
  id: string;
  controlUrl: URL;
  /** Number of the WANDevice that the service stands in, from 1; 0 outside of any. */
  wanDevice: number;
}

/** The description of a UPnP device: `rootDesc.xml`, `igddesc.xml`, `tr64desc.xml`. */
export interface UpnpDescription {
  friendlyName?: string;
  manufacturer?: string;
  model?: string;
  serialNumber?: string;
  /** Unique device name, without `uuid:`. */
  udn?: string;
  /** As a FRITZ!Box shows it: `154.08.02`. */
  firmware?: string;
  presentation?: URL;
  /** Whether the device runs miniupnpd, the daemon of most open-source routers, which does not know the properties of
   * its line. */
  isMiniupnpd: boolean;
  services: UpnpService[];
}

/** Always at the host that was asked: behind a VPN the device's own idea of its host is wrong, and requests must go
 * nowhere else. */
function urlAt(address: URL, base: URL, reference: string | undefined): URL | undefined {
  if (reference === undefined || !URL.canParse(reference, base.href)) return undefined;
  const url = new URL(reference, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.hostname = address.hostname;
  return url;
}

function parseService(element: XmlElement, address: URL, base: URL, wanDevice: number): UpnpService[] {
  const type = element.textOf('serviceType');
  const control = urlAt(address, base, element.textOf('controlURL'));
  return type === undefined || control === undefined
    ? []
    : [{ type, id: element.textOf('serviceId')?.split(':').at(-1) ?? '', controlUrl: control, wanDevice }];
}

/** Adds to each service the number of its WANDevice: a router with two ways to the internet has two (UPnP IGD, 2.2). */
function servicesWithin(root: XmlElement): [service: XmlElement, wanDevice: number][] {
  let wanDevices = 0;
  const walk = (element: XmlElement, wanDevice: number): [XmlElement, number][] =>
    element.children.flatMap((child) => {
      if (child.name === 'service') return [[child, wanDevice] as [XmlElement, number]];
      const isWanDevice = child.name === 'device' && /:device:WANDevice:/.test(child.textOf('deviceType') ?? '');
      if (isWanDevice) wanDevices += 1;
      return walk(child, isWanDevice ? wanDevices : wanDevice);
    });
  return walk(root, 0);
}

/** Parses the description found at `address`. Throws if the text is none. */
export function parseUpnpDescription(text: string, address: URL): UpnpDescription {
  const root = parseXml(text, 'root');
  const device = root.child('device');
  if (device === undefined) throw new Error('the description has no device');
  const base = urlAt(address, address, root.textOf('URLBase')) ?? address;
  const named = {
    friendlyName: device.textOf('friendlyName'),
    manufacturer: device.textOf('manufacturer'),
    model: device.textOf('modelName'),
    serialNumber: device.textOf('serialNumber'),
    udn: device.textOf('UDN')?.replace(/^uuid:/i, ''),
    firmware: root.child('systemVersion')?.textOf('Display'),
    presentation: urlAt(address, base, device.textOf('presentationURL')),
  };
  const defined = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as Omit<
    UpnpDescription,
    'services' | 'isMiniupnpd'
  >;
  const isMiniupnpd = root.descendants('modelName').some(({ text: name }) => /^miniupnpd$/i.test(name));
  return {
    ...defined,
    isMiniupnpd,
    services: servicesWithin(root)
      .slice(0, bounds.upnpServices.items)
      .flatMap(([service, wanDevice]) => parseService(service, address, base, wanDevice)),
  };
}
