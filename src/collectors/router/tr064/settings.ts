import { customSetting } from '../../../model/setting.ts';
import { parseMacAddress } from './mac-address.ts';
import type { WatchedClient } from './parts.ts';

/** The clients that a setting names; undefined where one is no `name=MAC address`. */
export function parseWatchedClients(text: string): WatchedClient[] | undefined {
  const items = text.split(',').filter((item) => item.trim() !== '');
  const clients = items.flatMap((item) => {
    const [name = '', address, more] = item.split('=').map((word) => word.trim());
    const mac = parseMacAddress(address);
    return name === '' || mac === undefined || more !== undefined ? [] : [{ name, macAddress: mac }];
  });
  return clients.length === items.length ? clients : undefined;
}

export const tr064Settings = {
  FRITZBOX_CLIENTS: customSetting(
    {
      description:
        'Phones, computers and the like whose presence in a FRITZ!Box’s network is to be seen, each by a name and its MAC address. Whoever carries one should agree. None unless set.',
      default: '',
      example: 'Phone of Ada=AA:BB:CC:00:11:22,Laptop of Ada=AA:BB:CC:00:11:33',
    },
    'a list of name=MAC address, separated by commas',
    parseWatchedClients,
  ),
};
