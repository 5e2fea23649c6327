import { allCollectors } from '../../collectors/index.ts';
import { describeError, UsageError } from '../../model/errors.ts';
import { BrokerConnectionError } from '../../mqtt/broker-connection-error.ts';
import { findMissingPermissions } from '../../mqtt/broker-permissions.ts';
import { connectTemporarily } from '../../mqtt/connect-temporarily.ts';
import { brokerLoginWarnings } from '../../mqtt/settings.ts';
import { parseSettings, type Settings } from '../../settings/index.ts';
import { type Environment, SettingsError } from '../../settings/read-variables.ts';
import { editSettingsText, parseSettingsVariables } from '../../settings/settings-file.ts';
import { agentAndLabCollectorIdentitiesFromSettings } from '../agent-identities.ts';
import { isInteractive, promptLine, promptSecret } from '../prompt.ts';
import { printAdvice, printFailure, printNote, printSuccess } from '../terminal.ts';
import { brokerAddressExample } from './broker-address.ts';

/** How often it asks for a login. */
const maxLoginAttempts = 2;

interface BrokerProblem {
  texts: string[];
  /** What has to be corrected. */
  about: 'address' | 'login' | 'other';
}

/** Tries the broker, or several in turn: the URL of the one that accepts the login and all topics. */
async function tryBroker(settings: Settings): Promise<{ url: string } | { problem: BrokerProblem }> {
  try {
    const connection = await connectTemporarily(settings.mqtt, settings.agent);
    try {
      const missing: string[] = [];
      for (const { agent } of await agentAndLabCollectorIdentitiesFromSettings(settings))
        missing.push(...(await findMissingPermissions(connection, agent)));
      return missing.length === 0 ? { url: connection.url } : { problem: { texts: missing, about: 'other' } };
    } finally {
      await connection.close();
    }
  } catch (error) {
    const isFromConnection = error instanceof BrokerConnectionError;
    const about = !isFromConnection ? 'other' : error.isRefusal ? 'login' : 'address';
    return { problem: { texts: [describeError(error)], about } };
  }
}

/** The settings, or what is wrong with the broker's address in them. Throws if another setting is wrong. */
function parseSettingsText(text: string): { settings: Settings } | { problem: BrokerProblem } {
  try {
    return { settings: parseSettings(allCollectors, parseSettingsVariables(text)) };
  } catch (error) {
    if (!(error instanceof SettingsError) || !error.problems.every(({ variable }) => variable === 'MQTT_URL'))
      throw error;
    return { problem: { texts: error.problems.map(({ text }) => text), about: 'address' } };
  }
}

/** The settings with an address and a login that the broker accepts. In a terminal it asks again for what is wrong;
 * `promptAddress` asks for the address. */
export async function promptForAcceptedBroker(
  text: string,
  descriptions: ReadonlyMap<string, string>,
  promptAddress: () => Promise<string>,
): Promise<string> {
  let tried = text;
  for (let logins = 0; ; ) {
    const parsed = parseSettingsText(tried);
    const result = 'problem' in parsed ? parsed : await tryBroker(parsed.settings);
    if ('url' in result) {
      printSuccess(`Broker: connected to ${result.url}; all required topics can be read and written`);
      return tried;
    }
    const { problem } = result;
    const mqtt = 'settings' in parsed ? parsed.settings.mqtt : undefined;
    if (problem.about === 'login' && mqtt?.MQTT_USERNAME === undefined && isInteractive())
      printNote(
        'The broker requires a login. With Home Assistant’s Mosquitto app, create a user for it in Home Assistant',
      );
    else for (const text of problem.texts) printFailure(`Broker: ${text}`);
    for (const warning of mqtt === undefined ? [] : brokerLoginWarnings(mqtt)) printAdvice(`Settings: ${warning}`);
    if (problem.about === 'address' && isInteractive()) {
      printNote(`For example: ${brokerAddressExample}`);
      tried = editSettingsText(tried, { MQTT_URL: await promptAddress() }, descriptions);
      continue;
    }
    if (problem.about !== 'login' || !isInteractive() || logins >= maxLoginAttempts)
      throw new UsageError('Nothing was changed. Fix this and run setup again');
    logins += 1;
    const username = await promptLine('Username at the broker', mqtt?.MQTT_USERNAME ?? 'infra-monitor');
    const password = await promptSecret('Password');
    tried = editSettingsText(
      tried,
      { MQTT_USERNAME: username, MQTT_PASSWORD: password, MQTT_PASSWORD_FILE: undefined },
      descriptions,
    );
  }
}

/** Asks whether another login is to take the place of the known one, which an empty answer keeps. Returns the settings
 * to change. */
export async function promptChangedLogin(known: Environment): Promise<Environment> {
  if (!known.MQTT_USERNAME) return {};
  const username = await promptLine('Username at the broker', known.MQTT_USERNAME);
  const password = await promptSecret('Password (empty to keep it)');
  return {
    MQTT_USERNAME: username,
    ...(password === '' ? {} : { MQTT_PASSWORD: password, MQTT_PASSWORD_FILE: undefined }),
  };
}

/** Says if the broker takes this agent without its login as well. */
export async function noteIfBrokerAcceptsAnonymous({ mqtt, agent }: Settings): Promise<void> {
  if (mqtt.MQTT_USERNAME === undefined) return;
  const { MQTT_USERNAME: _, MQTT_PASSWORD: __, ...anonymous } = mqtt;
  const connection = await connectTemporarily(anonymous as Settings['mqtt'], agent).catch(() => undefined);
  await connection?.close();
  if (connection !== undefined)
    printNote(
      'This broker accepts connections without a login, too. MQTT_USERNAME and MQTT_PASSWORD are kept; setup --username "" removes them',
    );
}
