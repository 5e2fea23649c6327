import type { Observation } from '../../../model/collector.ts';
import type { Device, DevicePart } from '../../../model/device.ts';
import type { LanHostEntry, LoginOnlyData, MeshLinkReading, RepeaterReading, WlanRadioReading } from './reading.ts';

/** A client of the network that the settings name. */
export interface ConfiguredClient {
  name: string;
  macAddress: string;
}

export interface ClientPresenceReading {
  isPresent: boolean;
  host: LanHostEntry | undefined;
}

/** The reading of each table. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type Tr064SubDeviceReadingByTable = {
  radio: Partial<WlanRadioReading>;
  repeater: Partial<RepeaterReading>;
  meshlink: Partial<MeshLinkReading>;
  client: Partial<ClientPresenceReading>;
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

/** Turns the parts of one FRITZ!Box into observations. Parts that are missing from a reading remain, with empty
 * readings. */
export class Tr064SubDeviceObservationBuilder {
  readonly #configuredClients: readonly ConfiguredClient[];
  readonly #lastParts = new Map<keyof Tr064SubDeviceReadingByTable, readonly DevicePart[]>();

  constructor(configuredClients: readonly ConfiguredClient[]) {
    this.#configuredClients = configuredClients;
  }

  observe(
    device: Device,
    { radios, repeaters, meshLinks, hosts }: LoginOnlyData = {},
  ): Observation<Tr064SubDeviceReadingByTable>[] {
    const activeHostOf = ({ macAddress }: ConfiguredClient) =>
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
          this.#configuredClients.map((client) => ({
            part: { id: client.macAddress, name: client.name },
            reading: { isPresent: activeHostOf(client) !== undefined, host: activeHostOf(client) },
          })),
      ),
    ];
  }

  #observeTable<Table extends keyof Tr064SubDeviceReadingByTable>(
    table: Table,
    device: Device,
    found: PartReading<Tr064SubDeviceReadingByTable[Table]>[] | undefined,
  ): Observation<Tr064SubDeviceReadingByTable>[] {
    if (found !== undefined)
      this.#lastParts.set(
        table,
        found.map(({ part }) => part),
      );
    const parts =
      found ??
      this.#lastParts
        .get(table)
        ?.map((part): PartReading<Tr064SubDeviceReadingByTable[Table]> => ({ part, reading: {} })) ??
      [];
    return parts.map(
      ({ part, reading }) => ({ table, device, part, reading }) as Observation<Tr064SubDeviceReadingByTable>,
    );
  }
}
