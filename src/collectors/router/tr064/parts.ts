import type { Observation } from '../../../model/collector.ts';
import type { Device, DevicePart } from '../../../model/device.ts';
import type { LoginOnlyData, MeshLinkReading, NetworkHost, RepeaterReading, WlanRadioReading } from './reading.ts';

/** A client of the network that the settings name. */
export interface WatchedClient {
  name: string;
  macAddress: string;
}

export interface ClientReading {
  isPresent: boolean;
  host: NetworkHost | undefined;
}

/** The reading of each table. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type Tr064PartReadings = {
  radio: Partial<WlanRadioReading>;
  repeater: Partial<RepeaterReading>;
  meshlink: Partial<MeshLinkReading>;
  client: Partial<ClientReading>;
};

/** Radios are named by their bands, with their numbers if two share a band. */
function radioName(radio: WlanRadioReading, all: readonly WlanRadioReading[]): string {
  if (radio.isGuest) return 'Guest WLAN';
  const sameBand = all.filter(({ band, isGuest }) => band === radio.band && !isGuest);
  return ['WLAN', radio.band, sameBand.length > 1 || radio.band === undefined ? radio.instance : undefined]
    .filter((word) => word !== undefined)
    .join(' ');
}

const uniqueById = <T extends { id: string }>(items: readonly T[]): T[] => [
  ...new Map(items.map((item) => [item.id, item])).values(),
];

interface PartReading<Reading> {
  part: DevicePart;
  reading: Reading;
}

/** Turns the parts of one FRITZ!Box into observations. Parts that are missing from a reading remain, with empty readings. */
export class Tr064PartObserver {
  readonly #watchedClients: readonly WatchedClient[];
  readonly #lastParts = new Map<keyof Tr064PartReadings, readonly DevicePart[]>();

  constructor(watchedClients: readonly WatchedClient[]) {
    this.#watchedClients = watchedClients;
  }

  observe(
    device: Device,
    { radios, repeaters, meshLinks, hosts }: LoginOnlyData = {},
  ): Observation<Tr064PartReadings>[] {
    const activeHostOf = ({ macAddress }: WatchedClient) =>
      hosts?.find((host) => host.macAddress === macAddress && host.isActive);
    return [
      ...this.#observeTable(
        'radio',
        device,
        radios?.map((reading) => ({
          part: { id: String(reading.instance), name: radioName(reading, radios) },
          reading,
        })),
      ),
      ...this.#observeTable(
        'repeater',
        device,
        repeaters &&
          uniqueById(repeaters).map((reading) => ({ part: { id: reading.id, name: reading.name }, reading })),
      ),
      ...this.#observeTable(
        'meshlink',
        device,
        meshLinks &&
          uniqueById(meshLinks).map((reading) => ({
            part: { id: reading.id, name: `Mesh link ${reading.name}` },
            reading,
          })),
      ),
      ...this.#observeTable(
        'client',
        device,
        hosts &&
          this.#watchedClients.map((client) => ({
            part: { id: client.macAddress, name: client.name },
            reading: { isPresent: activeHostOf(client) !== undefined, host: activeHostOf(client) },
          })),
      ),
    ];
  }

  #observeTable<Table extends keyof Tr064PartReadings>(
    table: Table,
    device: Device,
    found: PartReading<Tr064PartReadings[Table]>[] | undefined,
  ): Observation<Tr064PartReadings>[] {
    if (found !== undefined)
      this.#lastParts.set(
        table,
        found.map(({ part }) => part),
      );
    const parts =
      found ??
      this.#lastParts.get(table)?.map((part): PartReading<Tr064PartReadings[Table]> => ({ part, reading: {} })) ??
      [];
    return parts.map(({ part, reading }) => ({ table, device, part, reading }) as Observation<Tr064PartReadings>);
  }
}
