import type { Declaration } from '../model/collector.ts';
import type { Device } from '../model/device.ts';
import type { AnyMetric, Value } from '../model/metric.ts';
import { slug } from '../model/naming.ts';
import type { Agent, CollectorState, Entry, State } from '../model/state.ts';
import { isAvailable } from './availability.ts';
import type { Family, Labels } from './exposition.ts';
import { prefix, type Series, seriesOf } from './series.ts';

/** An entry that was read, or could not be. */
interface Seen {
  collector: CollectorState;
  entry: Entry;
  labels: Labels;
}

/** Products of decimal factors are off in the last of sixteen digits: 1.1 GB is 1100000000.0000002 bytes. */
const settle = (value: number) => Number(value.toPrecision(15));

const seconds = (date: Date) => date.getTime() / 1000;

/** What a value is as numbers, each with the labels that it adds. */
function samplesOf(metric: AnyMetric, key: string, series: Series, value: NonNullable<Value>): { labels: Labels; value: number }[] {
  switch (metric.kind) {
    case 'gauge':
    case 'counter':
      return [{ labels: {}, value: settle(Number(value) * series.factor) }];
    case 'flag':
      return [{ labels: {}, value: Number(value) }];
    case 'instant':
      return [{ labels: {}, value: Date.parse(String(value)) / 1000 }];
    case 'choice':
      return metric.options.map((option) => ({ labels: { [series.name]: option }, value: Number(option === value) }));
    case 'text':
      return [{ labels: { [key]: String(value) }, value: 1 }];
    case 'version':
      return [{ labels: value as { installed: string; latest: string }, value: 1 }];
  }
}

function family(declaration: Declaration, of: string, key: string, metric: AnyMetric, seen: readonly Seen[]): Family {
  const series = seriesOf(declaration, of, key, metric);
  const { name, type, unit } = series;
  const samples = seen.flatMap(({ entry, labels }) => {
    const value = entry.numbers?.[key] ?? entry.sample?.[key] ?? null;
    return value === null ? [] : samplesOf(metric, key, series, value).map((sample) => ({ labels: { ...labels, ...sample.labels }, value: sample.value }));
  });
  return {
    name,
    type,
    ...(unit === undefined ? {} : { unit }),
    help: `${declaration.title}${of === Object.keys(declaration.metrics)[0] ? '' : `, ${of}`}: ${metric.name}.`,
    samples,
  };
}

/** The collectors that are on with all that they saw, but what the settings leave out. */
const seenBy = (collector: CollectorState): Seen[] =>
  [...collector.entries.values()]
    .filter(({ excluded }) => !excluded)
    .map((entry) => ({ collector, entry, labels: { device: slug(entry.device.id), ...(entry.part === undefined ? {} : { [entry.of]: entry.part.id }) } }));

function readings(declaration: Declaration, collector: CollectorState): Family[] {
  const available = seenBy(collector).filter(({ entry }) => isAvailable(collector, entry));
  return Object.entries(declaration.metrics).flatMap(([of, metrics]) =>
    Object.entries(metrics).map(([key, metric]) =>
      family(
        declaration,
        of,
        key,
        metric,
        available.filter(({ entry }) => entry.of === of),
      ),
    ),
  );
}

const about = (name: string, help: string, samples: Family['samples'], more: Pick<Family, 'type' | 'unit'> = { type: 'gauge' }): Family => ({
  name: `${prefix}_${name}`,
  help,
  samples,
  ...more,
});

/** Every device once, with what all collectors know of it. */
function devices(things: readonly Seen[]): Family['samples'] {
  const known = new Map<string, Device>();
  for (const { labels, entry } of things) known.set(String(labels.device), { ...entry.device, ...known.get(String(labels.device)) });
  return [...known].map(([id, { name, manufacturer = '', model = '', serialNumber = '', softwareVersion = '' }]) => ({
    labels: { device: id, name, manufacturer, model, serial_number: serialNumber, software_version: softwareVersion },
    value: 1,
  }));
}

/** What the agent says of itself and of each reading; the names are node_exporter's where it has them. */
function meta(agent: Agent, { broker, collectors }: State): Family[] {
  const running = [...collectors.values()];
  const of = (value: (collector: CollectorState) => number | undefined) =>
    running.flatMap((collector) => {
      const found = value(collector);
      return found === undefined ? [] : [{ labels: { collector: collector.id }, value: found }];
    });
  const things = running.flatMap(seenBy);
  const inSeconds = { type: 'gauge', unit: 'seconds' } as const;
  return [
    about('build', 'This agent.', [{ labels: { version: agent.version, agent: agent.name, site: agent.site ?? '' }, value: 1 }], { type: 'info' }),
    about('mqtt_connected', 'Is the agent connected to its broker?', [{ labels: {}, value: Number(broker.connected) }]),
    about(
      'scrape_collector_success',
      'Could the collector read the last time?',
      of(({ lastRun, error }) => (lastRun === undefined ? undefined : Number(error === undefined))),
    ),
    about(
      'scrape_collector_duration_seconds',
      'How long the last reading took.',
      of(({ duration }) => duration),
      inSeconds,
    ),
    about(
      'scrape_collector_last_success_timestamp_seconds',
      'When the collector last read with success.',
      of(({ lastSuccess }) => lastSuccess && seconds(lastSuccess)),
      inSeconds,
    ),
    about(
      'available',
      'Could the device or part be read the last time?',
      things.map(({ collector, entry }) => ({
        labels: { collector: collector.id, device: slug(entry.device.id), part: entry.part === undefined ? '' : `${entry.of} ${entry.part.id}` },
        value: Number(isAvailable(collector, entry)),
      })),
    ),
    about('device', 'The device’s names, to be joined by its label.', devices(things), { type: 'info' }),
  ];
}

/** All that the agent knows as Prometheus takes it, without time stamps: what could not be read is absent, and so turns stale. */
export const prometheus = (catalogue: readonly Declaration[], agent: Agent, state: State): Family[] =>
  [
    ...meta(agent, state),
    ...catalogue.flatMap((declaration) => {
      const collector = state.collectors.get(declaration.id);
      return collector === undefined ? [] : readings(declaration, collector);
    }),
  ].filter(({ samples }) => samples.length > 0);
