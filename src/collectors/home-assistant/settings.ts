import * as z from 'zod/mini';
import { slug } from '../../model/naming.ts';
import { customSetting, secretPerNameSetting, stringSetting } from '../../model/setting.ts';

/** A Home Assistant to watch. */
export interface InstanceAddress {
  /** As Home Assistant shows its device, and what its id is made of. */
  title: string;
  /** What the settings that are its own are called by. */
  name: string;
  url: URL;
}

/** `berlin=https://ha.example:8123`, or without a name. */
const instanceForm = /^(?:([^=/:]+)=)?(https?:\/\/[^\s?#]+)$/;

function parseUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // A password in an address ends up in logs; Home Assistant takes none there.
  return url?.hostname && !text.includes('@') ? url : undefined;
}

/** The only one needs no name; one of several goes by its host. */
function parseInstances(value: string): InstanceAddress[] | undefined {
  const items = value.split(',').flatMap((item) => item.trim() || []);
  const instances: InstanceAddress[] = [];
  for (const item of items) {
    const [, given, address = ''] = instanceForm.exec(item) ?? [];
    const url = parseUrl(address);
    if (url === undefined) return undefined;
    const name = given?.trim() ?? (items.length === 1 ? '' : url.host);
    instances.push({ title: ['Home Assistant', name].filter(Boolean).join(' '), name, url });
  }
  return new Set(instances.map(({ title }) => slug(title))).size === instances.length ? instances : undefined;
}

export const homeAssistantSettings = z.object({
  HA_BASE_URL: customSetting(
    {
      description:
        'Home Assistant’s address; of several each with a name, as in `berlin=http://192.168.1.5:8123,cellar=https://ha.example`. Without it none is watched.',
      example: 'http://homeassistant.local:8123',
    },
    'http:// or https:// with a host and without credentials, or several as name=address, separated by commas',
    parseInstances,
  ),
  HA_TOKEN: secretPerNameSetting({
    description:
      'A long-lived access token of a Home Assistant user without administrator’s rights: tells its state, entities, repairs and updates.',
  }),
  HA_CA_FILE: stringSetting(
    {
      description: 'The authority that signed Home Assistant’s certificate, where it is one of your own.',
      example: '/etc/infra-monitor/ca.pem',
    },
    'the path of a PEM file',
  ),
});
