import { agentNamesInGerman, agentTextsInGerman } from '../collectors/agent/german.ts';
import { homeAssistantNamesInGerman, homeAssistantTextsInGerman } from '../collectors/home-assistant/german.ts';
import { hostNamesInGerman, hostTextsInGerman } from '../collectors/host/german.ts';
import { routerNamesInGerman } from '../collectors/router/german.ts';
import { routerTextsInGerman } from '../collectors/router/german-texts.ts';
import { sitesNamesInGerman, sitesTextsInGerman } from '../collectors/sites/german.ts';
import { storageNamesInGerman, storageTextsInGerman } from '../collectors/storage/german.ts';
import { nvmeNamesInGerman, nvmeTextsInGerman } from '../collectors/storage/nvme/german.ts';
import { brokerErrorTextsInGerman } from '../mqtt/german.ts';
import { dashboardTextsInGerman } from '../views/home-assistant/german.ts';
import type { Language } from '../views/language.ts';
import { pageTextsInGerman } from '../views/page/german.ts';

export const germanNamesAndPageTexts: Language = {
  code: 'de',
  collectorTexts: {
    host: hostTextsInGerman,
    nvme: nvmeTextsInGerman,
    storage: storageTextsInGerman,
    router: routerTextsInGerman,
    home_assistant: homeAssistantTextsInGerman,
    sites: sitesTextsInGerman,
    agent: agentTextsInGerman,
  },
  problems: {
    broker: (url) => `Broker ${url}`,
    notConnected: 'keine Verbindung',
    notConnectedTo: (url) => `keine Verbindung zu ${url}`,
    overdueSince: (collector, since) => `Kollektor ${collector} seit ${since} überfällig`,
    timedOut: (seconds) => `nach ${seconds} s ohne Ergebnis abgebrochen`,
    readingDoesNotEnd: 'eine Abfrage endet nicht',
    noLongerPresent: 'nicht mehr vorhanden',
    wasOnIt: (mounts) => `zuvor darauf eingehängt: ${mounts}`,
    clearsWhenBack: 'wenn es wieder da ist',
    forgetIfRemoved:
      'falls absichtlich entfernt: auf der Geräteseite in Home Assistant „Vergessen“ drücken oder das Gerät dort löschen',
    lastKnown: '(zuletzt bekannt)',
    noReason: 'keine',
  },
  tables: {
    host: hostNamesInGerman,
    nvme: nvmeNamesInGerman,
    storage: storageNamesInGerman,
    router: routerNamesInGerman,
    home_assistant: homeAssistantNamesInGerman,
    sites: sitesNamesInGerman,
    agent: agentNamesInGerman,
  },
  collectors: {
    host: { title: 'Rechner' },
    nvme: { title: 'NVMe-Laufwerke', nothingFound: 'Kein NVMe-Laufwerk gefunden.' },
    storage: {
      title: 'Speicher',
      nothingFound:
        'Kein Pool gefunden und kein Laufwerk, das seinen Zustand meldet. Virtuelle Datenträger und Speicherkarten melden keinen.',
    },
    router: { title: 'Router' },
    home_assistant: { title: 'Home Assistant' },
    sites: { title: 'Standorte' },
    agent: { title: 'Agent selbst' },
  },
  severities: {
    data_at_risk: 'Daten gefährdet',
    outage: 'Ausfall',
    degraded: 'eingeschränkt',
    notice: 'Hinweis',
  },
  // Days in the dative, behind “seit”, “vor” and “nach”.
  durationUnits: { seconds: 's', minutes: 'min', hours: 'h', days: 'Tagen' },
  brokerErrors: brokerErrorTextsInGerman,
  page: pageTextsInGerman,
  notifications: {
    time: (at) =>
      [
        at.toLocaleDateString('de', { day: 'numeric', month: 'long', year: 'numeric' }),
        at.toLocaleTimeString('de', { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }),
      ].join(', '),
    andMore: (count) => `und ${count} weitere`,
    since: (severity, time) => `${severity} seit dem ${time}`,
    worse: (severity, before, time) => `Schlimmer als zuvor: ${severity} (bisher ${before}); Beginn: ${time}`,
    serialNumber: (serialNumber) => `Seriennummer: ${serialNumber}`,
    resolved: (text, duration) =>
      `Behoben ${duration === undefined ? 'innerhalb einer Minute' : `nach ${duration}`}: ${text}`,
    alsoAffected: (list) => `Ebenfalls betroffen: ${list}`,
    whatToDo: (remedy) => `Abhilfe: ${remedy}`,
    refused(status, advice) {
      const whatToCheck = {
        checkLogin: 'NOTIFY_TOKEN oder Benutzername und Passwort in NOTIFY_URL',
        checkAddress: 'NOTIFY_URL',
      };
      return `HTTP-Status ${status}${advice === undefined ? '' : `; ${whatToCheck[advice]} prüfen`}`;
    },
  },
  dashboard: dashboardTextsInGerman,
  words: {
    labDevices: { sites: 'Standorte' },
    problemReason: 'Problemursache',
    problems: 'Probleme',
    forget: 'Vergessen',
    forgetPart: (name) => `${name} vergessen`,
    behindPart: (name) => name,
    seenFrom: (name, agent) => `${name} von ${agent} aus`,
  },
};
