import type { CollectorMetadata } from '../model/collector.ts';
import type { Device, DevicePart } from '../model/device.ts';
import type { AnyMetricDeclaration, MetricValue } from '../model/metric.ts';
import { slug } from '../model/naming.ts';
import type { Problem } from '../model/problem.ts';
import type { AgentIdentity, AgentState, BrokerConnectionState, CollectorState, StateEntry } from '../model/state.ts';
import { isAgentConnected, isEntryAvailable } from './availability.ts';
import { english } from './language.ts';
import { findProblems } from './problems.ts';
import {
  type PrometheusMetricDescriptor,
  prometheusDescriptorOfMetric,
  prometheusMetricPrefix,
} from './prometheus-descriptor.ts';
import type { MetricFamily, MetricLabels } from './prometheus-text.ts';

/** An entry, readable or not, with the labels of its samples. */
interface LabelledEntry {
  collector: CollectorState;
  entry: StateEntry;
  labels: MetricLabels;
}

const seconds = (date: Date) => date.getTime() / 1000;

/** The samples of a value, each with the labels that it adds. */
function samplesOf(
  metric: AnyMetricDeclaration,
  key: string,
  series: PrometheusMetricDescriptor,
  value: NonNullable<MetricValue>,
): { labels: MetricLabels; value: number }[] {
  switch (metric.kind) {
    case 'gauge':
    case 'counter':
    case 'boolean':
      return [{ labels: {}, value: Number(value) }];
    case 'timestamp':
      return [{ labels: {}, value: Date.parse(String(value)) / 1000 }];
    case 'enum':
      return metric.options.map((option) => ({ labels: { [series.name]: option }, value: Number(option === value) }));
    case 'text':
      return [{ labels: { [key]: String(value) }, value: 1 }];
    case 'update':
      return [{ labels: value as { installed: string; latest: string }, value: 1 }];
  }
}

/** Null if it is unknown. */
function valueInBaseUnit(
  metric: AnyMetricDeclaration,
  key: string,
  { rawNumbers, sample }: StateEntry,
  broker: BrokerConnectionState,
): MetricValue {
  if ('followsAgentStatus' in metric) return isAgentConnected(broker);
  return (metric.kind === 'gauge' || metric.kind === 'counter' ? rawNumbers?.[key] : sample?.[key]) ?? null;
}

function familyOfMetric(
  declaration: CollectorMetadata,
  table: string,
  key: string,
  metric: AnyMetricDeclaration,
  entries: readonly LabelledEntry[],
  broker: BrokerConnectionState,
): MetricFamily {
  const series = prometheusDescriptorOfMetric(declaration, table, key, metric);
  const { name, type, unit } = series;
  const samples = entries.flatMap(({ entry, labels }) => {
    const value = valueInBaseUnit(metric, key, entry, broker);
    return value === null
      ? []
      : samplesOf(metric, key, series, value).map((sample) => ({
          labels: { ...labels, ...sample.labels },
          value: sample.value,
        }));
  });
  return {
    name,
    type,
    ...(unit === undefined ? {} : { unit }),
    help: `${declaration.title}${declaration.tables[table]?.isMain ? '' : `, ${table}`}: ${metric.name}.`,
    samples,
  };
}

const labelOfPart = ({ id, label = id }: DevicePart) => label;

/** A collector's entries but those that the settings exclude. */
const labelledEntries = (collector: CollectorState): LabelledEntry[] =>
  [...collector.entries.values()]
    .filter(({ excluded }) => !excluded)
    .map((entry) => ({
      collector,
      entry,
      labels: {
        device: slug(entry.device.id),
        ...(entry.part === undefined ? {} : { [entry.table]: labelOfPart(entry.part) }),
      },
    }));

function readingFamilies(
  declaration: CollectorMetadata,
  collector: CollectorState,
  broker: BrokerConnectionState,
): MetricFamily[] {
  const available = labelledEntries(collector).filter(({ entry }) => isEntryAvailable(collector, entry));
  return Object.entries(declaration.tables).flatMap(([table, { metrics }]) =>
    Object.entries(metrics).map(([key, metric]) =>
      familyOfMetric(
        declaration,
        table,
        key,
        metric,
        available.filter(({ entry }) => entry.table === table),
        broker,
      ),
    ),
  );
}

const agentFamily = (
  name: string,
  help: string,
  samples: MetricFamily['samples'],
  more: Pick<MetricFamily, 'type' | 'unit'> = { type: 'gauge' },
): MetricFamily => ({
  name: `${prometheusMetricPrefix}_${name}`,
  help,
  samples,
  ...more,
});

/** One sample for each device, with what all collectors know of it. */
function deviceSamples(entries: readonly LabelledEntry[]): MetricFamily['samples'] {
  const devices = new Map<string, Device>();
  for (const { labels, entry } of entries)
    devices.set(String(labels.device), { ...entry.device, ...devices.get(String(labels.device)) });
  return [...devices].map(([id, { name, manufacturer = '', model = '', serialNumber = '', softwareVersion = '' }]) => ({
    labels: { device: id, name, manufacturer, model, serial_number: serialNumber, software_version: softwareVersion },
    value: 1,
  }));
}

/** One sample for each device and part. A disk that is gone can have the label of another. */
function availabilitySamples(entries: readonly LabelledEntry[]): MetricFamily['samples'] {
  const samples = new Map<string, MetricFamily['samples'][number]>();
  for (const { collector, entry } of entries) {
    const device = slug(entry.device.id);
    const part = entry.part === undefined ? '' : `${entry.table} ${labelOfPart(entry.part)}`;
    const value = Number(isEntryAvailable(collector, entry));
    const key = [collector.id, device, part].join('\n');
    if (value === 1 || !samples.has(key))
      samples.set(key, { labels: { collector: collector.id, device, part }, value });
  }
  return [...samples.values()];
}

/** One sample for each problem, with the same labels for all. Severity and text change while a problem lasts; its id
 * does not. */
const problemSamples = (problems: readonly Problem[]): MetricFamily['samples'] =>
  problems.map(({ id, cause, place, subject, severity, text, certain, explainedBy = '' }) => ({
    labels: { id, cause, place, subject, severity, text, certain: String(certain), explained_by: explainedBy },
    value: 1,
  }));

/** Families of the agent itself and of its readings; the names are node_exporter's where it has them. */
function agentFamilies(agent: AgentIdentity, { broker, collectors }: AgentState): MetricFamily[] {
  const running = [...collectors.values()];
  const perCollector = (value: (collector: CollectorState) => number | undefined) =>
    running.flatMap((collector) => {
      const sample = value(collector);
      return sample === undefined ? [] : [{ labels: { collector: collector.id }, value: sample }];
    });
  const entries = running.flatMap(labelledEntries);
  const inSeconds = { type: 'gauge', unit: 'seconds' } as const;
  return [
    agentFamily(
      'build',
      'Version, name and site of the agent.',
      [{ labels: { version: agent.version, agent: agent.name, site: agent.site ?? '' }, value: 1 }],
      { type: 'info' },
    ),
    agentFamily('mqtt_connected', 'Whether the agent is connected to its broker.', [
      { labels: {}, value: Number(broker.connected) },
    ]),
    agentFamily(
      'scrape_collector_success',
      'Whether the last reading of the collector succeeded.',
      perCollector(({ lastRun, error }) => (lastRun === undefined ? undefined : Number(error === undefined))),
    ),
    agentFamily(
      'scrape_collector_duration_seconds',
      'Duration of the last reading.',
      perCollector(({ duration }) => duration),
      inSeconds,
    ),
    agentFamily(
      'scrape_collector_last_success_timestamp_seconds',
      'Time of the last successful reading of the collector.',
      perCollector(({ lastSuccess }) => lastSuccess && seconds(lastSuccess)),
      inSeconds,
    ),
    agentFamily('available', 'Whether the last reading of the device or part succeeded.', availabilitySamples(entries)),
    agentFamily('device', 'Properties of the device, to be joined by its label.', deviceSamples(entries), {
      type: 'info',
    }),
  ];
}

/** All metric families of an agent, without timestamps: what could not be read is absent, and so becomes stale.
 * `language`: of what is wrong, in which its texts are; names of series, and of devices and parts in their labels, are
 * English. */
export const prometheusFamilies = (
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  language = english,
): MetricFamily[] =>
  [
    ...agentFamilies(agent, state),
    agentFamily(
      'problem',
      'Something that is wrong; explained_by is the id of the problem that it is a consequence of.',
      problemSamples(findProblems(catalogue, agent, state, language)),
    ),
    ...catalogue.flatMap((declaration) => {
      const collector = state.collectors.get(declaration.id);
      return collector === undefined ? [] : readingFamilies(declaration, collector, state.broker);
    }),
  ].filter(({ samples }) => samples.length > 0);
