import { allCollectors } from '../../collectors/index.ts';
import { describeError, UsageError } from '../../model/errors.ts';
import { BrokerConnectionError } from '../../mqtt/broker-connection-error.ts';
import { findMissingPermissions } from '../../mqtt/broker-permissions.ts';
import { connectTemporarily } from '../../mqtt/connect-temporarily.ts';
import { printableBrokerUrl } from '../../mqtt/settings.ts';
import { parseSettings, type Settings } from '../../settings/index.ts';
import { editSettingsText, parseSettingsVariables } from '../../settings/settings-file.ts';
import { agentAndLabCollectorIdentitiesFromSettings } from '../agent-identities.ts';
import { isInteractive, promptLine, promptSecret } from '../prompt.ts';
import { printFailure, printNote, printSuccess } from '../terminal.ts';

/** How often it asks for a login. */
const maxLoginAttempts = 2;

/** Tries the broker: undefined if it accepts the login and all topics, otherwise the reason. */
async function findBrokerProblem(settings: Settings): Promise<{ text: string; login: boolean } | undefined> {
  try {
    const connection = await connectTemporarily(settings.mqtt, settings.agent);
    try {
      const missing: string[] = [];
      for (const { agent } of await agentAndLabCollectorIdentitiesFromSettings(settings))
        missing.push(...(await findMissingPermissions(connection, agent)));
      return missing.length === 0 ? undefined : { text: missing.join('\n'), login: false };
    } finally {
      await connection.close();
    }
  } catch (error) {
    return { text: describeError(error), login: error instanceof BrokerConnectionError && error.isRefusal };
  }
}

/** The settings with a login that the broker accepts. */
export async function promptForAcceptedBrokerLogin(
  text: string,
  descriptions: ReadonlyMap<string, string>,
): Promise<string> {
  let tried = text;
  for (let count = 0; ; count += 1) {
    const settings = parseSettings(allCollectors, parseSettingsVariables(tried));
    const refused = await findBrokerProblem(settings);
    if (refused === undefined) {
      printSuccess(
        `Broker: connected to ${printableBrokerUrl(settings.mqtt.MQTT_URL)}; all required topics can be read and written`,
      );
      return tried;
    }
    const { MQTT_USERNAME } = settings.mqtt;
    if (refused.login && MQTT_USERNAME === undefined && isInteractive())
      printNote(
        'The broker requires a login. With Home Assistant’s Mosquitto app, create a user for it in Home Assistant',
      );
    else printFailure(`Broker: ${refused.text}`);
    if (!refused.login || !isInteractive() || count >= maxLoginAttempts)
      throw new UsageError('Nothing was changed. Fix this and run setup again');
    const username = await promptLine('Username at the broker', MQTT_USERNAME ?? 'infra-monitor');
    const password = await promptSecret('Password');
    tried = editSettingsText(
      tried,
      { MQTT_USERNAME: username, MQTT_PASSWORD: password, MQTT_PASSWORD_FILE: undefined },
      descriptions,
    );
  }
}
