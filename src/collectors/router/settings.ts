import * as z from 'zod/mini';
import { hostRootSettings } from '../../model/host-roots.ts';
import {
  customSetting,
  encodeCredentials,
  enumSetting,
  integerSetting,
  numberPerNameSetting,
  secretPerNameSetting,
  stringPerNameSetting,
  stringSetting,
} from '../../model/setting.ts';
import { tr064Settings } from './tr064/settings.ts';
import { parseCommaList, parseProbeTarget, parseRouterAddress } from './watched-hosts.ts';

export const routerSettings = z.object({
  HOST_PROC: hostRootSettings.HOST_PROC,
  FRITZBOX_HOSTS: customSetting(
    {
      description:
        'Routers to watch, of whatever make: addresses, with a name before them where they are to have one. The default gateway unless set.',
      default: '',
      example: 'home=192.168.178.1,cabin=10.8.0.1,shop=http://10.9.0.1:5000/rootDesc.xml',
      credentials: encodeCredentials,
    },
    'addresses, separated by commas, each with or without a name before it: cellar=192.168.178.1',
    (value) => parseCommaList(value, parseRouterAddress),
  ),
  FRITZBOX_USERNAME: stringPerNameSetting({
    description:
      'A FRITZ!Box’s user, who needs the right “FRITZ!Box Settings”. Without one, what boxes tell everyone is read.',
    example: 'monitor',
  }),
  FRITZBOX_PASSWORD: secretPerNameSetting({ description: 'That user’s password.' }),
  ...tr064Settings,
  PING_TARGETS: customSetting(
    {
      description: 'Further hosts and services to reach from here, with a name before them where they are to have one.',
      default: '',
      example: 'office=10.1.0.1,tcp://nas.lan:445,shop=https://shop.example',
      credentials: encodeCredentials,
    },
    'hosts, tcp://host:port, http:// or https:// addresses, separated by commas, each with or without a name before it',
    (value) => parseCommaList(value, parseProbeTarget),
  ),
  PING_COUNT: integerSetting({ description: 'How many packets a burst of pings has.', default: '5' }, 1, 20),
  PING_LATENCY_LIMIT: numberPerNameSetting({
    description: 'Milliseconds of mean latency above which a router or target has a problem. No limit unless set.',
    example: '150',
  }),
  PING_LOSS_LIMIT: numberPerNameSetting({
    description: 'Percent of lost packets above which a router or target has a problem; 50 unless set.',
    example: '20',
  }),
  ROUTER_DNS_NAME: stringSetting({
    description: 'A name that each router is to resolve.',
    default: 'home-assistant.io',
  }),
  ROUTER_SSDP: enumSetting(
    {
      description:
        'Whether to look for the routers’ UPnP descriptions by SSDP too, for those that have them in no usual place.',
      default: 'off',
    },
    'off',
    'on',
  ),
});

export type RouterSettings = z.output<typeof routerSettings>;
