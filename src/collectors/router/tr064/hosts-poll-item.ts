import { SoapFields } from '../../../lib/upnp/soap.ts';
import { parseXml } from '../../../lib/upnp/xml.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import { normalizeMacAddress } from './fritz-box-properties.ts';
import type { HostConnection, PollItem } from './reading.ts';

const connectionByType: Record<string, HostConnection['over']> = { Ethernet: 'lan', '802.11': 'wlan' };

/** Parses the list of hosts of a FRITZ!Box. Throws if the text is none. */
export function parseHostConnections(text: string): HostConnection[] {
  const items = parseXml(text, 'List').children.filter(({ name }) => name === 'Item');
  return items.map((item) => {
    const fields = new SoapFields(item.children.map(({ name, text: value }) => [name, value] as const));
    return {
      macAddress: normalizeMacAddress(fields.text('MACAddress')),
      isActive: fields.flag('Active') === true,
      over: connectionByType[fields.text('InterfaceType') ?? ''],
      isGuest: fields.flag('X_AVM-DE_Guest') === true,
      speedBytesPerSecond: toBaseUnit(fields.count('X_AVM-DE_Speed') || undefined, 'Mbit/s'),
    };
  });
}

/** Seconds after which the list is fetched even if its change counter is the same. */
const maxListAgeSeconds = 300;

/** The list is large, so it is fetched only when its change counter has changed, and every few minutes. */
export const createHostsPollItem = (): PollItem => {
  let last: { change: number | undefined; at: number; list: HostConnection[] } | undefined;
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
      last = text === undefined ? undefined : { change, at: client.now(), list: parseHostConnections(text) };
      return { hosts: last?.list };
    },
  };
};
