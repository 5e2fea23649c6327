import * as z from 'zod/mini';
import type { CollectorDefinition, ObservationOrComplaint } from '../../model/collector.ts';
import { disabledDiagnostic, type MetricDeclarations } from '../../model/metric.ts';
import { booleanSetting } from '../../model/setting.ts';
import type { CollectorState } from '../../model/state.ts';
import { declareDeviceTable, declarePartTable } from '../../model/table.ts';
import { supportUrl } from '../../version.ts';
import { LatestReleaseReader } from './latest-release-reader.ts';

const agentCollectorSettingsSchema = z.object({
  UPDATE_CHECK: booleanSetting({
    description:
      'Whether to ask the project’s site once a day for its latest release, and to report it as an update entity.',
    default: 'false',
  }),
});

interface AgentReading {
  version: string;
  /** The latest release; undefined if it is unknown or not asked for. */
  latestVersion: string | undefined;
  site: string | undefined;
  startedAt: Date;
  reconnects: number;
  /** Bytes. */
  memory: number;
  /** Share of the time of one processor since the previous reading; above 1 if several were busy. */
  cpu?: number | undefined;
}

// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
type Readings = { agent: AgentReading; collector: CollectorState };

const agentMetrics = {
  agent_connected: {
    kind: 'boolean',
    name: 'Agent connected',
    deviceClass: 'connectivity',
    followsAgentStatus: true,
    category: 'diagnostic',
    value: () => true,
  },
  agent_version: {
    kind: 'text',
    name: 'Agent version',
    icon: 'mdi:tag',
    category: 'diagnostic',
    value: (r) => r.version,
  },
  agent_update: {
    kind: 'update',
    name: 'Agent update',
    category: 'diagnostic',
    optional: true,
    value: ({ version, latestVersion: latest }) => (latest === undefined ? undefined : { installed: version, latest }),
  },
  site: {
    kind: 'text',
    name: 'Site',
    icon: 'mdi:map-marker',
    ...disabledDiagnostic,
    value: (r) => r.site,
  },
  agent_started: {
    kind: 'timestamp',
    name: 'Agent started',
    ...disabledDiagnostic,
    value: (r) => r.startedAt,
  },
  agent_reconnects: {
    kind: 'counter',
    name: 'Agent reconnects',
    icon: 'mdi:connection',
    category: 'diagnostic',
    value: (r) => r.reconnects,
  },
  agent_memory: {
    kind: 'gauge',
    name: 'Agent memory',
    deviceClass: 'data_size',
    unit: 'MiB',
    deadband: 3,
    ...disabledDiagnostic,
    value: (r) => r.memory,
  },
  agent_cpu: {
    kind: 'gauge',
    name: 'Agent CPU',
    unit: '%',
    precision: 2,
    deadband: 0.5,
    icon: 'mdi:cpu-64-bit',
    ...disabledDiagnostic,
    most: Number.POSITIVE_INFINITY,
    value: (r) => r.cpu,
  },
} satisfies MetricDeclarations<AgentReading>;

const collectorMetrics = {
  problem: {
    kind: 'boolean',
    name: 'Problem',
    deviceClass: 'problem',
    ...disabledDiagnostic,
    value: (r) => r.error !== undefined || r.complaints.length > 0,
  },
  last_success: {
    kind: 'timestamp',
    name: 'Last success',
    ...disabledDiagnostic,
    value: (r) => r.lastSuccess,
  },
  duration: {
    kind: 'gauge',
    name: 'Duration',
    deviceClass: 'duration',
    unit: 'ms',
    ...disabledDiagnostic,
    value: (r) => r.duration,
  },
  consecutive_failures: {
    kind: 'gauge',
    name: 'Consecutive failures',
    icon: 'mdi:alert',
    ...disabledDiagnostic,
    value: (r) => r.consecutiveFailures,
  },
  skipped_ticks: {
    kind: 'counter',
    name: 'Skipped ticks',
    icon: 'mdi:debug-step-over',
    ...disabledDiagnostic,
    value: (r) => r.skippedTicks,
  },
} satisfies MetricDeclarations<CollectorState>;

export const agentTables = {
  agent: declareDeviceTable({ title: 'Agent', icon: 'mdi:server', isMain: true, metrics: agentMetrics }),
  collector: declarePartTable({ title: 'Collector', icon: 'mdi:sync', metrics: collectorMetrics }),
};

/** Reports on the agent itself and on its collectors. */
export const agentCollector: CollectorDefinition<Readings, typeof agentCollectorSettingsSchema.shape> = {
  id: 'agent',
  title: 'Agent itself',
  env: agentCollectorSettingsSchema,
  schedule: '15 * * * * *',
  tables: agentTables,
  async open({ UPDATE_CHECK }, { agent, state, pageUrl }) {
    const releases = UPDATE_CHECK ? new LatestReleaseReader(supportUrl) : undefined;
    const { id, name, site, version } = agent;
    let previous = { cpu: process.cpuUsage(), at: performance.now() };
    const cpuShare = () => {
      const { user, system } = process.cpuUsage(previous.cpu);
      // cpuUsage() is in microseconds, performance.now() in milliseconds.
      const share = (user + system) / 1000 / (performance.now() - previous.at);
      previous = { cpu: process.cpuUsage(), at: performance.now() };
      return share;
    };
    return {
      async read(signal) {
        const { latest, hint } = (await releases?.read(signal)) ?? {};
        const configurationUrl = await pageUrl?.();
        const device = { id, name, ...(configurationUrl === undefined ? {} : { configurationUrl }) };
        const reading = {
          version,
          latestVersion: latest,
          site,
          startedAt: agent.startedAt,
          reconnects: state.broker.reconnects,
          memory: process.memoryUsage.rss(),
          cpu: cpuShare(),
        };
        const otherCollectors = [...state.collectors.values()].filter((collector) => collector.id !== 'agent');
        return [
          { table: 'agent', device, reading, hint },
          ...otherCollectors.map(
            (collector): ObservationOrComplaint<Readings> => ({
              table: 'collector',
              device,
              part: { id: collector.id, name: `${collector.title} collector` },
              reading: collector,
            }),
          ),
        ];
      },
    };
  },
};
