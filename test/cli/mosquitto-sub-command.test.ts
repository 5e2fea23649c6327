import { expect, test } from 'vitest';
import { mosquittoSubCommand } from '../../src/cli/mosquitto-sub-command.ts';
import { parseSettings } from '../../src/settings/index.ts';

const filter = 'infra-monitor/nas/#';
const command = (env: Record<string, string>) => mosquittoSubCommand(parseSettings([], env).mqtt, filter);

test.each<[Record<string, string>, string]>([
  [{ MQTT_URL: 'mqtt://nas.lan' }, `mosquitto_sub -h nas.lan -p 1883 -v -t '${filter}'`],
  [{ MQTT_URL: 'embedded://0.0.0.0:1884' }, `mosquitto_sub -h 127.0.0.1 -p 1884 -v -t '${filter}'`],
  [{ MQTT_URL: 'mqtt://[fd00::1]' }, `mosquitto_sub -h fd00::1 -p 1883 -v -t '${filter}'`],
  [
    { MQTT_URL: 'mqtt://nas', MQTT_USERNAME: "o'neil x", MQTT_PASSWORD: 'sesame' },
    `mosquitto_sub -h nas -p 1883 -u 'o'\\''neil x' -P "$MQTT_PASSWORD" -v -t '${filter}'`,
  ],
  [{ MQTT_URL: 'mqtt://me:sesame@nas' }, `mosquitto_sub -h nas -p 1883 -u me -P "$MQTT_PASSWORD" -v -t '${filter}'`],
  [{ MQTT_URL: 'mqtts://nas' }, `mosquitto_sub -h nas -p 8883 --tls-use-os-certs -v -t '${filter}'`],
  [
    { MQTT_URL: 'mqtts://nas:99', MQTT_CA_FILE: '/my ca.pem', MQTT_CERT_FILE: '/c.pem', MQTT_KEY_FILE: '/k.pem' },
    `mosquitto_sub -h nas -p 99 --cafile '/my ca.pem' --cert /c.pem --key /k.pem -v -t '${filter}'`,
  ],
  [{ MQTT_URL: 'wss://nas/mqtt' }, `${filter} on wss://nas:443`],
])('%o', (env, expected) => expect(command(env)).toBe(expected));
