import { parseXml, type XmlElement } from './xml.ts';

export interface UpnpService {
  /** `urn:schemas-upnp-org:service:WANIPConnection:1`, as the box writes it. */
  type: string;
  /** The last part of its id: FRITZ!Boxes name those of IGD `WANIPConn1`, those of TR-064 `WANIPConnection1`. */
  id: string;
  controlUrl: URL;
}

/** What a box says of itself: `rootDesc.xml`, `igddesc.xml`, `tr64desc.xml`. */
export interface UpnpDescription {
  friendlyName?: string;
  manufacturer?: string;
  model?: string;
  serialNumber?: string;
  /** Without `uuid:`. */
  udn?: string;
  /** As a FRITZ!Box shows it: `154.08.02`. */
  firmware?: string;
  presentation?: URL;
  /** Behind whatever name stands the daemon of most free routers, which does not know its line. */
  isMiniupnpd: boolean;
  services: UpnpService[];
}

/** At the address that was asked, whatever host the box takes itself to be: behind a VPN it is wrong, and elsewhere nobody is to be sent. */
function urlAt(address: URL, base: URL, place: string | undefined): URL | undefined {
  if (place === undefined || !URL.canParse(place, base.href)) return undefined;
  const url = new URL(place, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.hostname = address.hostname;
  return url;
}

function parseService(element: XmlElement, address: URL, base: URL): UpnpService[] {
  const type = element.textOf('serviceType');
  const control = urlAt(address, base, element.textOf('controlURL'));
  return type === undefined || control === undefined
    ? []
    : [{ type, id: element.textOf('serviceId')?.split(':').at(-1) ?? '', controlUrl: control }];
}

/** Reads the description that stands at this address. Throws where it is none. */
export function parseUpnpDescription(text: string, address: URL): UpnpDescription {
  const root = parseXml(text, 'root');
  const device = root.child('device');
  if (device === undefined) throw new Error('describes no device');
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
  const known = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as Omit<
    UpnpDescription,
    'services' | 'isMiniupnpd'
  >;
  const isMiniupnpd = root.descendants('modelName').some(({ text: name }) => /^miniupnpd$/i.test(name));
  return {
    ...known,
    isMiniupnpd,
    services: root.descendants('service').flatMap((service) => parseService(service, address, base)),
  };
}
