import { shellWord } from '../lib/shell-word.ts';
import { type MqttSettings, printableBrokerUrl } from '../mqtt/settings.ts';

/** A command that shows the messages of a topic filter, for the shell of a user; the password stays a variable of that
 * shell. */
export function mosquittoSubCommand({ MQTT_URL: address, ...settings }: MqttSettings, filter: string): string {
  const username = settings.MQTT_USERNAME ?? address.username;
  const hasPassword = (settings.MQTT_PASSWORD ?? address.password) !== undefined;
  // Mosquitto's clients speak no WebSocket before version 2.1.
  if (address.protocol === 'ws' || address.protocol === 'wss') return `${filter} on ${printableBrokerUrl(address)}`;
  // A client cannot connect to the address that means all of a machine's own.
  const host = address.host === '0.0.0.0' || address.host === '::' ? '127.0.0.1' : address.host;
  const authority = settings.MQTT_CA_FILE;
  return [
    `mosquitto_sub -h ${shellWord(host)} -p ${address.port}`,
    ...(username === undefined ? [] : [`-u ${shellWord(username)}`]),
    ...(hasPassword ? ['-P "$MQTT_PASSWORD"'] : []),
    ...(address.protocol !== 'mqtts' ? [] : authority ? [`--cafile ${shellWord(authority)}`] : ['--tls-use-os-certs']),
    ...(settings.MQTT_CERT_FILE === undefined ? [] : [`--cert ${shellWord(settings.MQTT_CERT_FILE)}`]),
    ...(settings.MQTT_KEY_FILE === undefined ? [] : [`--key ${shellWord(settings.MQTT_KEY_FILE)}`]),
    `-v -t ${shellWord(filter)}`,
  ].join(' ');
}
