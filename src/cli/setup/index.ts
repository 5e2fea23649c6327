import { existsSync, readdirSync } from 'node:fs';
import { allCollectors } from '../../collectors/index.ts';
import { readCommandOutput } from '../../lib/command.ts';
import { installedPath } from '../../lib/installed-path.ts';
import { describeError, UsageError } from '../../model/errors.ts';
import { findMissingPermissions } from '../../mqtt/broker-permissions.ts';
import { connectOnce } from '../../mqtt/connect-once.ts';
import { ConnectionError } from '../../mqtt/connection.ts';
import { formatBrokerUrl } from '../../mqtt/settings.ts';
import { readSettings, type Settings, settingGroups } from '../../settings/index.ts';
import {
  editSettings,
  parseSettingsText,
  processVariables,
  readSettingsText,
  serviceSettingsPath,
  writeSettingsFile,
} from '../../settings/settings-file.ts';
import { listSettings } from '../../views/env-example.ts';
import type { CollectorStatus } from '../../views/status.ts';
import { fetchFromAgent, waitUntilHealthy } from '../health.ts';
import { confirm, isInteractive, promptLine, promptSecret } from '../prompt.ts';
import { service } from '../service.ts';
import { alignColumns, printFailure, printLine, printNote, printSuccess } from '../terminal.ts';
import { findBrokers } from './brokers.ts';

export interface Options {
  env?: string;
  broker?: string;
  username?: string;
  site?: string;
  drives?: boolean;
}

/** What it asks for can come from the environment too. */
const names = ['MQTT_URL', 'MQTT_USERNAME', 'MQTT_PASSWORD', 'SITE'] as const;
/** How often a password is asked for that the broker refuses. */
const tries = 2;
/** How many of the first values are shown. */
const mostShown = 6;

const descriptions = () =>
  new Map(
    settingGroups(allCollectors).flatMap((group) =>
      listSettings(group).map(({ name, description }) => [name, description] as const),
    ),
  );

const withScheme = (address: string) => (address.includes('://') ? address : `mqtt://${address}`);

/** The broker's address: the one that was given, or that a person picks of those that were found. */
async function chooseBroker(current: string | undefined): Promise<string> {
  printLine('Looking for brokers …');
  const found = await findBrokers();
  for (const [index, { address, because }] of found.entries()) printLine(`  ${index + 1}  ${address}  (${because})`);
  if (found.length === 0) printLine('  None can be seen from here.');
  const usual = current ?? found[0]?.address;
  if (!isInteractive()) {
    if (current !== undefined) return current;
    // Whoever is on the network can announce one, and would be given the password.
    throw new UsageError('Nobody can be asked which broker is meant: name it by --broker or MQTT_URL');
  }
  for (;;) {
    const answer = await promptLine(
      found.length > 1
        ? 'The broker that Home Assistant uses, by number or address'
        : 'The broker that Home Assistant uses',
      usual,
    );
    const picked = /^\d$/.test(answer) ? found[Number(answer) - 1]?.address : answer;
    if (picked) return withScheme(picked);
  }
}

/** What the broker says: undefined if it lets us in and do all, else why not. */
async function refusal({ mqtt, agent }: Settings): Promise<{ text: string; login: boolean } | undefined> {
  try {
    const connection = await connectOnce(mqtt, agent);
    try {
      const missing = await findMissingPermissions(connection, agent);
      return missing.length === 0 ? undefined : { text: missing.join('\n'), login: false };
    } finally {
      await connection.close();
    }
  } catch (error) {
    return { text: describeError(error), login: error instanceof ConnectionError && error.refused };
  }
}

/** The text with a login that the broker takes. */
async function withLogin(text: string): Promise<string> {
  let tried = text;
  for (let count = 0; ; count += 1) {
    const settings = readSettings(allCollectors, parseSettingsText(tried));
    const refused = await refusal(settings);
    if (refused === undefined) {
      printSuccess(`Broker: ${formatBrokerUrl(settings.mqtt.MQTT_URL)} lets us in, and read and write what we need`);
      return tried;
    }
    const { MQTT_USERNAME } = settings.mqtt;
    if (refused.login && MQTT_USERNAME === undefined && isInteractive())
      printNote(
        'The broker wants a login. In Home Assistant: a person of its own, who may log in from the local network alone',
      );
    else printFailure(`Broker: ${refused.text}`);
    if (!refused.login || !isInteractive() || count >= tries)
      throw new UsageError('Nothing was changed. Mend that, and run it again');
    const username = await promptLine('User at the broker', MQTT_USERNAME ?? 'infra-monitor');
    const password = await promptSecret('Password');
    tried = editSettings(
      tried,
      { MQTT_USERNAME: username, MQTT_PASSWORD: password, MQTT_PASSWORD_FILE: undefined },
      descriptions(),
    );
  }
}

async function showFirstValues({ http, agent }: Settings): Promise<void> {
  const { devices } = (await fetchFromAgent(http, '/host/status')) as CollectorStatus;
  const values = Object.values(devices[0]?.values ?? {}).filter(
    ({ value }) => value !== null && typeof value !== 'object',
  );
  printLine(`\n${agent.name}`);
  for (const row of alignColumns(
    values
      .slice(0, mostShown)
      .map(({ name, value, unit }) => [name, `${value}${unit === undefined ? '' : ` ${unit}`}`]),
  ))
    printLine(`  ${row}`);
}

const hasDrives = () => existsSync('/sys/class/nvme') && readdirSync('/sys/class/nvme').length > 0;
const dropIn = '/etc/systemd/system/infra-monitor.service.d/drives.conf';

/** Gives the service the right to ask drives, if that is wanted and not so already. */
async function offerDrives(wanted: boolean | undefined): Promise<void> {
  const script = installedPath('docs/systemd/grant-drives.sh');
  if (!hasDrives() || existsSync(dropIn) || !existsSync(script)) return;
  printLine(
    '\nThis machine has NVMe drives. To read their wear and errors, the service needs a right with which whoever took it over could erase them.',
  );
  const yes = wanted ?? (isInteractive() && (await confirm('Give it that right?')));
  if (!yes) return printNote(`Drives: their temperature alone is read. For the rest: sudo sh ${script}`);
  await readCommandOutput('sh', [script], { seconds: 100 });
  printSuccess('Drives: the service may ask them');
}

/** Starts the service and shows that it works; false if it does not. */
async function startService(settings: Settings, drives: boolean | undefined): Promise<boolean> {
  await offerDrives(drives);
  const failed = await service.start();
  if (failed !== undefined) {
    printFailure(`The service does not start:\n${failed}`);
    return false;
  }
  const { HTTP_HOST, HTTP_PORT } = settings.http;
  if (HTTP_PORT === 0) printSuccess('The service runs');
  else {
    const { status, reasons = [] } = await waitUntilHealthy(settings.http);
    if (status === 'ok') printSuccess('The service runs, and all is well');
    else for (const reason of reasons) printFailure(reason);
    await showFirstValues(settings).catch((error: unknown) => printNote(describeError(error)));
    printLine(`\nPage: http://${HTTP_HOST}:${HTTP_PORT}/`);
  }
  printLine(`Home Assistant: Settings, Devices & services, MQTT: ${settings.agent.name}`);
  return true;
}

/** Asks for what the agent needs to know, tries it, writes it down, and starts the service. What is set already is kept, and nothing
 * is written before the broker has taken it. */
export async function runSetup({
  env: file = serviceSettingsPath,
  broker,
  username,
  site,
  drives,
}: Options): Promise<void> {
  const before = readSettingsText(file);
  const told = processVariables(names);
  const known = parseSettingsText(before);
  const given: Record<string, string | undefined> = {
    ...told,
    ...(broker === undefined ? {} : { MQTT_URL: withScheme(broker) }),
    ...(username === undefined ? {} : { MQTT_USERNAME: username }),
    ...(site === undefined ? {} : { SITE: site }),
    // The new one makes that old.
    ...(told.MQTT_PASSWORD === undefined ? {} : { MQTT_PASSWORD_FILE: undefined }),
  };
  const isService = file === serviceSettingsPath && (await service.exists());
  // Until it knows a broker the service has one of its own, which would be found.
  const waits = isService && known.MQTT_URL === undefined;
  if (waits) await service.stop();
  try {
    if (given.MQTT_URL === undefined) given.MQTT_URL = await chooseBroker(known.MQTT_URL);
    let text = await withLogin(editSettings(before, { MQTT_URL: given.MQTT_URL, ...given }, descriptions()));
    if (given.SITE === undefined && known.SITE === undefined && isInteractive()) {
      const place = await promptLine('Site, which becomes the area of its devices (may be empty)');
      if (place !== '') text = editSettings(text, { SITE: place }, descriptions());
    }
    const settings = readSettings(allCollectors, parseSettingsText(text));
    if (text !== before) writeSettingsFile(file, text);
    printSuccess(`Settings: ${text === before ? `as they were, in ${file}` : `written to ${file}`}`);
    if (!isService)
      printNote(`No service of systemd has its settings there. To start the agent: infra-monitor --env ${file}`);
    else if (!(await startService(settings, drives))) process.exitCode = 1;
  } catch (error) {
    if (waits) await service.start();
    throw error;
  }
}
