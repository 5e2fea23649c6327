import type { Observation } from '../../../model/collector.ts';
import type { Device, DevicePart } from '../../../model/device.ts';
import type { LoginOnlyData, MeshLinkReading, NetworkHost, RepeaterReading, WlanRadioReading } from './reading.ts';

/** A device of the network that the settings name. */
export interface WatchedClient {
  name: string;
  macAddress: string;
}

export interface ClientReading {
  isPresent: boolean;
  host: NetworkHost | undefined;
}

/** Each table's reading. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type Tr064PartReadings = {
  radio: Partial<WlanRadioReading>;
  repeater: Partial<RepeaterReading>;
  meshlink: Partial<MeshLinkReading>;
  client: Partial<ClientReading>;
};

/** Told apart by their bands, or where two have one by their numbers. */
function radioName(radio: WlanRadioReading, all: readonly WlanRadioReading[]): string {
  if (radio.isGuest) return 'Guest WLAN';
  const alike = all.filter(({ band, isGuest }) => band === radio.band && !isGuest);
  return ['WLAN', radio.band, alike.length > 1 || radio.band === undefined ? radio.instance : undefined]
    .filter((word) => word !== undefined)
    .join(' ');
}

const uniqueById = <T extends { id: string }>(all: readonly T[]): T[] => [
  ...new Map(all.map((one) => [one.id, one])).values(),
];

interface FoundPart<Reading> {
  part: DevicePart;
  reading: Reading;
}

/** The parts of one box as observations of its device. Those that it does not tell of now stay, with nothing known of them. */
export class Tr064PartObserver {
  readonly #watchedClients: readonly WatchedClient[];
  readonly #known = new Map<keyof Tr064PartReadings, readonly DevicePart[]>();

  constructor(watchedClients: readonly WatchedClient[]) {
    this.#watchedClients = watchedClients;
  }

  observe(
    device: Device,
    { radios, repeaters, meshLinks, hosts }: LoginOnlyData = {},
  ): Observation<Tr064PartReadings>[] {
    const seen = (one: WatchedClient) => hosts?.find((host) => host.macAddress === one.macAddress && host.isActive);
    return [
      ...this.#table(
        'radio',
        device,
        radios?.map((reading) => ({
          part: { id: String(reading.instance), name: radioName(reading, radios) },
          reading,
        })),
      ),
      ...this.#table(
        'repeater',
        device,
        repeaters &&
          uniqueById(repeaters).map((reading) => ({ part: { id: reading.id, name: reading.name }, reading })),
      ),
      ...this.#table(
        'meshlink',
        device,
        meshLinks &&
          uniqueById(meshLinks).map((reading) => ({
            part: { id: reading.id, name: `Mesh link ${reading.name}` },
            reading,
          })),
      ),
      ...this.#table(
        'client',
        device,
        hosts &&
          this.#watchedClients.map((one) => ({
            part: { id: one.macAddress, name: one.name },
            reading: { isPresent: seen(one) !== undefined, host: seen(one) },
          })),
      ),
    ];
  }

  #table<Table extends keyof Tr064PartReadings>(
    table: Table,
    device: Device,
    found: FoundPart<Tr064PartReadings[Table]>[] | undefined,
  ): Observation<Tr064PartReadings>[] {
    if (found !== undefined)
      this.#known.set(
        table,
        found.map(({ part }) => part),
      );
    const parts =
      found ??
      this.#known.get(table)?.map((part): FoundPart<Tr064PartReadings[Table]> => ({ part, reading: {} })) ??
      [];
    return parts.map(({ part, reading }) => ({ table, device, part, reading }) as Observation<Tr064PartReadings>);
  }
}
