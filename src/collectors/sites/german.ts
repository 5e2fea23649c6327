import type { TableNamesOfCollector } from '../../model/translation.ts';
import type { sitesTables } from './metrics.ts';

export const sitesNamesInGerman: TableNamesOfCollector<typeof sitesTables> = {
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
      agent_online: 'Agent antwortet der Überwachung',
      agent_state: 'Zustand des Agenten laut Überwachung',
    },
  },
};
