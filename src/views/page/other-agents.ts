import type { CollectorMetadata } from '../../model/collector.ts';
import {
  type AnyMetricDeclaration,
  isPrimaryNumericMetric,
  type MetricValue,
  type UpdateVersions,
} from '../../model/metric.ts';
import type { MirroredAgentTopics } from '../../model/mirrored-agent-topics.ts';
import type { AgentIdentity } from '../../model/state.ts';
import { offlinePayload, onlinePayload } from '../availability.ts';
import type { DeviceView, MetricView, PageSection } from './device-view.ts';
import { renderMetricValue } from './render-metric-value.ts';

function parseObject(payload: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(payload);
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const isVersions = (value: unknown): value is UpdateVersions =>
  typeof value === 'object' &&
  value !== null &&
  'installed' in value &&
  'latest' in value &&
  typeof value.installed === 'string' &&
  typeof value.latest === 'string';

/** The metric's value that a state topic has; `null` for one that this version would not publish. */
function parseTopicValue({ kind }: AnyMetricDeclaration, value: unknown): MetricValue {
  switch (kind) {
    case 'gauge':
    case 'counter':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return value === 'ON' ? true : value === 'OFF' ? false : null;
    case 'timestamp':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null;
    case 'update':
      return isVersions(value) ? value : null;
    case 'enum':
    case 'text':
      return typeof value === 'string' ? value : null;
  }
}

/** The metrics of the device table that the keys fit best: a topic does not say its table, and another version of the agent may lack
 * some keys. */
function metricsOfKeys({ tables }: CollectorMetadata, keys: readonly string[]): Record<string, AnyMetricDeclaration> {
  const candidates = Object.values(tables)
    .filter(({ kind }) => kind === 'device')
    .map(({ metrics }) => ({
      metrics,
      missing: Object.keys(metrics).filter((key) => !keys.includes(key)).length,
      unknown: keys.filter((key) => !(key in metrics)).length,
    }));
  const [best] = candidates.sort((a, b) => a.missing + a.unknown - (b.missing + b.unknown));
  return best?.metrics ?? {};
}

function otherDeviceView(
  agent: string,
  collector: CollectorMetadata,
  device: string,
  payload: string,
  isLost: boolean,
  now: Date,
): DeviceView {
  const { id, title } = collector;
  const values = parseObject(payload);
  const metrics = metricsOfKeys(collector, Object.keys(values));
  const views = Object.entries(metrics).flatMap(
    ([key, metric]): { metric: AnyMetricDeclaration; view: MetricView }[] => {
      const value = parseTopicValue(metric, values[key]);
      return metric.enabled === false || value === null
        ? []
        : [{ metric, view: { name: metric.name, value: renderMetricValue(metric, value, now) } }];
    },
  );
  const name = device === agent || device === id ? title : `${title} ${device}`;
  return {
    id: `${agent}/${id}/${device}`,
    name,
    fullName: `${agent}: ${name}`,
    details: isLost ? 'unavailable: last known values' : '',
    problems: [],
    numbers: views.flatMap(({ metric, view }) => (isPrimaryNumericMetric(metric) ? view : [])),
    facts: views.flatMap(({ metric, view }) => (isPrimaryNumericMetric(metric) ? [] : view)),
    parts: [],
  };
}

/** A section for each other agent of the lab, with the last state of its devices without their parts. Problems are not repeated:
 * the site's section has them. */
export function buildOtherAgentSections(
  catalogue: readonly CollectorMetadata[],
  self: AgentIdentity,
  { topics, unresponsive }: Pick<MirroredAgentTopics, 'topics' | 'unresponsive'>,
  now: Date,
): PageSection[] {
  const ownIds = new Set([self.id, ...catalogue.filter(({ scope }) => scope === 'lab').map(({ id }) => id)]);
  const agents = [...topics].flatMap(([path, payload]) => {
    const [agent = '', kind, deeper] = path.split('/');
    return kind === 'status' && deeper === undefined && !ownIds.has(agent)
      ? [{ agent, isOnline: payload === onlinePayload && !unresponsive.has(agent) }]
      : [];
  });
  return agents
    .sort((a, b) => a.agent.localeCompare(b.agent))
    .map(({ agent, isOnline }) => ({
      id: `lab/${agent}`,
      title: agent,
      problems: [],
      isFailing: !isOnline,
      note: isOnline ? 'online' : 'lost: last known values',
      devices: catalogue.flatMap((declaration) =>
        [...topics].flatMap(([path, payload]) => {
          const [publisher, collector, device, deeper] = path.split('/');
          if (
            publisher !== agent ||
            collector !== declaration.id ||
            device === undefined ||
            deeper !== undefined ||
            payload === ''
          )
            return [];
          return otherDeviceView(
            agent,
            declaration,
            device,
            payload,
            topics.get(`${path}/availability`) === offlinePayload,
            now,
          );
        }),
      ),
    }));
}
