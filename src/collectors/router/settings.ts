import * as z from 'zod/mini';
import { hostRootSettingsShape } from '../../model/host-roots.ts';
import {
  booleanSetting,
  customSetting,
  integerSetting,
  numberSettingOverridablePerName,
  secretSettingOverridablePerName,
  stringSetting,
  stringSettingOverridablePerName,
} from '../../model/setting.ts';
import {
  ambiguousCommaNotice,
  parseCommaList,
  parseConfiguredRouter,
  parseFritzboxClientsSetting,
  parseProbeTarget,
} from './configured-hosts.ts';

export const routerSettingsSchema = z.object({
  HOST_PROC: hostRootSettingsShape.HOST_PROC,
  FRITZBOX_HOSTS: customSetting(
    {
      description:
        'Routers to monitor, of any make: addresses, each with an optional name. Defaults to the default gateway.',
      default: '',
      example: 'home=192.168.178.1,cabin=10.8.0.1,shop=http://10.9.0.1:5000/rootDesc.xml',
      credentials: 'encodeCredentials',
      notice: ambiguousCommaNotice,
    },
    'routers',
    (value) => parseCommaList(value, parseConfiguredRouter),
  ),
  FRITZBOX_USERNAME: stringSettingOverridablePerName({
    description:
      'FRITZ!Box user with the permission “FRITZ!Box Settings”. Without a user, the agent reads only what a FRITZ!Box reports without a login.',
    example: 'monitor',
  }),
  FRITZBOX_PASSWORD: secretSettingOverridablePerName({ description: 'Password of the FRITZ!Box user.' }),
  FRITZBOX_CLIENTS: customSetting(
    {
      description:
        'Devices, such as phones and computers, whose presence in a FRITZ!Box’s network is reported: name and MAC address of each. Ask their owners first. Defaults to none.',
      default: '',
      example: 'Phone of Ada=AA:BB:CC:00:11:22,Laptop of Ada=AA:BB:CC:00:11:33',
    },
    'clients',
    parseFritzboxClientsSetting,
  ),
  PING_TARGETS: customSetting(
    {
      description: 'Additional hosts and services to probe from this machine, each with an optional name.',
      default: '',
      example: 'office=10.1.0.1,tcp://nas.lan:445,shop=https://shop.example',
      credentials: 'encodeCredentials',
      notice: ambiguousCommaNotice,
    },
    'targets',
    (value) => parseCommaList(value, parseProbeTarget),
  ),
  PING_COUNT: integerSetting({ description: 'Number of packets in each round of pings.', default: '5' }, 1, 20),
  PING_LATENCY_LIMIT: numberSettingOverridablePerName({
    description: 'Mean latency in milliseconds above which a router or target has a problem. Defaults to no limit.',
    example: '150',
  }),
  PING_LOSS_LIMIT: numberSettingOverridablePerName({
    description: 'Packet loss in percent above which a router or target has a problem. Defaults to 50.',
    example: '20',
  }),
  ROUTER_DNS_NAME: stringSetting({
    description: 'Host name to resolve with each router’s DNS server.',
    default: 'home-assistant.io',
  }),
  ROUTER_SSDP: booleanSetting({
    description:
      'Whether to also search for UPnP descriptions by SSDP, for routers that publish them at an unusual address.',
    default: 'off',
  }),
});

export type RouterSettings = z.output<typeof routerSettingsSchema>;
