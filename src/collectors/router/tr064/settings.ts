import { customSetting } from '../../../model/setting.ts';
import { normalizeMacAddress } from './mac-address.ts';
import type { ConfiguredClient } from './parts.ts';

/** Undefined if any item is not `name=MAC address`. */
export function parseConfiguredClients(text: string): ConfiguredClient[] | undefined {
  const items = text.split(',').filter((item) => item.trim() !== '');
  const clients = items.flatMap((item) => {
    const [name = '', address, more] = item.split('=').map((field) => field.trim());
    const mac = normalizeMacAddress(address);
    return name === '' || mac === undefined || more !== undefined ? [] : [{ name, macAddress: mac }];
  });
  return clients.length === items.length ? clients : undefined;
}

export const tr064SettingsShape = {
  FRITZBOX_CLIENTS: customSetting(
    {
      description:
        'Devices, such as phones and computers, whose presence in a FRITZ!Box’s network is reported: name and MAC address of each. Ask their owners first. Defaults to none.',
      default: '',
      example: 'Phone of Ada=AA:BB:CC:00:11:22,Laptop of Ada=AA:BB:CC:00:11:33',
    },
    'comma-separated list of name=MAC address',
    parseConfiguredClients,
  ),
};
