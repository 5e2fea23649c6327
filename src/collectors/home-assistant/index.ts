import { rootCertificates } from 'node:tls';
import { readBoundedFileSync } from '../../lib/bounded-file.ts';
import { bounds } from '../../model/bounds.ts';
import type { CollectorDefinition } from '../../model/collector.ts';
import { slug } from '../../model/naming.ts';
import { instanceHistoryMemoryFormat } from './instance-history.ts';
import { homeAssistantTables } from './metrics.ts';
import type { HomeAssistantReadingByTable } from './reading.ts';
import { homeAssistantSettingsSchema } from './settings.ts';

/** Reads the file before each visit, so that a renewed certificate takes effect. */
export function readTrustedCas(path: string | undefined): string[] | undefined {
  if (path === undefined) return undefined;
  try {
    return [...rootCertificates, readBoundedFileSync(path, bounds.certificateFile).toString('utf8')];
  } catch (cause) {
    throw new Error('HA_CA_FILE', { cause });
  }
}

/** Watches Home Assistant from outside. */
export const homeAssistantCollector: CollectorDefinition<
  HomeAssistantReadingByTable,
  typeof homeAssistantSettingsSchema.shape
> = {
  id: 'home_assistant',
  title: 'Home Assistant',
  summary: {
    subject: 'Home Assistant',
    page: 'home-assistant.md',
    withSetting:
      '`HA_BASE_URL`: reachability, version, state, certificate, restarts and outages; with `HA_TOKEN`, also its state, entities, repairs, updates and backups',
  },
  endpoint: 'ha',
  env: homeAssistantSettingsSchema,
  schedule: '*/30 * * * * *',
  perNameSettingTargets: ({ HA_BASE_URL: instances = [] }) => [
    {
      thing: 'instance',
      settings: ['HA_TOKEN'],
      names: instances.flatMap(({ name }) => name || []),
    },
  ],
  timeoutSeconds: 20,
  tables: homeAssistantTables,
  memory: instanceHistoryMemoryFormat,
  async open({ HA_BASE_URL: instances = [], HA_TOKEN: tokens, HA_CA_FILE: authorityFile }, { agent, memory }) {
    if (instances.length === 0) return { inactiveReason: 'no_base_url' };
    const { InstanceMonitor } = await import('./instance-monitor.ts');
    const monitors = new Map(
      instances.map((instance) => [
        slug(instance.title),
        new InstanceMonitor(instance, tokens.get(instance.name), agent, memory),
      ]),
    );
    return {
      async read(signal) {
        const authorities = readTrustedCas(authorityFile);
        return Promise.all([...monitors.values()].map((monitor) => monitor.read(authorities, signal)));
      },
      runAction: (device) => monitors.get(device)?.tryToken(),
      async close() {
        for (const monitor of monitors.values()) monitor.close();
      },
    };
  },
};
