import { SoapFields } from '../../../lib/upnp/soap.ts';
import { parseXml } from '../../../lib/xml.ts';
import { bounds } from '../../../model/bounds.ts';
import { normalizeMacAddress } from '../../../model/shared-device.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import type { FritzBoxRequester, LanHostEntry, PollItem, WlanRadioReading } from './reading.ts';

const bands = new Map<string, WlanRadioReading['band']>([
  ['2400', '2.4 GHz'],
  ['5000', '5 GHz'],
  ['6000', '6 GHz'],
]);

/** The band, derived from the channel if the FRITZ!Box does not report it. */
const bandOf = (band: string | undefined, channel: number | undefined): WlanRadioReading['band'] =>
  bands.get(band ?? '') ?? (channel === undefined || channel === 0 ? undefined : channel < 15 ? '2.4 GHz' : '5 GHz');

async function readRadio(client: FritzBoxRequester, instance: number): Promise<WlanRadioReading | undefined> {
  const service = `WLANConfiguration${instance}`;
  const info = await client.call(service, 'GetInfo');
  if (info === undefined) return undefined;
  const extension = await client.call(service, 'X_AVM-DE_GetWLANExtInfo');
  const status = info.text('Status');
  const isUp = status === undefined ? undefined : status === 'Up';
  const channel = info.count('Channel') || undefined;
  const kind = extension?.text('X_AVM-DE_APType');
  return {
    instance,
    band: bandOf(info.text('X_AVM-DE_FrequencyBand'), channel),
    isGuest: kind === undefined ? undefined : kind === 'guest',
    isUp,
    channel: isUp === false ? undefined : channel,
    ssid: info.text('SSID'),
    standard: info.text('Standard'),
    clients: isUp === false ? 0 : (await client.call(service, 'GetTotalAssociations'))?.count('TotalAssociations'),
  };
}

/** The services are numbered: first the radios, as many as there are, then the guest network. */
export const wlanPollItem: PollItem = {
  intervalSeconds: 60,
  async read(client) {
    const radios: WlanRadioReading[] = [];
    for (const instance of [1, 2, 3, 4]) {
      const found = await readRadio(client, instance);
      if (found !== undefined) radios.push(found);
    }
    return { radios: radios.length === 0 ? undefined : radios };
  },
};

const connectionByType = new Map<string, LanHostEntry['over']>([
  ['Ethernet', 'lan'],
  ['802.11', 'wlan'],
]);

/** Parses the list of hosts of a FRITZ!Box. Throws if the text is none. */
export function parseLanHostEntries(text: string): LanHostEntry[] {
  const items = parseXml(text, 'List', bounds.hostList).children.filter(({ name }) => name === 'Item');
  return items.map((item) => {
    const fields = new SoapFields(item.children.map(({ name, text: value }) => [name, value] as const));
    return {
      macAddress: normalizeMacAddress(fields.text('MACAddress')),
      isActive: fields.flag('Active') === true,
      over: connectionByType.get(fields.text('InterfaceType') ?? ''),
      isGuest: fields.flag('X_AVM-DE_Guest') === true,
      speedBytesPerSecond: toBaseUnit(fields.count('X_AVM-DE_Speed') || undefined, 'Mbit/s'),
    };
  });
}

/** Seconds after which the list is fetched even if its change counter is the same. */
const maxListAgeSeconds = 300;

/** The list is large, so it is fetched only when its change counter has changed, and every few minutes. */
export const createHostsPollItem = (): PollItem => {
  let last: { change: number | undefined; at: number; list: LanHostEntry[] } | undefined;
  return {
    intervalSeconds: 30,
    async read(client) {
      const change = (await client.call('Hosts1', 'X_AVM-DE_GetChangeCounter'))?.count('X_AVM-DE_ChangeCounter');
      const isUnchanged =
        last !== undefined &&
        change !== undefined &&
        change === last.change &&
        client.now() - last.at < maxListAgeSeconds * 1000;
      if (isUnchanged) return { hosts: last?.list };
      const path = (await client.call('Hosts1', 'X_AVM-DE_GetHostListPath'))?.text('X_AVM-DE_HostListPath');
      const text = path === undefined ? undefined : await client.fetch(path);
      last = text === undefined ? undefined : { change, at: client.now(), list: parseLanHostEntries(text) };
      return { hosts: last?.list };
    },
  };
};
