import { isIPv6 } from 'node:net';
import * as z from 'zod/mini';
import { hostInUrl } from '../model/host-in-url.ts';
import { Secret } from '../model/secret.ts';
import { customSetting, secretSetting, stringSetting } from '../model/setting.ts';
import { type SettingErrorTexts, settingErrorTexts } from '../model/setting-error-texts.ts';

/** `embedded`: the broker that the agent starts itself. */
export interface BrokerAddress {
  protocol: 'embedded' | 'mqtt' | 'mqtts' | 'ws' | 'wss';
  host: string;
  port: number;
  /** Path and query; used by WebSockets only. */
  path: string;
  username?: string;
  password?: Secret;
}

/** The broker of MQTT_URL, and those to try in turn where it does not answer. */
export interface BrokerAddressWithFallbacks extends BrokerAddress {
  fallbacks?: readonly BrokerAddress[];
}

const defaultPorts = { embedded: 1883, mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;

function parseBrokerAddress(text: string): BrokerAddress | undefined {
  const parts = /^(embedded|mqtt|mqtts|ws|wss):\/\/.+/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (parts === undefined || parts.hostname === '' || /[%,]/.test(parts.hostname)) return undefined;
  // An unescaped `/`, `?` or `#` in a user name or password ends the authority: the text before it is parsed as the
  // host, and the real host ends up in the path, query or fragment.
  if (`${parts.pathname}${parts.search}${parts.hash}`.includes('@')) return undefined;
  const protocol = parts.protocol.slice(0, -1) as BrokerAddress['protocol'];
  return {
    protocol,
    host: parts.hostname.replace(/^\[|\]$/g, ''),
    port: parts.port === '' ? defaultPorts[protocol] : Number(parts.port),
    path: `${parts.pathname}${parts.search}`,
    ...(parts.username === '' ? {} : { username: decodeURIComponent(parts.username) }),
    ...(parts.password === '' ? {} : { password: new Secret(decodeURIComponent(parts.password)) }),
  };
}

/** One URL, or several with commas or blanks between them. A comma that no scheme follows belongs to a password. */
function parseBrokerAddresses(text: string): BrokerAddressWithFallbacks | undefined {
  const addresses = text.split(/(?:\s*,\s*|\s+)(?=\w+:\/\/)/).map(parseBrokerAddress);
  const [first, ...fallbacks] = addresses.filter((address) => address !== undefined);
  if (first === undefined || 1 + fallbacks.length < addresses.length) return undefined;
  if (fallbacks.length === 0) return first;
  return [first, ...fallbacks].some(({ protocol }) => protocol === 'embedded') ? undefined : { ...first, fallbacks };
}

/** The URL of a broker that is written as `host`, `host:port`, with the scheme of another protocol, or without the
 * colon after the scheme. */
function suggestBrokerUrl(text: string): string | undefined {
  if (isIPv6(text)) return `mqtt://[${text}]:1883`;
  const [, scheme = '', host = '', port] =
    /^(?:((?:https?|tcp|ssl|tls):|mqtts?)\/\/)?([\w.-]+|\[[\da-f:.]+\])(?::(\d{1,5}))?\/?$/i.exec(text) ?? [];
  if (!/[a-z\d]/i.test(host)) return undefined;
  const isTls = /^(https:|ssl:|tls:|mqtts)$/i.test(scheme) || port === '8883';
  return `${isTls ? 'mqtts' : 'mqtt'}://${host}:${port ?? (isTls ? 8883 : 1883)}`;
}

/** Without credentials, for logs and pages. */
export const printableBrokerUrl = ({
  protocol,
  host,
  port,
}: Pick<BrokerAddress, 'protocol' | 'host' | 'port'>): string =>
  `${protocol === 'embedded' ? 'mqtt' : protocol}://${hostInUrl(host)}:${port}`;

const topicForm = ['topic', /^[^+#/\0]+(\/[^+#/\0]+)*$/] as const;
const pemFileForm = ['pemFile', /./] as const;

export const mqttSettingsSchema = z.object({
  MQTT_URL: customSetting(
    {
      description:
        'MQTT broker, preferably the one that Home Assistant uses. Several URLs, separated by commas, are the nodes of a cluster: they are tried in turn, and the one that works is kept. `embedded://` starts an embedded broker, for trying the agent out.',
      default: 'embedded://127.0.0.1:1883',
      example: 'mqtt://homeassistant.local:1883',
      credentials: 'encodeOrSetCredentials',
      suggest: suggestBrokerUrl,
    },
    'brokerUrls',
    parseBrokerAddresses,
  ),
  MQTT_USERNAME: stringSetting({ description: 'User name for the broker.', example: 'infra-monitor' }),
  MQTT_PASSWORD: secretSetting({ description: 'Password for the broker.' }),
  MQTT_CA_FILE: stringSetting(
    {
      description:
        'Certificate of the certificate authority (CA) that signed the broker’s certificate. Needed only for a private CA.',
      example: '/etc/infra-monitor/ca.pem',
    },
    ...pemFileForm,
  ),
  MQTT_CERT_FILE: stringSetting(
    {
      description: 'Client certificate of this agent, if the broker requires one.',
      example: '/etc/infra-monitor/agent.pem',
    },
    ...pemFileForm,
  ),
  MQTT_KEY_FILE: stringSetting(
    { description: 'Private key of the client certificate.', example: '/etc/infra-monitor/agent.key' },
    ...pemFileForm,
  ),
  MQTT_BASE_TOPIC: stringSetting(
    { description: 'Prefix of the agent’s topics.', default: 'infra-monitor' },
    ...topicForm,
  ),
  MQTT_DISCOVERY_PREFIX: stringSetting(
    { description: 'Discovery prefix, as set in Home Assistant’s MQTT integration.', default: 'homeassistant' },
    ...topicForm,
  ),
  MQTT_BIRTH_TOPIC: stringSetting(
    {
      description:
        'Topic of the birth message, as set in Home Assistant’s MQTT integration. It does not follow the discovery prefix.',
      default: 'homeassistant/status',
    },
    ...topicForm,
  ),
  MQTT_BIRTH_PAYLOAD: stringSetting({
    description: 'Payload of that birth message; any other payload on its topic means that Home Assistant is offline.',
    default: 'online',
  }),
});

export type MqttSettings = z.output<typeof mqttSettingsSchema>;

/** The settings with one broker each, in the order in which they are tried. */
export function settingsOfEachBroker(settings: MqttSettings): [MqttSettings, ...MqttSettings[]] {
  const { fallbacks = [], ...first } = settings.MQTT_URL;
  return [{ ...settings, MQTT_URL: first }, ...fallbacks.map((address) => ({ ...settings, MQTT_URL: address }))];
}

/** The login at a broker: MQTT_USERNAME and MQTT_PASSWORD go before what MQTT_URL contains. */
export const brokerLogin = ({ MQTT_URL, MQTT_USERNAME, MQTT_PASSWORD }: MqttSettings) => ({
  username: MQTT_USERNAME ?? MQTT_URL.username,
  password: MQTT_PASSWORD ?? MQTT_URL.password,
});

/** Warnings for a password without a user name, which MQTT 3.1.1 forbids (MQTT-3.1.2-22): some brokers then close the
 * connection without an answer. */
export const brokerLoginWarnings = (
  settings: MqttSettings,
  { passwordWithoutUser }: Pick<SettingErrorTexts, 'passwordWithoutUser'> = settingErrorTexts,
): string[] =>
  settingsOfEachBroker(settings)
    .filter(({ MQTT_URL }) => MQTT_URL.protocol !== 'embedded')
    .map(brokerLogin)
    .some(({ username, password }) => username === undefined && password !== undefined)
    ? [passwordWithoutUser(settings.MQTT_PASSWORD === undefined)]
    : [];
