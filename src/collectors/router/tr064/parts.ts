import type { Found } from '../../../model/collector.ts';
import type { Device, Part } from '../../../model/device.ts';
import type { Host, MeshLink, Radio, Repeater, Told } from './reading.ts';

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
export type Tr064Parts = { radio: Partial<Radio>; repeater: Partial<Repeater>; meshlink: Partial<MeshLink>; client: Partial<ClientReading> };

/** Told apart by their bands, or where two have one by their numbers. */
function radioName(radio: Radio, all: readonly Radio[]): string {
  if (radio.isGuest) return 'Guest WLAN';
  const alike = all.filter(({ band, isGuest }) => band === radio.band && !isGuest);
  return ['WLAN', radio.band, alike.length > 1 || radio.band === undefined ? radio.instance : undefined].filter((word) => word !== undefined).join(' ');
}

const unique = <T extends { id: string }>(all: readonly T[]): T[] => [...new Map(all.map((one) => [one.id, one])).values()];

interface Shown<Reading> {
  part: Part;
  reading: Reading;
}

/** The parts of one box as observations of its device. Those that it does not tell of now stay, with nothing known of them. */
export class Parts {
  readonly #wanted: readonly Wanted[];
  readonly #known = new Map<keyof Tr064Parts, readonly Part[]>();

  constructor(wanted: readonly Wanted[]) {
    this.#wanted = wanted;
  }

  see(device: Device, { radios, repeaters, meshLinks, hosts }: Told = {}): Found<Tr064Parts>[] {
    const seen = (one: Wanted) => hosts?.find((host) => host.macAddress === one.macAddress && host.isActive);
    return [
      ...this.#table(
        'radio',
        device,
        radios?.map((reading) => ({ part: { id: String(reading.instance), name: radioName(reading, radios) }, reading })),
      ),
      ...this.#table('repeater', device, repeaters && unique(repeaters).map((reading) => ({ part: { id: reading.id, name: reading.name }, reading }))),
      ...this.#table('meshlink', device, meshLinks && unique(meshLinks).map((reading) => ({ part: { id: reading.id, name: `Mesh link ${reading.name}` }, reading }))),
      ...this.#table(
        'client',
        device,
        hosts && this.#wanted.map((one) => ({ part: { id: one.macAddress, name: one.name }, reading: { isPresent: seen(one) !== undefined, host: seen(one) } })),
      ),
    ];
  }

  #table<Of extends keyof Tr064Parts>(of: Of, device: Device, told: Shown<Tr064Parts[Of]>[] | undefined): Found<Tr064Parts>[] {
    if (told !== undefined)
      this.#known.set(
        of,
        told.map(({ part }) => part),
      );
    const shown = told ?? this.#known.get(of)?.map((part): Shown<Tr064Parts[Of]> => ({ part, reading: {} })) ?? [];
    return shown.map(({ part, reading }) => ({ of, device, part, reading }) as Found<Tr064Parts>);
  }
}
