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
        'Addresses of the routers to watch, of any make, each with an optional name. Defaults to the default gateway.',
      default: '',
      example: 'home=192.168.178.1,cabin=10.8.0.1,shop=http://10.9.0.1:5000/rootDesc.xml',
      credentials: encodeCredentials,
    },
    'comma-separated addresses, each with an optional name: cellar=192.168.178.1',
    (value) => parseCommaList(value, parseRouterAddress),
  ),
  FRITZBOX_USERNAME: stringPerNameSetting({
    description:
      'User of the FRITZ!Box, who needs the right “FRITZ!Box Settings”. Without a user, only what a FRITZ!Box reveals to everyone is read.',
    example: 'monitor',
  }),
  FRITZBOX_PASSWORD: secretPerNameSetting({ description: 'Password of that user.' }),
  ...tr064Settings,
  PING_TARGETS: customSetting(
    {
      description: 'Other hosts and services that should be reachable from this machine, each with an optional name.',
      default: '',
      example: 'office=10.1.0.1,tcp://nas.lan:445,shop=https://shop.example',
      credentials: encodeCredentials,
    },
    'comma-separated hosts, tcp://host:port, http:// or https:// addresses, each with an optional name',
    (value) => parseCommaList(value, parseProbeTarget),
  ),
  PING_COUNT: integerSetting({ description: 'Number of packets in each burst of pings.', default: '5' }, 1, 20),
  PING_LATENCY_LIMIT: numberPerNameSetting({
    description: 'Mean latency, in milliseconds, above which a router or target has a problem. No limit by default.',
    example: '150',
  }),
  PING_LOSS_LIMIT: numberPerNameSetting({
    description: 'Packet loss, in percent, above which a router or target has a problem. Defaults to 50.',
    example: '20',
  }),
  ROUTER_DNS_NAME: stringSetting({
    description: 'Name that each router is asked to resolve.',
    default: 'home-assistant.io',
  }),
  ROUTER_SSDP: enumSetting(
    {
      description:
        'Whether to search for the routers’ UPnP descriptions over SSDP too, for routers that keep them at an unusual address.',
      default: 'off',
    },
    'off',
    'on',
  ),
});

export type RouterSettings = z.output<typeof routerSettings>;
