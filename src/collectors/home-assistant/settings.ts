import { isIPv6 } from 'node:net';
import * as z from 'zod/mini';
import { slug } from '../../model/naming.ts';
import { customSetting, secretSettingOverridablePerName, stringSetting } from '../../model/setting.ts';

/** A Home Assistant instance to monitor. */
export interface ConfiguredInstance {
  /** Device name in Home Assistant, from which the device id is made. */
  title: string;
  /** Suffix of the settings for this instance alone: `cellar` for `HA_TOKEN_CELLAR`. */
  name: string;
  url: URL;
}

/** `berlin=https://ha.example:8123`; the name is optional. */
const instanceForm = /^(?:([^=/:]+)=)?(https?:\/\/[^\s?#]+)$/;

function parseUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Home Assistant takes no credentials in its URL, and they would end up in logs.
  return url?.hostname && !text.includes('@') ? url : undefined;
}

/** A single instance needs no name; one of several without a name is named after its host. */
function parseInstances(value: string): ConfiguredInstance[] | undefined {
  const items = value.split(',').flatMap((item) => item.trim() || []);
  const instances: ConfiguredInstance[] = [];
  for (const item of items) {
    const [, explicitName, address = ''] = instanceForm.exec(item) ?? [];
    const url = parseUrl(address);
    if (url === undefined) return undefined;
    const name = explicitName?.trim() ?? (items.length === 1 ? '' : url.host);
    instances.push({ title: ['Home Assistant', name].filter(Boolean).join(' '), name, url });
  }
  return new Set(instances.map(({ title }) => slug(title))).size === instances.length ? instances : undefined;
}

/** The URL of an instance that is written as `host` or `host:port`. */
function suggestInstanceUrl(text: string): string | undefined {
  if (isIPv6(text)) return `http://[${text}]:8123`;
  if (!/^[\w.-]+(:\d{1,5})?$/.test(text)) return undefined;
  return `http://${text.includes(':') ? text : `${text}:8123`}`;
}

export const homeAssistantSettingsSchema = z.object({
  HA_BASE_URL: customSetting(
    {
      description:
        'URL of Home Assistant; for several instances, a URL with a name for each: `berlin=http://192.168.1.5:8123,cellar=https://ha.example`. Unless set, no instance is monitored.',
      example: 'http://homeassistant.local:8123',
      suggest: suggestInstanceUrl,
    },
    'instances',
    parseInstances,
  ),
  HA_TOKEN: secretSettingOverridablePerName(
    {
      description:
        'Long-lived access token of a Home Assistant user without administrator rights. Required to read the state, entities, repairs and updates.',
    },
    'token',
    /^\S+$/,
  ),
  HA_CA_FILE: stringSetting(
    {
      description:
        'Certificate of the certificate authority (CA) that signed Home Assistant’s certificate. Needed only for a private CA.',
      example: '/etc/infra-monitor/ca.pem',
    },
    'pemFile',
  ),
});
