import type { HistoryRange } from '../../model/metric-history.ts';
import { html } from './html.ts';
import type { PageTexts } from './texts.ts';

const rangeNames: Record<HistoryRange, { nominative: string; genitive: string }> = {
  hour: { nominative: 'letzte Stunde', genitive: 'der letzten Stunde' },
  day: { nominative: 'letzter Tag', genitive: 'des letzten Tages' },
};

export const pageTextsInGerman: PageTexts = {
  lang: 'de',
  decimalSeparator: ',',

  rangeSwitch: 'Zeitraum der Kurven',
  hour: { beginning: 'letzte ', name: 'Stunde' },
  day: { beginning: 'letzter ', name: 'Tag' },
  asOf: (time) => `Stand: ${time} UTC`,
  health: 'Status',
  metrics: 'Metriken',
  sections: 'Abschnitte',
  wrong: (count) => (count === 1 ? 'Problem' : 'Probleme'),

  headline: (count) => (count === 0 ? 'Alles in Ordnung' : count === 1 ? 'Ein Problem' : `${count} Probleme`),
  notices: 'Hinweise',
  lasting: (duration) => html`seit ${duration}`,
  lastingAtLeast: (duration) => html`seit mindestens ${duration}`,
  serialNumber: (serialNumber) => `Seriennummer ${serialNumber}`,
  alsoAffected: (count) => `ebenfalls betroffen: ${count}`,
  becauseOf: (subject) => `Ursache: ${subject}`,
  agent: 'Agent',
  running: (version, duration) => html`${version}, läuft seit ${duration}`,
  collectors: 'Kollektoren',
  collectorsRead: (count, unread) =>
    `${count}, ${unread === 0 ? 'alle gelesen' : `davon ${unread} noch nicht gelesen`}`,
  broker: 'Broker',
  brokerState: (isConnected, duration, url) => html`${isConnected ? 'verbunden' : 'getrennt'} seit ${duration}, ${url}`,

  notReadYet: 'noch nicht gelesen',
  read: (relativeTime) => html`${relativeTime} gelesen`,
  allValues: 'alle Werte (JSON)',
  ofSection: (title) => `(${title})`,
  nothingFound: 'Nichts gefunden.',
  allAreWell: 'Alles in Ordnung',
  othersAreWell: 'Alle anderen sind in Ordnung',
  lastValues: 'Letzte Werte',

  ago: (duration) => html`vor ${duration}`,
  ahead: (duration) => html`in ${duration}`,
  unknown: 'unbekannt',
  yes: 'ja',
  no: 'nein',
  available: (version) => `${version} verfügbar`,
  ends: (least, most) => `${least} bis ${most}`,
  lineLabel: (range, ends) => `${rangeNames[range].nominative}: ${ends}`,
  uptimeUnknown: (range) => `${rangeNames[range].nominative}, noch zu wenig bekannt`,
  uptimeShare: (share, range) => `${share} ${rangeNames[range].genitive}`,
  uptimeShareOfKnown: (share, range) => `${share} des bekannten Teils ${rangeNames[range].genitive}`,

  fromDrivesToMountPoints: 'Von Laufwerken zu Einhängepunkten',
  drives: 'Laufwerke',
  pool: 'Pool',
  mountedAt: 'Eingehängt unter',
  gone: 'fehlt',

  agents: 'Agenten',
  noSite: 'Ohne Standort',
  lastKnownValues: 'nicht verfügbar: letzte bekannte Werte',
  moreProblems: (count) => `und ${count} ${count === 1 ? 'weiteres' : 'weitere'}`,
  lost: 'ausgefallen: letzte bekannte Werte',
  online: 'online',
  onlineWithoutProblems: 'online; zu alt, um Probleme zu melden, oder gerade erst gestartet',
  moreDevices: 'weitere Geräte auf der Seite dieses Agenten',
  moreAgents: (count) => (count === 1 ? '1 weiterer Agent' : `${count} weitere Agenten`),
  otherSites: 'Weitere',
  onTheirOwnPages: 'jeder hat eine eigene Seite',

  script: {
    live: 'live',
    silentFor: 'keine Nachricht vom Agenten seit',
    up: 'ja',
    partly: 'zeitweise',
    down: 'nein',
    unknown: 'unbekannt',
    to: 'bis',
  },
};
