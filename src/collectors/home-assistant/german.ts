import type { CollectorNames } from '../../model/translation.ts';
import type { homeAssistantTables } from './metrics.ts';

export const homeAssistantNamesInGerman: CollectorNames<typeof homeAssistantTables> = {
  instance: {
    title: 'Home Assistant',
    event: 'Ereignis',
    actions: { try_token: 'Token erneut versuchen' },
    metrics: {
      reachable: 'Erreichbar',
      state: 'Zustand',
      version: 'Version',
      hint: 'Was zu tun ist',
      latency: 'Latenz',
      started: 'Gestartet',
      restarts: 'Neustarts',
      outages: 'Ausfälle',
      outage_began: 'Beginn des letzten Ausfalls',
      outage_ended: 'Ende des letzten Ausfalls',
      entities: 'Entitäten',
      unavailable_entities: 'Nicht verfügbare Entitäten',
      repairs: 'Offene Reparaturen',
      migration: 'Migration des Recorders',
      last_backup: 'Letztes automatisches Backup',
      core: 'Core-Update',
      operating_system: 'Betriebssystem-Update',
      supervisor: 'Supervisor-Update',
      certificate_left: 'Restlaufzeit des Zertifikats',
    },
  },
};
