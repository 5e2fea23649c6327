import { Values } from '../../soap/values.ts';
import { parseXml } from '../../soap/xml.ts';
import { macAddress } from '../mac.ts';
import type { Host } from '../reading.ts';
import type { Subject } from '../subject.ts';

const ways: Record<string, Host['over']> = { Ethernet: 'lan', '802.11': 'wlan' };

/** The list of hosts that a box keeps. Throws where it is none. */
export function parseHosts(text: string): Host[] {
  const items = parseXml(text, 'List').children.filter(({ name }) => name === 'Item');
  return items.map((item) => {
    const told = new Values(item.children.map(({ name, text: value }) => [name, value] as const));
    return {
      macAddress: macAddress(told.text('MACAddress')),
      isActive: told.flag('Active') === true,
      over: ways[told.text('InterfaceType') ?? ''],
      isGuest: told.flag('X_AVM-DE_Guest') === true,
      speed: told.count('X_AVM-DE_Speed') || undefined,
    };
  });
}

/** Seconds after which the list is fetched though the box says that it is the same. */
const longest = 300;

/** The list is big and asked for only when the box has counted a change, and every few minutes. */
export const hosts = (): Subject => {
  let last: { change: number | undefined; at: number; list: Host[] } | undefined;
  return {
    every: 30,
    async read(box) {
      const change = (await box.ask('Hosts1', 'X_AVM-DE_GetChangeCounter'))?.count('X_AVM-DE_ChangeCounter');
      const isSame = last !== undefined && change !== undefined && change === last.change && box.now() - last.at < longest * 1000;
      if (isSame) return { hosts: last?.list };
      const path = (await box.ask('Hosts1', 'X_AVM-DE_GetHostListPath'))?.text('X_AVM-DE_HostListPath');
      const text = path === undefined ? undefined : await box.fetch(path);
      last = text === undefined ? undefined : { change, at: box.now(), list: parseHosts(text) };
      return { hosts: last?.list };
    },
  };
};
