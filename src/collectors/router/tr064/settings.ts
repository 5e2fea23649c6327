import { customSetting } from '../../../model/setting.ts';
import { parseMacAddress } from './mac-address.ts';
import type { WatchedClient } from './parts.ts';

/** Parses a comma-separated list of `name=MAC address`; undefined if an item is invalid. */
export function parseWatchedClients(text: string): WatchedClient[] | undefined {
  const items = text.split(',').filter((item) => item.trim() !== '');
  const clients = items.flatMap((item) => {
    const [name = '', address, excess] = item.split('=').map((word) => word.trim());
    const mac = parseMacAddress(address);
    return name === '' || mac === undefined || excess !== undefined ? [] : [{ name, macAddress: mac }];
  });
  return clients.length === items.length ? clients : undefined;
}

export const tr064Settings = {
  FRITZBOX_CLIENTS: customSetting(
    {
      description:
        'Phones, computers and other clients whose presence in a FRITZ!Box’s network is reported, each with a name and its MAC address. Ask the people who carry them first. None by default.',
      default: '',
      example: 'Phone of Ada=AA:BB:CC:00:11:22,Laptop of Ada=AA:BB:CC:00:11:33',
    },
    'a comma-separated list of name=MAC address',
    parseWatchedClients,
  ),
};
