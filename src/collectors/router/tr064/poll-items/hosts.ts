import { parseXml } from '../../soap/xml.ts';
import { XmlFields } from '../../soap/xml-fields.ts';
import { parseMacAddress } from '../mac-address.ts';
import type { PollItem } from '../poll-item.ts';
import type { NetworkHost } from '../reading.ts';

const connectionByType: Record<string, NetworkHost['over']> = { Ethernet: 'lan', '802.11': 'wlan' };

/** Parses the list of hosts of a FRITZ!Box. Throws if the text is none. */
export function parseHostList(text: string): NetworkHost[] {
  const items = parseXml(text, 'List').children.filter(({ name }) => name === 'Item');
  return items.map((item) => {
    const fields = new XmlFields(item.children.map(({ name, text: value }) => [name, value] as const));
    return {
      macAddress: parseMacAddress(fields.text('MACAddress')),
      isActive: fields.flag('Active') === true,
      over: connectionByType[fields.text('InterfaceType') ?? ''],
      isGuest: fields.flag('X_AVM-DE_Guest') === true,
      speed: fields.count('X_AVM-DE_Speed') || undefined,
    };
  });
}

/** Seconds after which the list is fetched even if its change counter is the same. */
const maxListAgeSeconds = 300;

/** The list is large, so it is fetched only when its change counter has changed, and every few minutes. */
export const createHostsPollItem = (): PollItem => {
  let last: { change: number | undefined; at: number; list: NetworkHost[] } | undefined;
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
      last = text === undefined ? undefined : { change, at: client.now(), list: parseHostList(text) };
      return { hosts: last?.list };
    },
  };
};
