import * as z from 'zod/mini';
import { Secret } from '../model/secret.ts';
import { customSetting, encodeCredentials, secretSetting, stringSetting } from '../model/setting.ts';

/** Where the broker is; `embedded` is one of our own. */
export interface BrokerAddress {
  protocol: 'embedded' | 'mqtt' | 'mqtts' | 'ws' | 'wss';
  host: string;
  port: number;
  /** Of a WebSocket. */
  path: string;
  username?: string;
  password?: Secret;
}

const defaultPorts = { embedded: 1883, mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;

function parseBrokerAddress(text: string): BrokerAddress | undefined {
  const parts = /^(embedded|mqtt|mqtts|ws|wss):\/\/.+/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (parts === undefined || parts.hostname === '' || parts.hostname.includes('%')) return undefined;
  // A user name or password ends at a `/`, `?` or `#` in it: what is before it is taken for host and port, and the host stands behind.
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

/** As a person may see it: without credentials. */
export const formatBrokerUrl = ({ protocol, host, port }: Pick<BrokerAddress, 'protocol' | 'host' | 'port'>): string =>
  `${protocol === 'embedded' ? 'mqtt' : protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`;

const topicForm = ['a topic without +, # and slashes at its ends', /^[^+#/\0]+(\/[^+#/\0]+)*$/] as const;
const pemFileForm = ['the path of a PEM file', /./] as const;

export const mqttSettings = z.object({
  MQTT_URL: customSetting(
    {
      description:
        'The broker, best the one that Home Assistant uses. `embedded://` starts one of our own, for a first look.',
      default: 'embedded://127.0.0.1:1883',
      example: 'mqtt://homeassistant.local:1883',
      credentials: `${encodeCredentials}, or set MQTT_USERNAME and MQTT_PASSWORD`,
    },
    'mqtt://, mqtts://, ws://, wss:// or embedded:// with a host',
    parseBrokerAddress,
  ),
  MQTT_USERNAME: stringSetting({ description: 'The broker’s user for this agent.', example: 'infra-monitor' }),
  MQTT_PASSWORD: secretSetting({ description: 'Its password.' }),
  MQTT_CA_FILE: stringSetting(
    {
      description: 'The authority that signed the broker’s certificate, where it is one of your own.',
      example: '/etc/infra-monitor/ca.pem',
    },
    ...pemFileForm,
  ),
  MQTT_CERT_FILE: stringSetting(
    {
      description: 'This agent’s own certificate, where the broker wants one.',
      example: '/etc/infra-monitor/agent.pem',
    },
    ...pemFileForm,
  ),
  MQTT_KEY_FILE: stringSetting(
    { description: 'The key of that certificate.', example: '/etc/infra-monitor/agent.key' },
    ...pemFileForm,
  ),
  MQTT_BASE_TOPIC: stringSetting(
    { description: 'The first level of all our topics.', default: 'infra-monitor' },
    ...topicForm,
  ),
  MQTT_DISCOVERY_PREFIX: stringSetting(
    { description: 'Home Assistant’s discovery prefix, as set in its MQTT integration.', default: 'homeassistant' },
    ...topicForm,
  ),
});

export type MqttSettings = z.output<typeof mqttSettings>;
