import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { type HttpSettings, httpAccessWarnings, httpSettingsSchema } from '../http/settings.ts';
import { readBoundedFileSync } from '../lib/bounded-file.ts';
import { bounds } from '../model/bounds.ts';
import type { AnyCollectorDefinition } from '../model/collector.ts';
import { HostRoots } from '../model/host-roots.ts';
import { slug } from '../model/naming.ts';
import { PastMoment } from '../model/past-moment.ts';
import { registerPublicText } from '../model/secret.ts';
import { settingErrorTexts } from '../model/setting-error-texts.ts';
import type { AgentIdentity } from '../model/state.ts';
import { bridgeTopicLevel, sharedTopicLevel } from '../model/topics.ts';
import { brokerLoginWarnings, type MqttSettings, mqttSettingsSchema, settingsOfEachBroker } from '../mqtt/settings.ts';
import { type NotifySettings, notifySettingsSchema } from '../notify/settings.ts';
import { version } from '../version.ts';
import { agentSettingsSchema } from './agent-settings.ts';
import { oddValueWarnings, quotedValueWarnings, withMqttUserAsMqttUsername } from './environment-notices.ts';
import { readHashedMachineId } from './hashed-machine-id.ts';
import { misspelledVariableWarnings, unmatchedPerNameVariableErrors } from './misspelled-variables.ts';
import {
  createSettingProblem,
  type Environment,
  listPlainAndFileSecretVariables,
  readVariables,
  type SettingProblem,
  SettingsError,
  type SettingsSchema,
} from './read-variables.ts';
import { scheduleSetting } from './schedule-setting.ts';
import { secretFileWarnings } from './secret-file-warnings.ts';
import { parseSettingsFile, readVariablesOfFile, withEnvironment } from './variables-of-file.ts';

export interface ConfiguredCollector {
  collector: AnyCollectorDefinition;
  /** A cron expression; undefined if the collector is off. */
  schedule: string | undefined;
  env: Record<string, unknown>;
}

export interface Settings {
  agent: AgentIdentity;
  hostRoots: HostRoots;
  language: z.output<typeof agentSettingsSchema>['AGENT_LANGUAGE'];
  log: Pick<z.output<typeof agentSettingsSchema>, 'LOG_LEVEL' | 'LOG_FORMAT'>;
  mqtt: MqttSettings;
  http: HttpSettings;
  notify: NotifySettings;
  collectors: ConfiguredCollector[];
  warnings: string[];
}

const scheduleName = ({ id }: AnyCollectorDefinition) => `${id.toUpperCase()}_SCHEDULE`;

/** The collector's own variables and its schedule. */
const collectorSchema = (collector: AnyCollectorDefinition): SettingsSchema =>
  z.object({
    [scheduleName(collector)]: scheduleSetting(collector.schedule),
    ...collector.env.shape,
  });

/** All settings in the groups of the documentation; a setting of several collectors is listed with the first of
 * them. */
export function titledSettingsSchemas(
  catalogue: readonly AnyCollectorDefinition[],
): { title: string; schema: SettingsSchema }[] {
  const listed = new Set<string>();
  const groups = [
    { title: 'Agent', schema: agentSettingsSchema },
    { title: 'MQTT', schema: mqttSettingsSchema },
    { title: 'HTTP', schema: httpSettingsSchema },
    { title: 'Notifications', schema: notifySettingsSchema },
    ...catalogue.map((collector) => ({ title: collector.title, schema: collectorSchema(collector) })),
  ];
  return groups.map(({ title, schema }) => {
    const own = Object.entries(schema.shape).filter(([name]) => !listed.has(name));
    for (const [name] of own) listed.add(name);
    return { title, schema: z.object(Object.fromEntries(own)) };
  });
}

/** The machine's short name; in a container, from the host's /etc/hostname if the host's root is mounted. */
function machineName(hostRoot: string | undefined): string {
  const fullName =
    hostRoot === undefined || hostRoot === '/' ? undefined : readOptional(join(hostRoot, 'etc/hostname'));
  return (fullName || hostname()).trim().split('.')[0] || 'host';
}

function readOptional(path: string): string | undefined {
  try {
    return readBoundedFileSync(path, bounds.secretFile).toString('utf8');
  } catch {
    return undefined;
  }
}

/** The language that variables name, of which others may be wrong. */
export function languageOfVariables({ AGENT_LANGUAGE }: Environment): Settings['language'] {
  const { data } = z.safeParse(agentSettingsSchema.shape.AGENT_LANGUAGE, AGENT_LANGUAGE?.trim() || undefined);
  return data ?? 'en';
}

/** The language of this process, whose settings may be wrong. */
export function peekLanguage(file: string | undefined): Settings['language'] {
  let variables: Environment = {};
  try {
    variables = parseSettingsFile(file, settingErrorTexts).variables;
  } catch {
    // The code that loads the settings reports the error.
  }
  return languageOfVariables(withEnvironment(variables));
}

/** The settings of this process. Environment variables override those of the file, which must exist if the user named
 * it. Secrets are then removed from the environment, because child processes inherit it. */
export function loadSettings(
  catalogue: readonly AnyCollectorDefinition[],
  file: string | undefined,
  texts = settingErrorTexts,
): Settings {
  const schemas = titledSettingsSchemas(catalogue).map(({ schema }) => schema);
  const variables = readVariablesOfFile(file, texts);
  const settings = parseSettings(catalogue, withEnvironment(variables), texts);
  for (const name of listPlainAndFileSecretVariables(process.env, schemas).plain) delete process.env[name];
  const { plain } = listPlainAndFileSecretVariables(variables, schemas);
  const exposed = plain.length > 0 ? [{ setting: file === undefined ? '.env' : '--env', path: file ?? '.env' }] : [];
  return { ...settings, warnings: [...settings.warnings, ...secretFileWarnings(exposed, undefined, texts)] };
}

/** Throws a SettingsError that lists every problem, once where two collectors share a variable. */
export function parseSettings(
  catalogue: readonly AnyCollectorDefinition[],
  variables: Environment,
  texts = settingErrorTexts,
): Settings {
  const { env, notices } = withMqttUserAsMqttUsername(variables, texts);
  const problems: SettingProblem[] = [];
  const own = readVariables(agentSettingsSchema, env, problems, texts);
  const mqtt = readVariables(mqttSettingsSchema, env, problems, texts);
  const brokers = mqtt.MQTT_URL === undefined ? [] : settingsOfEachBroker(mqtt).map(({ MQTT_URL }) => MQTT_URL);
  const users = [mqtt.MQTT_USERNAME, ...brokers.map(({ username }) => username)];
  for (const text of [
    mqtt.MQTT_BASE_TOPIC,
    mqtt.MQTT_DISCOVERY_PREFIX,
    mqtt.MQTT_BIRTH_TOPIC,
    ...brokers.map(({ host }) => host),
    ...users,
  ])
    if (text !== undefined) registerPublicText(text);
  const http = readVariables(httpSettingsSchema, env, problems, texts);
  const notify = readVariables(notifySettingsSchema, env, problems, texts);
  const collectors = catalogue.map((collector): ConfiguredCollector => {
    const countBefore = problems.length;
    const values = readVariables(collectorSchema(collector), env, problems, texts);
    const schedule = values[scheduleName(collector)];
    if (schedule !== 'off' && problems.length === countBefore)
      problems.push(...unmatchedPerNameVariableErrors(collector, values, texts).map((text) => ({ text })));
    return { collector, env: values, schedule: schedule === 'off' ? undefined : String(schedule) };
  });
  if ((mqtt.MQTT_CERT_FILE === undefined) !== (mqtt.MQTT_KEY_FILE === undefined))
    problems.push({ text: texts.bothOrNeither('MQTT_CERT_FILE, MQTT_KEY_FILE') });
  const name = own.AGENT_NAME ?? machineName(own.HOST_ROOT);
  const reservedNames = [
    ...catalogue.filter(({ scope }) => scope === 'lab').map(({ id }) => id),
    bridgeTopicLevel,
    sharedTopicLevel,
  ];
  const id = own.AGENT_ID ?? slug(name);
  if (reservedNames.includes(id))
    problems.push(
      createSettingProblem(
        own.AGENT_ID === undefined ? 'AGENT_NAME' : 'AGENT_ID',
        texts.reservedName(JSON.stringify(own.AGENT_ID ?? name), reservedNames.join(', ')),
      ),
    );
  const schemas = titledSettingsSchemas(catalogue).map(({ schema }) => schema);
  const unknown = misspelledVariableWarnings(env, schemas, texts);
  if (problems.length > 0) {
    const distinct = new Map(problems.map((problem) => [problem.text, problem]));
    throw new SettingsError([...distinct.values(), ...unknown.map((text) => ({ text }))], texts);
  }
  const started = new PastMoment();
  const hostRoots = new HostRoots(own);
  const machine = readHashedMachineId(hostRoots);
  const agent: AgentIdentity = {
    id,
    name,
    ...(machine === undefined ? {} : { machine }),
    ...(own.SITE === undefined ? {} : { site: own.SITE }),
    version,
    get startedAt() {
      return started.date;
    },
    baseTopic: mqtt.MQTT_BASE_TOPIC,
    discoveryPrefix: mqtt.MQTT_DISCOVERY_PREFIX,
    homeAssistantBirth: { topic: mqtt.MQTT_BIRTH_TOPIC, payload: mqtt.MQTT_BIRTH_PAYLOAD },
  };
  const { LOG_LEVEL, LOG_FORMAT } = own;
  const files = listPlainAndFileSecretVariables(env, schemas).files.map((setting) => ({
    setting,
    path: String(env[setting]).trim(),
  }));
  const settingNames = schemas.flatMap(({ shape }) => Object.keys(shape));
  const warnings = [
    ...notices,
    ...unknown,
    ...quotedValueWarnings(env, settingNames, texts),
    ...oddValueWarnings(env, schemas, texts),
    ...brokerLoginWarnings(mqtt, texts),
    ...httpAccessWarnings(http, texts),
    ...secretFileWarnings(files, undefined, texts),
  ];
  return {
    agent,
    hostRoots,
    language: own.AGENT_LANGUAGE,
    log: { LOG_LEVEL, LOG_FORMAT },
    mqtt,
    http,
    notify,
    collectors,
    warnings,
  };
}
