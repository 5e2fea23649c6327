import type { AgentDirectory } from '../../model/agent-directory.ts';
import type { CollectorDeclaration } from '../../model/collector.ts';
import { type AnyMetric, isPrimaryNumber, type MetricValue, type UpdateVersions } from '../../model/metric.ts';
import type { AgentIdentity } from '../../model/state.ts';
import { offlinePayload, onlinePayload } from '../availability.ts';
import type { DeviceView, MetricView, PageSection } from './device-view.ts';
import { formatValue } from './format-value.ts';

function parse(payload: string): Record<string, unknown> {
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

/** Back from what a topic says to what was read: `null` for what this version of the agent would not say. */
function parseTopicValue({ kind }: AnyMetric, value: unknown): MetricValue {
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

function otherDeviceView(
  agent: string,
  { id, title, metrics }: CollectorDeclaration,
  device: string,
  payload: string,
  isLost: boolean,
  now: Date,
): DeviceView {
  const values = parse(payload);
  const [table = {}] = Object.values(metrics);
  const shown = Object.entries(table).flatMap(([key, metric]): { metric: AnyMetric; shown: MetricView }[] => {
    const value = parseTopicValue(metric, values[key]);
    return metric.enabled === false || value === null
      ? []
      : [{ metric, shown: { name: metric.name, value: formatValue(metric, value, now) } }];
  });
  const name = device === agent || device === id ? title : `${title} ${device}`;
  return {
    id: `${agent}/${id}/${device}`,
    name,
    fullName: `${agent}: ${name}`,
    details: isLost ? 'can’t be read now: this is how it was' : '',
    problems: [],
    numbers: shown.flatMap(({ metric, shown }) => (isPrimaryNumber(metric) ? shown : [])),
    facts: shown.flatMap(({ metric, shown }) => (isPrimaryNumber(metric) ? [] : shown)),
    parts: [],
  };
}

/** What the other agents of the lab last said of their devices, without their parts; what is wrong with them is said of their site. */
export function otherAgentSections(
  catalogue: readonly CollectorDeclaration[],
  self: AgentIdentity,
  { topics, unresponsive }: Pick<AgentDirectory, 'topics' | 'unresponsive'>,
  now: Date,
): PageSection[] {
  const own = new Set([self.id, ...catalogue.filter(({ scope }) => scope === 'lab').map(({ id }) => id)]);
  const agents = [...topics].flatMap(([path, payload]) => {
    const [agent = '', last, more] = path.split('/');
    return last === 'status' && more === undefined && !own.has(agent)
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
      note: isOnline ? 'online' : 'lost: this is how it was',
      devices: catalogue.flatMap((declaration) =>
        [...topics].flatMap(([path, payload]) => {
          const [by, collector, device, more] = path.split('/');
          if (
            by !== agent ||
            collector !== declaration.id ||
            device === undefined ||
            more !== undefined ||
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
