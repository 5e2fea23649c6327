import * as z from 'zod/mini';
import { slug } from '../../model/naming.ts';
import { customSetting, secretPerNameSetting, stringSetting } from '../../model/setting.ts';

/** A Home Assistant instance to watch. */
export interface InstanceAddress {
  /** Name of its device; the id is derived from it. */
  title: string;
  /** Selects the settings of this instance, such as HA_TOKEN_BERLIN; empty for a single instance without a name. */
  name: string;
  url: URL;
}

/** `berlin=https://ha.example:8123`, or without a name. */
const instancePattern = /^(?:([^=/:]+)=)?(https?:\/\/[^\s?#]+)$/;

function parseUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // A password in a URL ends up in logs, and Home Assistant accepts none there.
  return url?.hostname && !text.includes('@') ? url : undefined;
}

/** A single instance needs no name; one of several is named after its host by default. */
function parseInstances(value: string): InstanceAddress[] | undefined {
  const items = value.split(',').flatMap((item) => item.trim() || []);
  const instances: InstanceAddress[] = [];
  for (const item of items) {
    const [, ownName, address = ''] = instancePattern.exec(item) ?? [];
    const url = parseUrl(address);
    if (url === undefined) return undefined;
    const name = ownName?.trim() ?? (items.length === 1 ? '' : url.host);
    instances.push({ title: ['Home Assistant', name].filter(Boolean).join(' '), name, url });
  }
  return new Set(instances.map(({ title }) => slug(title))).size === instances.length ? instances : undefined;
}

export const homeAssistantSettings = z.object({
  HA_BASE_URL: customSetting(
    {
      description:
        'Address of Home Assistant. Several instances each have a name, as in `berlin=http://192.168.1.5:8123,cellar=https://ha.example`. Without an address, none is watched.',
      example: 'http://homeassistant.local:8123',
    },
    'http:// or https:// with a host and without credentials, or several as comma-separated name=address',
    parseInstances,
  ),
  HA_TOKEN: secretPerNameSetting({
    description:
      'Long-lived access token of a Home Assistant user without administrator rights. It adds the state, entities, repairs and updates.',
  }),
  HA_CA_FILE: stringSetting(
    {
      description: 'Certificate of the authority that signed Home Assistant’s certificate, if it is your own.',
      example: '/etc/infra-monitor/ca.pem',
    },
    'the path of a PEM file',
  ),
});
