import { agentNamesInGerman } from '../collectors/agent/german.ts';
import { homeAssistantNamesInGerman } from '../collectors/home-assistant/german.ts';
import { hostNamesInGerman } from '../collectors/host/german.ts';
import { routerNamesInGerman } from '../collectors/router/german.ts';
import { sitesNamesInGerman } from '../collectors/sites/german.ts';
import { storageNamesInGerman } from '../collectors/storage/german.ts';
import { nvmeNamesInGerman } from '../collectors/storage/nvme/german.ts';
import type { Language } from '../views/language.ts';
import { pageTextsInGerman } from '../views/page/german.ts';

export const german: Language = {
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
  page: pageTextsInGerman,
  words: {
    labDevices: { sites: 'Standorte' },
    problem: 'Problem',
    problemReason: 'Problemursache',
    problems: 'Probleme',
    forget: 'Vergessen',
    forgetPart: (name) => `${name} vergessen`,
    behindPart: (name) => name,
    seenFrom: (name, agent) => `${name} von ${agent} aus`,
  },
};
