import { allCollectors } from '../collectors/index.ts';
import { readBoundedFileSync } from '../lib/bounded-file.ts';
import type { HaWebSocket } from '../lib/ha-websocket.ts';
import { bounds } from '../model/bounds.ts';
import { brokerErrorTexts } from '../model/broker-error-texts.ts';
import { describeError, UsageError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { connectTemporarily } from '../mqtt/connect-temporarily.ts';
import { readDiscoveryPayloadsOfAllAgents, readOwnRetainedPayloadsAndStaySubscribed } from '../mqtt/retained-topics.ts';
import type { SingleUseBrokerConnection } from '../mqtt/single-use-broker-connection.ts';
import { loadSettings, type Settings } from '../settings/index.ts';
import { buildDashboardConfig } from '../views/home-assistant/dashboard.ts';
import type { LabDevice } from '../views/home-assistant/lab-device.ts';
import { parseLabDevicesWithRegistry } from '../views/home-assistant/lab-devices.ts';
import { dashboardForRelease } from '../views/home-assistant/older-releases.ts';
import { renderRecorderPackage } from '../views/home-assistant/recorder-package.ts';
import {
  parseRegisteredMqttDevices,
  parseRegisteredMqttEntities,
} from '../views/home-assistant/registered-entities.ts';
import { toYaml, type YamlMap } from '../views/home-assistant/yaml.ts';
import { english, type Language } from '../views/language.ts';
import {
  type ConfiguredInstanceWithToken,
  findConfiguredInstance,
  withHomeAssistantConnection,
} from './home-assistant-login.ts';
import { dashboardUrlPath, installDashboard } from './installed-dashboard.ts';
import { loadLanguage } from './load-language.ts';
import { isInteractive, promptSecret } from './prompt.ts';
import { printNote, printSuccess } from './terminal.ts';

/** False where this user may not find out. */
const sendsRetainedByNameOnly = (connection: SingleUseBrokerConnection, agent: AgentIdentity): Promise<boolean> =>
  readOwnRetainedPayloadsAndStaySubscribed(connection, agent).then(
    () => connection.retainsByNameOnly,
    () => false,
  );

/** The announcements of all agents on the broker. */
async function readAnnouncements({ agent, mqtt }: Settings): Promise<string[]> {
  const connection = await connectTemporarily(mqtt, agent).catch((cause: unknown) => {
    const whose =
      mqtt.MQTT_URL.protocol === 'embedded' ? 'agent’s own broker, which runs only with the agent' : 'broker';
    throw new UsageError(`Cannot connect to the ${whose}`, { cause });
  });
  try {
    const payloads = [...(await readDiscoveryPayloadsOfAllAgents(connection, agent))];
    if (parseLabDevicesWithRegistry(allCollectors, payloads).length > 0) return payloads;
    if (await sendsRetainedByNameOnly(connection, agent))
      throw new UsageError(
        `No devices can be found: ${brokerErrorTexts.retainedByNameOnly}. Another broker is needed (docs/mqtt.md)`,
      );
    throw new UsageError(
      `No devices are announced on ${new Topics(agent).allDiscoveryFilter}: either no agent has used this broker yet, or this user may not read these topics`,
    );
  } finally {
    await connection.close();
  }
}

/** The devices of all agents. */
interface Lab {
  devices: LabDevice[];
  /** The release of the Home Assistant that has registered them; undefined if none was asked. */
  release?: string;
}

/** The announced devices with the ids that this Home Assistant has given their entities; undefined if it does not tell,
 * or knows none of them. */
async function readRegisteredLab(
  socket: HaWebSocket,
  announcements: readonly string[],
  language: Language,
): Promise<Lab | undefined> {
  const list = (registry: string) => socket.sendCommand({ type: `config/${registry}_registry/list` });
  const entities = parseRegisteredMqttEntities(await list('entity'));
  if (entities === undefined) return undefined;
  const registered = parseRegisteredMqttDevices(await list('device'), await list('area'));
  const devices = parseLabDevicesWithRegistry(
    allCollectors,
    announcements,
    { entities, devices: registered },
    language,
  );
  return devices.length === 0 ? undefined : { devices, release: socket.version };
}

function dashboardOf({ devices, release }: Lab, language: Language): YamlMap {
  const config = buildDashboardConfig(allCollectors, devices, language);
  return release === undefined ? config : dashboardForRelease(config, release);
}

/** The dashboard of what is announced, for this Home Assistant; undefined if it has none of it. */
export async function buildDashboardForInstance(
  socket: HaWebSocket,
  announcements: readonly string[],
  language: Language,
): Promise<YamlMap | undefined> {
  const lab = await readRegisteredLab(socket, announcements, language);
  return lab && dashboardOf(lab, language);
}

/** A comment of YAML, for those who write both outputs to one file. */
const guessedIdsNote = (reason: string) =>
  `# The entity IDs are those that the agents suggest, and Home Assistant may have others: ${reason}.\n`;

/** The devices of all agents, as far as possible with the ids that their entities have in Home Assistant; says so where
 * it is not. */
async function readLab(
  settings: Settings,
  instance: ConfiguredInstanceWithToken | undefined,
  language = english,
): Promise<Lab> {
  const announcements = await readAnnouncements(settings);
  const suggested = (reason: string): Lab => {
    process.stderr.write(guessedIdsNote(reason));
    return { devices: parseLabDevicesWithRegistry(allCollectors, announcements, undefined, language) };
  };
  if (instance?.token === undefined)
    return suggested(`set ${instance === undefined ? 'HA_BASE_URL and HA_TOKEN' : 'HA_TOKEN'} to have it asked`);
  try {
    return (
      (await withHomeAssistantConnection(instance, instance.token, (socket) =>
        readRegisteredLab(socket, announcements, language),
      )) ?? suggested(`${instance.title} has no entities of these agents`)
    );
  } catch (error) {
    return suggested(describeError(error));
  }
}

const whyNotHaToken =
  'HA_TOKEN will not do: it is for a user without administrator rights, and Home Assistant lets only administrators save dashboards';

async function readAdministratorToken(file: string | undefined): Promise<Secret> {
  if (file === undefined && !isInteractive())
    throw new UsageError(`--install needs the token of an administrator: pass --token-file. ${whyNotHaToken}`);
  if (file === undefined) printNote(`${whyNotHaToken}. Create a token in the profile of an administrator.`);
  const token =
    file === undefined
      ? await promptSecret('Token of an administrator, used once and not kept')
      : readBoundedFileSync(file, bounds.secretFile).toString('utf8');
  if (token.trim() === '') throw new UsageError('The token is empty');
  return new Secret(token.trim());
}

/** Saves the dashboard in Home Assistant, with an administrator's token that is used for this alone. */
async function install(
  settings: Settings,
  instance: ConfiguredInstanceWithToken | undefined,
  options: DashboardOptions,
) {
  if (instance === undefined) throw new UsageError('--install needs HA_BASE_URL, the address of Home Assistant');
  const announcements = await readAnnouncements(settings);
  const token = await readAdministratorToken(options.tokenFile);
  const language = await loadLanguage(settings);
  const isUpdate = await withHomeAssistantConnection(instance, token, async (socket) => {
    const config = await buildDashboardForInstance(socket, announcements, language);
    if (config === undefined)
      throw new UsageError(`${instance.title} has no entities of these agents: does it use the same broker?`);
    return installDashboard(socket, config, options.force === true);
  });
  printSuccess(
    `${isUpdate ? 'Updated' : 'Installed'}: ${instance.url.href.replace(/\/?$/, '/')}${dashboardUrlPath}. The token is no longer needed; delete it in the administrator’s profile.`,
  );
}

interface DashboardOptions {
  env?: string;
  /** The name of an instance in HA_BASE_URL. */
  instance?: string;
  install?: boolean;
  tokenFile?: string;
  force?: boolean;
}

/** Prints a dashboard of all agents on the broker, for the raw configuration editor or a file, or saves it in Home
 * Assistant. */
export async function runDashboardCommand(options: DashboardOptions): Promise<void> {
  const { tokenFile, force } = options;
  const withoutEffect = [...(tokenFile === undefined ? [] : ['--token-file']), ...(force ? ['--force'] : [])];
  if (!options.install && withoutEffect.length > 0)
    throw new UsageError(`Without --install there is no effect of ${withoutEffect.join(' and ')}`);
  const settings = loadSettings(allCollectors, options.env);
  const instance = findConfiguredInstance(settings, options.instance);
  if (options.install) return install(settings, instance, options);
  const language = await loadLanguage(settings);
  process.stdout.write(toYaml(dashboardOf(await readLab(settings, instance, language), language)));
}

/** Prints a package that excludes entities of all agents on the broker from Home Assistant's recorder. */
export async function runRecorderCommand(options: { env?: string; instance?: string }): Promise<void> {
  const settings = loadSettings(allCollectors, options.env);
  const instance = findConfiguredInstance(settings, options.instance);
  process.stdout.write(renderRecorderPackage((await readLab(settings, instance)).devices));
}
