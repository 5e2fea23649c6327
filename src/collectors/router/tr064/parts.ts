import type { Found } from '../../../model/collector.ts';
import type { Device } from '../../../model/device.ts';
import type { Host, MeshLink, Radio, Repeater, Tr064Reading } from './reading.ts';

/** A device of the network that the settings name. */
export interface Wanted {
  name: string;
  macAddress: string;
}

export interface ClientReading {
  isPresent: boolean;
  host: Host | undefined;
}

/** Each table's reading. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type Tr064Parts = { radio: Radio; repeater: Repeater; meshlink: MeshLink; client: ClientReading };

/** Told apart by their bands, or where two have one by their numbers. */
function radioName(radio: Radio, all: readonly Radio[]): string {
  if (radio.isGuest) return 'Guest WLAN';
  const alike = all.filter(({ band, isGuest }) => band === radio.band && !isGuest);
  return ['WLAN', radio.band, alike.length > 1 || radio.band === undefined ? radio.instance : undefined].filter((word) => word !== undefined).join(' ');
}

const unique = <T extends { id: string }>(all: readonly T[]): T[] => [...new Map(all.map((one) => [one.id, one])).values()];

/** The parts of a box as observations of its device. A client is only known to be away where the list of hosts could be read. */
export function tr064Parts(device: Device, { radios = [], repeaters = [], meshLinks = [], hosts }: Tr064Reading, wanted: readonly Wanted[]): Found<Tr064Parts>[] {
  const seen = (one: Wanted) => hosts?.find((host) => host.macAddress === one.macAddress && host.isActive);
  return [
    ...radios.map((reading) => ({ of: 'radio', device, part: { id: String(reading.instance), name: radioName(reading, radios) }, reading }) as const),
    ...unique(repeaters).map((reading) => ({ of: 'repeater', device, part: { id: reading.id, name: reading.name }, reading }) as const),
    ...unique(meshLinks).map((reading) => ({ of: 'meshlink', device, part: { id: reading.id, name: `Mesh link ${reading.name}` }, reading }) as const),
    ...(hosts === undefined
      ? []
      : wanted.map((one) => ({ of: 'client', device, part: { id: one.macAddress, name: one.name }, reading: { isPresent: seen(one) !== undefined, host: seen(one) } }) as const)),
  ];
}
