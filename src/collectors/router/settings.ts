import * as z from 'zod/mini';
import { rootSettings } from '../../lib/roots.ts';
import { choice, custom, encodeCredentials, integer, numberByName, secretByName, text, textByName } from '../../model/setting.ts';
import { parseAll, parseRouter, parseTarget } from './subjects.ts';
import { tr064Settings } from './tr064/settings.ts';

export const settings = z.object({
  HOST_PROC: rootSettings.HOST_PROC,
  FRITZBOX_HOSTS: custom(
    {
      description: 'Routers to watch, of whatever make: addresses, with a name before them where they are to have one. The default gateway unless set.',
      default: '',
      example: 'home=192.168.178.1,cabin=10.8.0.1,shop=http://10.9.0.1:5000/rootDesc.xml',
      credentials: encodeCredentials,
    },
    'addresses, separated by commas, each with or without a name before it: cellar=192.168.178.1',
    (value) => parseAll(value, parseRouter),
  ),
  FRITZBOX_USERNAME: textByName({
    description: 'A FRITZ!Box’s user, who needs the right “FRITZ!Box Settings”. Without one, what boxes tell everyone is read.',
    example: 'monitor',
  }),
  FRITZBOX_PASSWORD: secretByName({ description: 'That user’s password.' }),
  ...tr064Settings,
  PING_TARGETS: custom(
    {
      description: 'Further hosts and services to reach from here, with a name before them where they are to have one.',
      default: '',
      example: 'office=10.1.0.1,tcp://nas.lan:445,shop=https://shop.example',
      credentials: encodeCredentials,
    },
    'hosts, tcp://host:port, http:// or https:// addresses, separated by commas, each with or without a name before it',
    (value) => parseAll(value, parseTarget),
  ),
  PING_COUNT: integer({ description: 'How many packets a burst of pings has.', default: '5' }, 1, 20),
  PING_LATENCY_LIMIT: numberByName({ description: 'Milliseconds of mean latency above which a router or target has a problem. No limit unless set.', example: '150' }),
  PING_LOSS_LIMIT: numberByName({ description: 'Percent of lost packets above which a router or target has a problem; 50 unless set.', example: '20' }),
  ROUTER_DNS_NAME: text({ description: 'A name that each router is to resolve.', default: 'home-assistant.io' }),
  ROUTER_SSDP: choice({ description: 'Whether to look for the routers’ UPnP descriptions by SSDP too, for those that have them in no usual place.', default: 'off' }, 'off', 'on'),
});

export type RouterSettings = z.output<typeof settings>;
