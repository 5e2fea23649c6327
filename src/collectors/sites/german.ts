import type { TranslatedTableNamesOfCollector } from '../../model/translation.ts';
import type { sitesTables } from './metrics.ts';
import type { SitesTexts } from './texts.ts';

export const sitesNamesInGerman: TranslatedTableNamesOfCollector<typeof sitesTables> = {
  site: {
    title: 'Standort',
    plural: 'Standorte',
    phrases: { 'No site': 'Ohne Standort' },
    models: { Site: 'Standort' },
    states: {
      cause: {
        router_unreachable: 'Router nicht erreichbar',
        bridge_down: 'Bridge ausgefallen',
        silent: 'kein Agent antwortet',
        agent_lost: 'Agent ausgefallen',
        problem: 'Problem',
        well: 'alles in Ordnung',
      },
    },
    metrics: {
      online: 'Online',
      problem: 'Problem',
      worst_problem: 'Schwerstes Problem',
      cause: 'Ursache',
      since: 'Seit',
      agents_expected: 'Erwartete Agenten',
      agents_lost: 'Ausgefallene Agenten',
    },
  },
  agent: {
    title: 'Agent',
    plural: 'Agenten',
    metrics: {
      agent_online: 'Agent für die Überwachung erreichbar',
      agent_state: 'Zustand des Agenten laut Überwachung',
    },
  },
};

const formatList = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.toSorted().slice(0, -1).join(', ')} und ${names.toSorted().at(-1)}`;

export const sitesTextsInGerman: SitesTexts = {
  noProblem: 'keines',
  routerUnreachable: (site, names) =>
    `der Router von ${site} ist von außen nicht erreichbar (geprüft von ${formatList(names)})`,
  bridgeDown: (site) => `die Bridge von ${site} ist ausgefallen`,
  noAgentAnswers: (site) =>
    `am Standort ${site} antwortet kein Agent: möglicherweise sind Internetverbindung, Strom oder Broker ausgefallen`,
  agentsLost: (names) =>
    names.length === 1 ? `Agent ${names[0]} ist ausgefallen` : `Agenten ${formatList(names)} sind ausgefallen`,
  agentsSayNothing: (names) =>
    names.length === 1
      ? `ob Agent ${names[0]} Probleme hat, ist nicht bekannt: seine Version ist zu alt, um sie zu melden, oder er wurde gerade erst gestartet`
      : `ob die Agenten ${formatList(names)} Probleme haben, ist nicht bekannt: ihre Version ist zu alt, um sie zu melden, oder sie wurden gerade erst gestartet`,
  lastKnown: '(zuletzt bekannt)',
  andMore: (worst, count, isAtLeast) =>
    `${worst}; und ${isAtLeast ? 'mindestens ' : ''}${count} ${count === 1 ? 'weiteres' : 'weitere'}`,
  mayNotRead: (topics, reason) => `dieser Benutzer darf am Broker ${topics} nicht lesen: ${reason}`,
  notRead: (topics, reason) => `${topics} konnten nicht gelesen werden: ${reason}`,
  statesUnknown: 'ohne Verbindung zum Broker sind die Zustände der Agenten unbekannt',
  clearsWhenWhole: 'wenn der Standort wieder vollständig erreichbar ist',
  startOrForget: (ids) =>
    `${ids.length === 1 ? 'den Agenten' : 'die Agenten'} wieder starten; wurde ${ids.length === 1 ? 'er' : 'einer'} dauerhaft entfernt, auf seiner Geräteseite in Home Assistant „Vergessen“ drücken oder infra-monitor forget --agent ${ids.length === 1 ? ids[0] : 'ID'} ausführen${ids.length === 1 ? '' : ` (ID: ${ids.toSorted().join(', ')})`}`,
  moreThanTaken: (agents, devices) =>
    `es gibt mehr Agenten, oder mehr Geräte eines Agenten, als dieser Agent berücksichtigt (${agents} mit je ${devices} Geräten); die übrigen fehlen`,
  agentAnswers: 'antwortet',
  agentLost: 'ausgefallen',
  agentUnknown: (outage) => `unbekannt: ${outage}`,
};
