import * as z from 'zod/mini';
import { Secret } from '../model/secret.ts';
import { customSetting, encodeCredentials, secretSetting, stringSetting } from '../model/setting.ts';

/** Address of the broker; `embedded` is the one in this process. */
export interface BrokerAddress {
  protocol: 'embedded' | 'mqtt' | 'mqtts' | 'ws' | 'wss';
  host: string;
  port: number;
  /** Used for WebSocket only. */
  path: string;
  username?: string;
  password?: Secret;
}

const defaultPorts = { embedded: 1883, mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;

function parseBrokerAddress(text: string): BrokerAddress | undefined {
  const parts = /^(embedded|mqtt|mqtts|ws|wss):\/\/.+/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (parts === undefined || parts.hostname === '' || parts.hostname.includes('%')) return undefined;
  // An unencoded `/`, `?` or `#` ends a user name or password early: the part before it parses as host and port, the rest has an `@`.
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

/** Without credentials, for logs and messages. */
export const formatBrokerUrl = ({ protocol, host, port }: Pick<BrokerAddress, 'protocol' | 'host' | 'port'>): string =>
  `${protocol === 'embedded' ? 'mqtt' : protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`;

const topicForm = ['a topic without +, # and leading or trailing slashes', /^[^+#/\0]+(\/[^+#/\0]+)*$/] as const;
const pemFileForm = ['the path of a PEM file', /./] as const;

export const mqttSettings = z.object({
  MQTT_URL: customSetting(
    {
      description:
        'The MQTT broker, preferably the one that Home Assistant uses. `embedded://` starts a built-in broker for trying the agent out.',
      default: 'embedded://127.0.0.1:1883',
      example: 'mqtt://homeassistant.local:1883',
      credentials: `${encodeCredentials}, or set MQTT_USERNAME and MQTT_PASSWORD`,
    },
    'mqtt://, mqtts://, ws://, wss:// or embedded:// with a host',
    parseBrokerAddress,
  ),
  MQTT_USERNAME: stringSetting({ description: 'User name of this agent on the broker.', example: 'infra-monitor' }),
  MQTT_PASSWORD: secretSetting({ description: 'Password of that user.' }),
  MQTT_CA_FILE: stringSetting(
    {
      description: 'Certificate authority that signed the broker’s certificate, if it is your own.',
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
    { description: 'Private key of that certificate.', example: '/etc/infra-monitor/agent.key' },
    ...pemFileForm,
  ),
  MQTT_BASE_TOPIC: stringSetting(
    { description: 'First level of all topics of the agents.', default: 'infra-monitor' },
    ...topicForm,
  ),
  MQTT_DISCOVERY_PREFIX: stringSetting(
    { description: 'Discovery prefix, as configured in Home Assistant’s MQTT integration.', default: 'homeassistant' },
    ...topicForm,
  ),
});

export type MqttSettings = z.output<typeof mqttSettings>;
