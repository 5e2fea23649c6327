import { type BrokerErrorTexts, brokerErrorTexts } from '../model/broker-error-texts.ts';
import type { Device, DevicePart } from '../model/device.ts';
import { generalProblemTexts } from '../model/general-problem-texts.ts';
import { type Severity, severityNames } from '../model/problem.ts';
import type { AgentIdentity, StateEntry } from '../model/state.ts';
import type { FindingLanguage } from '../model/translation.ts';
import { type DurationUnits, englishDurationUnits } from './duration.ts';
import { type DashboardTexts, englishDashboardTexts } from './home-assistant/texts.ts';
import { type NotificationTexts, notificationTexts } from './notification-texts.ts';
import { englishPageTexts, type PageTexts } from './page/texts.ts';

/** The names of any table. */
export interface AnyTranslatedTableNames {
  title: string;
  plural: string;
  metrics: Readonly<Record<string, string>>;
  states?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  actions?: Readonly<Record<string, string>>;
  event?: string;
  phrases?: Readonly<Record<string, string>>;
  lastWords?: Readonly<Record<string, string>>;
  models?: Readonly<Record<string, string>>;
}

/** What Home Assistant shows and no table names. */
export interface AnnouncementWords {
  /** Names of the devices of identities for the whole lab, by the ids of their collectors; without one, it is the
   * collector's title. */
  labDevices: Readonly<Record<string, string>>;
  problemReason: string;
  problems: string;
  /** Button with which something that is gone is forgotten. */
  forget: string;
  /** The same for a part. */
  forgetPart(name: string): string;
  /** A metric's name behind a part's. */
  behindPart(name: string): string;
  /** A metric of a device that another agent owns, as this agent sees it. */
  seenFrom(name: string, agent: string): string;
}

/** The language in which the agent announces things. Ids, topics and payloads do not depend on it. */
export interface Language extends FindingLanguage {
  words: AnnouncementWords;
  severities: Readonly<Record<Severity, string>>;
  durationUnits: DurationUnits;
  brokerErrors: BrokerErrorTexts;
  page: PageTexts;
  notifications: NotificationTexts;
  dashboard: DashboardTexts;
  /** By collector; what is not there has the words of the catalogue. */
  collectors: Readonly<Record<string, { title: string; nothingFound?: string }>>;
  /** By collector and table; what is not there has the names of the catalogue. */
  tables: Readonly<Record<string, Readonly<Record<string, AnyTranslatedTableNames>>>>;
}

export const english: Language = {
  collectorTexts: {},
  problems: generalProblemTexts,
  collectors: {},
  tables: {},
  severities: severityNames,
  durationUnits: englishDurationUnits,
  brokerErrors: brokerErrorTexts,
  page: englishPageTexts,
  notifications: notificationTexts,
  dashboard: englishDashboardTexts,
  words: {
    labDevices: {},
    problemReason: 'Problem reason',
    problems: 'Problems',
    forget: 'Forget',
    forgetPart: (name) => `${name} forget`,
    // “eth0” + “Receive rate” → “eth0 receive rate”; an abbreviation keeps its capitals.
    behindPart: (name) => name.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase()),
    seenFrom: (name, agent) => `${name} from ${agent}`,
  },
};

function translatePhrase(phrases: AnyTranslatedTableNames['phrases'], text: string): string {
  const [english = '', translated = ''] =
    Object.entries(phrases ?? {}).find(([phrase]) => text === phrase || text.startsWith(`${phrase} `)) ?? [];
  return `${translated}${text.slice(english.length)}`;
}

/** The device with the name and model that people see. */
export function translateDevice(
  names: AnyTranslatedTableNames | undefined,
  agent: AgentIdentity,
  device: Device,
): Device {
  const prefix = device.name.startsWith(`${agent.name} `) ? `${agent.name} ` : '';
  return {
    ...device,
    name: `${prefix}${translatePhrase(names?.phrases, device.name.slice(prefix.length))}`,
    ...(device.model === undefined ? {} : { model: translatePhrase(names?.models, device.model) }),
  };
}

export function translatePartName(names: AnyTranslatedTableNames | undefined, part: DevicePart): string {
  const name = translatePhrase(names?.phrases, part.name);
  const [english = '', translated = ''] =
    Object.entries(names?.lastWords ?? {}).find(([words]) => name.endsWith(` ${words}`)) ?? [];
  return `${name.slice(0, name.length - english.length)}${translated}`;
}

/** The device and part of an entry with the names that people see. */
export function translateDeviceAndPart(
  { tables }: Language,
  agent: AgentIdentity,
  { address: { collector }, table, device, part }: Pick<StateEntry, 'address' | 'table' | 'device' | 'part'>,
): Pick<StateEntry, 'device' | 'part'> {
  const own = tables[collector] ?? {};
  if (part === undefined) return { device: translateDevice(own[table], agent, device) };
  // The part does not say of which table its device is.
  const shown = Object.values(own).reduce((translated, names) => translateDevice(names, agent, translated), device);
  return { device: shown, part: { ...part, name: translatePartName(own[table], part) } };
}

/** The collector with the title, and the sentence for an empty list, that people see. */
export const translateCollector = <Collector extends { id: string; title: string; nothingFound?: string }>(
  { collectors }: Language,
  collector: Collector,
): Collector => ({ ...collector, ...collectors[collector.id] });

/** The names of a table; without them, those of the catalogue are shown. */
export const namesOfTable = (
  { tables }: Language,
  collector: string,
  table: string,
): AnyTranslatedTableNames | undefined => tables[collector]?.[table];

/** A metric's name where it stands for itself, not behind a part's. */
export const metricNameAlone = (
  names: AnyTranslatedTableNames | undefined,
  key: string,
  { name }: { name: string },
): string => names?.metrics[key]?.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()) ?? name;
