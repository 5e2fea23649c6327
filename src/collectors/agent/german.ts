import type { TranslatedTableNamesOfCollector } from '../../model/translation.ts';
import type { agentTables } from './index.ts';
import type { AgentTexts } from './latest-release-reader.ts';

export const agentNamesInGerman: TranslatedTableNamesOfCollector<typeof agentTables> = {
  agent: {
    title: 'Agent',
    plural: 'Agenten',
    metrics: {
      agent_connected: 'Agent verbunden',
      agent_version: 'Version des Agenten',
      agent_update: 'Update des Agenten',
      site: 'Standort',
      agent_started: 'Letzter Start des Agenten',
      agent_reconnects: 'Neuverbindungen des Agenten',
      agent_memory: 'Arbeitsspeicher des Agenten',
      agent_cpu: 'CPU-Auslastung des Agenten',
    },
  },
  collector: {
    title: 'Kollektor',
    plural: 'Kollektoren',
    phrases: {
      'Host collector': 'Kollektor Rechner',
      'NVMe drives collector': 'Kollektor NVMe-Laufwerke',
      'Storage collector': 'Kollektor Speicher',
      'Routers collector': 'Kollektor Router',
      'Home Assistant collector': 'Kollektor Home Assistant',
      'Sites collector': 'Kollektor Standorte',
    },
    metrics: {
      problem: 'Problem',
      last_success: 'letzte erfolgreiche Messung',
      duration: 'Dauer',
      consecutive_failures: 'Fehlschläge in Folge',
      skipped_ticks: 'ausgelassene Messungen',
    },
  },
};

export const agentTextsInGerman: AgentTexts = {
  releasesUnknown:
    'UPDATE_CHECK hat keine Wirkung: dieser Build kennt keine Adresse, unter der das Projekt neue Versionen veröffentlicht',
  noRelease: (url, status) => `${url}: kein Release (HTTP ${status})`,
};
