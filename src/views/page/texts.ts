import type { HistoryRange } from '../../model/metric-history.ts';
import { type Html, html } from './html.ts';

const rangeNames: Record<HistoryRange, string> = { hour: 'the last hour', day: 'the last day' };

/** What the page says of its own. Durations come as HTML, which the page's script keeps current. */
export const englishPageTexts = {
  /** For the browser: BCP 47. */
  lang: 'en',
  decimalSeparator: '.',

  // The document.
  rangeSwitch: 'Time of the lines',
  /** The beginning of each is for screen readers. */
  hour: { beginning: 'last ', name: 'hour' },
  day: { beginning: 'last ', name: 'day' },
  asOf: (time: string) => `as of ${time} UTC`,
  health: 'health',
  metrics: 'metrics',
  sections: 'Sections',
  /** For screen readers, behind the number. */
  wrong: (_count: number) => 'wrong',

  // The summary.
  headline: (count: number) =>
    count === 0 ? 'All is well' : count === 1 ? 'One thing is wrong' : `${count} things are wrong`,
  notices: 'Notices',
  lasting: (duration: Html) => html`for ${duration}`,
  lastingAtLeast: (duration: Html) => html`for at least ${duration}`,
  serialNumber: (serialNumber: string) => `serial number ${serialNumber}`,
  alsoAffected: (count: number) => `also affected: ${count}`,
  becauseOf: (subject: string) => `because of ${subject}`,
  agent: 'Agent',
  running: (version: string, duration: Html) => html`${version}, running for ${duration}`,
  collectors: 'Collectors',
  collectorsRead: (count: number, unread: number) =>
    `${count}, ${unread === 0 ? 'all read' : `${unread} not read yet`}`,
  broker: 'Broker',
  brokerState: (isConnected: boolean, duration: Html, url: string) =>
    html`${isConnected ? 'connected' : 'disconnected'} for ${duration}, ${url}`,

  // Sections.
  notReadYet: 'not read yet',
  read: (relativeTime: Html) => html`read ${relativeTime}`,
  allValues: 'all values (JSON)',
  /** For screen readers, behind “all values (JSON)”. */
  ofSection: (title: string) => `of ${title}`,
  nothingFound: 'None found.',
  allAreWell: 'All are well',
  othersAreWell: 'The others are well',
  lastValues: 'Last values',

  // Values.
  ago: (duration: Html) => html`${duration} ago`,
  ahead: (duration: Html) => html`in ${duration}`,
  unknown: 'unknown',
  yes: 'yes',
  no: 'no',
  available: (version: string) => `${version} available`,
  ends: (least: string, most: string) => `${least} to ${most}`,
  lineLabel: (range: HistoryRange, ends: string) => `last ${range} ${ends}`,
  uptimeUnknown: (range: HistoryRange) => `${rangeNames[range]}, of which too little is known yet`,
  uptimeShare: (share: string, range: HistoryRange) => `${share} of ${rangeNames[range]}`,
  uptimeShareOfKnown: (share: string, range: HistoryRange) => `${share} of what is known of ${rangeNames[range]}`,

  // What is built of what.
  fromDrivesToMountPoints: 'From drives to mount points',
  drives: 'Drives',
  pool: 'Pool',
  mountedAt: 'Mounted at',
  gone: 'gone',

  // Sites and other agents.
  agents: 'Agents',
  noSite: 'No site',
  lastKnownValues: 'unavailable: last known values',
  moreProblems: (count: number) => `and ${count} more`,
  lost: 'lost: last known values',
  online: 'online',
  onlineWithoutProblems: 'online; too old to say what is wrong, or just started',
  moreDevices: 'more of its devices are on its own page',
  moreAgents: (count: number) => `${count} more agents`,
  otherSites: 'Others',
  onTheirOwnPages: 'each is on its own page',

  /** For the page's script. */
  script: {
    live: 'live',
    /** Before a duration. */
    silentFor: 'no message from the agent for',
    up: 'yes',
    partly: 'at times',
    down: 'no',
    unknown: 'unknown',
    /** Between the least and the most. */
    to: 'to',
  },
};

export type PageTexts = typeof englishPageTexts;
