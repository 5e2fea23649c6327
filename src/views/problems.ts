import type { CollectorMetadata } from '../model/collector.ts';
import type { AnyMetricDeclaration } from '../model/metric.ts';
import { slug } from '../model/naming.ts';
import type { AgentState, BrokerConnectionState, CollectorState, StateEntry } from '../model/state.ts';

/** Something that is wrong now, or was at the last reading and may still be. */
export interface Problem {
  /** The same as long as the problem lasts. */
  id: string;
  /** The collector, or the collector and the entry's path: `host/nas/filesystem_root`; `broker`. */
  place: string;
  /** Key of the metric that reports it. */
  key?: string;
  /** Name of the broker, collector, device or part. */
  subject: string;
  text: string;
  /** Not to be reported: another problem explains it, or it is unknown whether it lasts. */
  isSuppressed: boolean;
}

function brokerProblems({ url, connected, error }: BrokerConnectionState): Problem[] {
  if (connected && error === undefined) return [];
  const text = [...(connected ? [] : ['not connected']), ...(error === undefined ? [] : [error])].join(': ');
  return [{ id: 'broker', place: 'broker', subject: `Broker ${url}`, text, isSuppressed: false }];
}

/** Problems of a collector as a whole. A lab-wide one reads over the broker: without it its error is suppressed. */
const collectorProblems = (
  { id, error, complaints }: CollectorState,
  { title, scope }: CollectorMetadata,
  broker: BrokerConnectionState,
): Problem[] => [
  ...(error === undefined
    ? []
    : [{ id, place: id, subject: title, text: error, isSuppressed: scope === 'lab' && !broker.connected }]),
  ...complaints.map((complaint) => ({
    id: `${id}: ${complaint}`,
    place: id,
    subject: title,
    text: complaint,
    isSuppressed: false,
  })),
];

const subjectOf = ({ device, part }: StateEntry) => (part === undefined ? device.name : `${device.name} ${part.name}`);

/** Whether another failure explains that of an entry: its collector's, its device's, or that of the device above it (`via`). */
function isExplained(collector: CollectorState, { device, part }: StateEntry, lost: ReadonlySet<string>): boolean {
  if (collector.error !== undefined) return true;
  return (part !== undefined && lost.has(slug(device.id))) || (device.via !== undefined && lost.has(slug(device.via)));
}

/** Value of the text metric that explains a problem metric: `problem_reason`, `worst_problem`. */
function reasonBeside(
  problem: string,
  metrics: Record<string, AnyMetricDeclaration>,
  { sample }: StateEntry,
): string | undefined {
  const key = Object.keys(metrics).find(
    (name) => metrics[name]?.kind === 'text' && (name.startsWith(`${problem}_`) || name.endsWith(`_${problem}`)),
  );
  const reason = key === undefined ? undefined : sample?.[key];
  return typeof reason === 'string' && reason !== '' ? reason : undefined;
}

const isProblemMetric = (metric: AnyMetricDeclaration) => metric.kind === 'boolean' && metric.deviceClass === 'problem';

/** A connection that should exist: a diagnostic one may be absent on purpose, as of a socket without a cable. */
const isConnectivityMetric = (metric: AnyMetricDeclaration) =>
  metric.kind === 'boolean' && metric.deviceClass === 'connectivity' && metric.category === undefined;

/** Problems that an entry's metrics report, problem metrics before connections. A lost connection is suppressed if a problem or an
 * earlier lost connection is reported already. */
function metricProblems(
  metrics: Record<string, AnyMetricDeclaration>,
  entry: StateEntry,
): { key: string; text: string; isSuppressed: boolean }[] {
  const { sample } = entry;
  if (sample === undefined) return [];
  const enabledMetrics = Object.entries(metrics).filter(([, { enabled }]) => enabled !== false);
  // A value that is unknown now may still be what it was.
  const isUnknown = (key: string) => typeof sample[key] !== 'boolean';
  const problems = enabledMetrics
    .filter(([key, metric]) => isProblemMetric(metric) && sample[key] !== false)
    .map(([key, { name }]) => ({ key, text: reasonBeside(key, metrics, entry) ?? name, isSuppressed: isUnknown(key) }));
  const losses = enabledMetrics
    .filter(([key, metric]) => isConnectivityMetric(metric) && sample[key] !== true)
    .map(([key, { name }]) => ({ key, text: `${name}: no`, isSuppressed: isUnknown(key) }));
  return [...problems, ...losses].map((problem, index, all) => ({
    ...problem,
    isSuppressed:
      problem.isSuppressed ||
      (index >= problems.length && all.slice(0, index).some(({ isSuppressed }) => !isSuppressed)),
  }));
}

function entryProblems(
  declaration: CollectorMetadata,
  collector: CollectorState,
  path: string,
  entry: StateEntry,
  lost: ReadonlySet<string>,
): Problem[] {
  const place = `${collector.id}/${path}`;
  const subject = subjectOf(entry);
  const isSuppressed = isExplained(collector, entry, lost);
  // An entry that can't be read keeps its last values: its problems are no longer seen, which does not end them.
  const problems = metricProblems(declaration.tables[entry.table]?.metrics ?? {}, entry);
  return [
    ...(entry.error === undefined ? [] : [{ id: place, place, subject, text: entry.error, isSuppressed }]),
    ...problems.map((problem) => ({
      ...problem,
      id: `${place}/${problem.key}`,
      place,
      subject,
      isSuppressed: problem.isSuppressed || isSuppressed || entry.error !== undefined,
    })),
  ];
}

/** Everything that is or may be wrong now. The agent's own readings repeat the collectors' states and are left out. */
export function findProblems(catalogue: readonly CollectorMetadata[], state: AgentState): Problem[] {
  const watched = catalogue.flatMap((declaration) => {
    const collector = declaration.id === 'agent' ? undefined : state.collectors.get(declaration.id);
    return collector === undefined
      ? []
      : [{ declaration, collector, entries: [...collector.entries].filter(([, { excluded }]) => !excluded) }];
  });
  const lost = new Set(
    watched.flatMap(({ collector, entries }) =>
      entries.flatMap(([, { device, part, error }]) =>
        part === undefined && (error ?? collector.error) !== undefined ? [slug(device.id)] : [],
      ),
    ),
  );
  return [
    ...brokerProblems(state.broker),
    ...watched.flatMap(({ declaration, collector, entries }) => [
      ...collectorProblems(collector, declaration, state.broker),
      ...entries.flatMap(([path, entry]) => entryProblems(declaration, collector, path, entry, lost)),
    ]),
  ];
}
