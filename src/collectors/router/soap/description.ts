import { parseXml, type XmlElement } from './xml.ts';

export interface Service {
  /** `urn:schemas-upnp-org:service:WANIPConnection:1`, as the box writes it. */
  type: string;
  /** The last part of its id: FRITZ!Boxes name those of IGD `WANIPConn1`, those of TR-064 `WANIPConnection1`. */
  id: string;
  control: URL;
}

/** What a box says of itself: `rootDesc.xml`, `igddesc.xml`, `tr64desc.xml`. */
export interface Description {
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
  services: Service[];
}

/** At the address that was asked, whatever host the box takes itself to be: behind a VPN it is wrong, and elsewhere nobody is to be sent. */
function at(address: URL, base: URL, place: string | undefined): URL | undefined {
  if (place === undefined || !URL.canParse(place, base.href)) return undefined;
  const url = new URL(place, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.hostname = address.hostname;
  return url;
}

function serviceOf(element: XmlElement, address: URL, base: URL): Service[] {
  const type = element.textOf('serviceType');
  const control = at(address, base, element.textOf('controlURL'));
  return type === undefined || control === undefined ? [] : [{ type, id: element.textOf('serviceId')?.split(':').at(-1) ?? '', control }];
}

/** Reads the description that stands at this address. Throws where it is none. */
export function parseDescription(text: string, address: URL): Description {
  const root = parseXml(text, 'root');
  const device = root.child('device');
  if (device === undefined) throw new Error('describes no device');
  const base = at(address, address, root.textOf('URLBase')) ?? address;
  const named = {
    friendlyName: device.textOf('friendlyName'),
    manufacturer: device.textOf('manufacturer'),
    model: device.textOf('modelName'),
    serialNumber: device.textOf('serialNumber'),
    udn: device.textOf('UDN')?.replace(/^uuid:/i, ''),
    firmware: root.child('systemVersion')?.textOf('Display'),
    presentation: at(address, base, device.textOf('presentationURL')),
  };
  const known = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as Omit<Description, 'services' | 'isMiniupnpd'>;
  const isMiniupnpd = root.everywhere('modelName').some(({ text: name }) => /^miniupnpd$/i.test(name));
  return { ...known, isMiniupnpd, services: root.everywhere('service').flatMap((service) => serviceOf(service, address, base)) };
}
