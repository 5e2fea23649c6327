import type { InactiveReason } from '../../model/collector.ts';
import { settingErrorTexts } from '../../model/setting-error-texts.ts';
import { permissionTexts } from '../../mqtt/broker-permissions.ts';

/** What `check` and `once` print, in sentences; names are those of the language's tables. Texts of other programs stand
 * in these as they are. */
export const englishCheckAndOnceTexts = {
  settings: 'Settings',
  broker: 'Broker',
  notifications: 'Notifications',
  problems: 'Problems',
  /** A number as a value. */
  number: (value: number) => String(value),
  yes: 'yes',
  no: 'no',
  installedAndLatest: (installed: string, latest: string) => `${installed} (latest ${latest})`,
  nothingFound: 'None found.',
  noProblems: 'none',
  alsoAffected: (problem: string) => `also affected: ${problem}`,
  asServiceRuns: (unit: string, user: string, rights: string) =>
    `As ${unit} runs: as the user ${user}${rights === '' ? '' : ` with ${rights}`}`,
  userOfItsOwn: 'of its own',
  settingTexts: settingErrorTexts,
  validSettings: (agent: string, site: string | undefined) =>
    `valid (agent ${agent}${site === undefined ? '' : `, site ${site}`})`,
  collectorOff: (reason: string) => `off (${reason})`,
  inactiveReasons: {
    no_base_url: 'HA_BASE_URL is not set',
    sites_not_true: 'SITES is not true',
    agent_not_running: 'this works only in a running agent',
    not_linux: 'drives are read on Linux only',
  } satisfies Record<InactiveReason, string>,
  collectorWorks: 'works (nothing found)',
  collectorReads: (working: number, all: number, milliseconds: number) =>
    `works (${working} of ${all} read in ${milliseconds} ms)`,
  testMessage: 'Test message from infra-monitor check.',
  acceptedTestMessage: (origin: string) => `${origin} accepted a test message; check that it has arrived`,
  embeddedBroker: (url: string, isRunning: boolean) =>
    `embedded, at ${url}${isRunning ? '' : ' (not running)'}, with MQTT 3.1.1 only. Home Assistant requires MQTT 5 from 2027.1 on: set MQTT_URL to its broker`,
  connected: (url: string, version: string) => `connected to ${url} (MQTT ${version})`,
  permissions: permissionTexts,
  topicsUsable: 'all required topics can be read and written',
  announcementFits: (kibibytes: number) => `the largest announcement (${kibibytes} KiB) can be sent`,
  announcementTooLarge: (topic: string, bytes: number, reason: string) =>
    `${topic} cannot be announced (${bytes} bytes): ${reason}`,
  manyEntities: (count: number, most: number) =>
    `the programs on this broker announce ${count} enabled entities, and since 2026.7 its MQTT integration accepts at most ${most}: exclude what you do not need (HOST_DISKS_EXCLUDE, HOST_FILESYSTEMS_EXCLUDE, HOST_INTERFACES_EXCLUDE)`,
  dashboardCurrent: (path: string) => `the dashboard ${path} shows what there is`,
  dashboardOutdated: (path: string, command: string) => `the dashboard ${path} is out of date: run ${command}`,
  dashboardEdited: (path: string) =>
    `the dashboard ${path} was changed in Home Assistant; whether it is up to date is unknown`,
  formerAgent: (name: string, id: string, command: string) =>
    `this machine ran as agent ${name} before, whose devices are still in Home Assistant. To keep them and their history, set AGENT_ID=${id} (“${command} adopt ${id}” writes it) and restart the agent; to remove them, run “${command} forget --agent ${id}”`,
  otherMachine: (id: string) =>
    `what the broker has of agent ${id} is from another machine. If that one is still in use, give each agent its own AGENT_NAME (and AGENT_ID, if set): of two with one name only one works. If this machine replaces it, there is nothing to do`,
  changedSite: (before: string | undefined, now: string | undefined) =>
    `SITE was ${before ?? 'not set'} and is ${now ?? 'not set'} now, but Home Assistant leaves devices that it knows in their area. To move them: Settings → Devices & services → Devices, select them, Move to area`,
  notCompared: {
    none: 'the broker has no earlier list of problems',
    embedded: 'the agent’s own broker, which forgets everything when the agent stops, did not answer',
    unknown: 'it is unknown whether there is an earlier list of problems, because no broker could be asked',
  },
  missingComparison: (reason: string) =>
    `${reason}, so this one cannot show that a file system has become read-only, that a drive has disappeared, or when a problem began`,
};

export type CheckAndOnceTexts = typeof englishCheckAndOnceTexts;
