import { allCollectors } from '../../collectors/index.ts';
import { shellWord } from '../../lib/shell-word.ts';
import { describeError, UsageError } from '../../model/errors.ts';
import { parseSettings, type Settings, titledSettingsSchemas } from '../../settings/index.ts';
import { listSettingsOfSchema } from '../../settings/list-settings.ts';
import {
  editSettingsText,
  parseSettingsVariables,
  pickProcessVariables,
  readSettingsTextOrEmpty,
  refuseUnlessWritable,
  serviceSettingsPath,
  writeSettingsFile,
} from '../../settings/settings-file.ts';
import type { CollectorReadings } from '../../views/status.ts';
import { fetchFromRunningAgent, pollAgentHealthUntilOk } from '../health.ts';
import { readSupportedHomeAssistantLanguage } from '../home-assistant-login.ts';
import { ownCommand } from '../installation.ts';
import { isInteractive, promptLine } from '../prompt.ts';
import { systemdService } from '../service.ts';
import { alignColumns, printFailure, printLine, printNote, printSuccess } from '../terminal.ts';
import { findAndChooseBroker, promptBrokerAddress, withScheme } from './broker-address.ts';
import { noteIfBrokerAcceptsAnonymous, promptChangedLogin, promptForAcceptedBroker } from './broker-login.ts';
import { chooseDrivesHelper, setUpDrivesHelper } from './drives.ts';
import { offerFritzBoxAccount } from './fritzbox.ts';
import { findFilesUnreadableForService } from './service-files.ts';

export interface SetupOptions {
  env?: string;
  broker?: string;
  username?: string;
  site?: string;
  drives?: boolean;
}

/** Environment variables that answer its questions. */
const names = [
  'MQTT_URL',
  'MQTT_USERNAME',
  'MQTT_PASSWORD',
  'MQTT_CA_FILE',
  'MQTT_CERT_FILE',
  'MQTT_KEY_FILE',
  'SITE',
] as const;
const fritzBoxNames = ['FRITZBOX_USERNAME', 'FRITZBOX_PASSWORD'] as const;
const maxValuesShown = 6;

const descriptions = () =>
  new Map(
    titledSettingsSchemas(allCollectors).flatMap((group) =>
      listSettingsOfSchema(group).map(({ name, description }) => [name, description] as const),
    ),
  );

async function showFirstValues({ http, agent }: Settings): Promise<void> {
  const { devices } = (await fetchFromRunningAgent(http, '/host/status')) as CollectorReadings;
  const values = Object.values(devices[0]?.values ?? {}).filter(
    ({ value }) => value !== null && typeof value !== 'object',
  );
  printLine(`\n${agent.name}`);
  for (const row of alignColumns(
    values
      .slice(0, maxValuesShown)
      .map(({ name, value, unit }) => [name, `${value}${unit === undefined ? '' : ` ${unit}`}`]),
  ))
    printLine(`  ${row}`);
}

/** Starts the service and prints its first values; false if it does not start. */
async function startService(settings: Settings): Promise<boolean> {
  const failed = await systemdService.start();
  if (failed !== undefined) {
    printFailure('The service failed to start:');
    printLine(failed);
    return false;
  }
  const { HTTP_HOST, HTTP_PORT } = settings.http;
  if (HTTP_PORT === 0) printSuccess('The service is running');
  else {
    const { status, reasons = [] } = await pollAgentHealthUntilOk(settings.http);
    if (status === 'ok') printSuccess('The service is running and healthy');
    else for (const reason of reasons) printFailure(reason);
    await showFirstValues(settings).catch((error: unknown) => printNote(describeError(error)));
    printLine(`\nPage: http://${HTTP_HOST}:${HTTP_PORT}/`);
  }
  printLine(`Home Assistant: Settings, Devices & services, MQTT: ${settings.agent.name}`);
  return true;
}

/** Asks for the broker and the site, tests the connection, writes the settings and starts the service. Other settings
 * are kept, and nothing is written before the broker has accepted the connection. */
export async function runSetupCommand({
  env: file = serviceSettingsPath,
  broker,
  username,
  site,
  drives,
}: SetupOptions): Promise<void> {
  const before = readSettingsTextOrEmpty(file);
  const told = pickProcessVariables(names);
  const known = parseSettingsVariables(before);
  const namedBroker = broker ?? told.MQTT_URL;
  const given: Record<string, string | undefined> = {
    ...told,
    ...(namedBroker === undefined ? {} : { MQTT_URL: withScheme(namedBroker) }),
    // An empty option removes the setting.
    ...(username === undefined ? {} : { MQTT_USERNAME: username || undefined }),
    ...(username === '' && told.MQTT_PASSWORD === undefined
      ? { MQTT_PASSWORD: undefined, MQTT_PASSWORD_FILE: undefined }
      : {}),
    ...(site === undefined ? {} : { SITE: site || undefined }),
    // A new password replaces the file.
    ...(told.MQTT_PASSWORD === undefined ? {} : { MQTT_PASSWORD_FILE: undefined }),
  };
  refuseUnlessWritable(file);
  const isService = file === serviceSettingsPath && (await systemdService.exists());
  // Without a broker in its settings the service runs an embedded one, which would be found.
  const isPaused = isService && known.MQTT_URL === undefined;
  const resume = isPaused ? await systemdService.pause() : undefined;
  try {
    const { address, found } =
      given.MQTT_URL === undefined ? await findAndChooseBroker(known.MQTT_URL) : { address: given.MQTT_URL, found: [] };
    given.MQTT_URL = address;
    const isLoginGiven = Object.keys(given).some((name) => /^MQTT_(USERNAME|PASSWORD)/.test(name));
    if (!isLoginGiven && isInteractive()) Object.assign(given, await promptChangedLogin(known));
    let text = await promptForAcceptedBroker(
      editSettingsText(before, { MQTT_URL: address, ...given }, descriptions()),
      descriptions(),
      () => promptBrokerAddress(found),
    );
    if (address !== known.MQTT_URL)
      await noteIfBrokerAcceptsAnonymous(parseSettings(allCollectors, parseSettingsVariables(text)));
    const unreadable = isService ? await findFilesUnreadableForService(parseSettingsVariables(text)) : [];
    if (unreadable.length > 0)
      throw new UsageError(
        `Nothing was changed: the service cannot read ${unreadable.join(', ')}. See “Secrets” in docs/security.md`,
      );
    if (!('SITE' in given) && isInteractive()) {
      const place = await promptLine('Site, the suggested area in Home Assistant (optional)', known.SITE);
      if (place !== '') text = editSettingsText(text, { SITE: place }, descriptions());
    }
    const { hostRoots } = parseSettings(allCollectors, parseSettingsVariables(text));
    const account = await offerFritzBoxAccount(known, pickProcessVariables(fritzBoxNames), hostRoots);
    text = editSettingsText(text, account, descriptions());
    // The host's name may change; the agent's id must not.
    if (known.AGENT_ID === undefined) {
      const { agent } = parseSettings(allCollectors, parseSettingsVariables(text));
      text = editSettingsText(text, { AGENT_ID: agent.id }, descriptions());
    }
    if (known.AGENT_LANGUAGE === undefined) {
      const language = await readSupportedHomeAssistantLanguage(
        parseSettings(allCollectors, parseSettingsVariables(text)),
      );
      if (language !== undefined) text = editSettingsText(text, { AGENT_LANGUAGE: language }, descriptions());
    }
    const settings = parseSettings(allCollectors, parseSettingsVariables(text));
    // The last question: until it is answered nothing is changed.
    const helper = isService ? await chooseDrivesHelper(drives) : false;
    if (text !== before) writeSettingsFile(file, text);
    printSuccess(`Settings: ${text === before ? `unchanged, in ${file}` : `written to ${file}`}`);
    if (!isService) {
      printNote(`No systemd service uses this file. Start the agent with: ${ownCommand()} --env ${shellWord(file)}`);
      if (drives) printNote('--drives had no effect: the helper reads drives for the service');
    } else {
      if (helper) await setUpDrivesHelper();
      if (!(await startService(settings))) process.exitCode = 1;
    }
  } catch (error) {
    await resume?.();
    throw error;
  }
}
