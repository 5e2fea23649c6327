import type { CollectorDeclaration } from '../model/collector.ts';
import type { AnyMetric } from '../model/metric.ts';
import { slug } from '../model/naming.ts';
import type { AgentState, BrokerState, CollectorState, StateEntry } from '../model/state.ts';

/** Something that is wrong now, or was and may still be. */
export interface Problem {
  /** Stays the same as long as it lasts. */
  id: string;
  /** The collector, or the collector and the entry's path: `host/nas/filesystem_root`; `broker`. */
  place: string;
  /** Of the flag that tells it. */
  key?: string;
  /** What it is about. */
  subject: string;
  text: string;
  /** Nobody has to hear of it: another trouble is its cause, or it can't be seen whether it lasts. */
  isSuppressed: boolean;
}

function brokerProblems({ url, connected, error }: BrokerState): Problem[] {
  if (connected && error === undefined) return [];
  const text = [...(connected ? [] : ['not connected']), ...(error === undefined ? [] : [error])].join(': ');
  return [{ id: 'broker', place: 'broker', subject: `Broker ${url}`, text, isSuppressed: false }];
}

/** What hears of the lab over the broker can't be read without it. */
const collectorProblems = (
  { id, error, complaints }: CollectorState,
  { title, scope }: CollectorDeclaration,
  broker: BrokerState,
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

/** Its collector fails, or what it belongs to or hangs below can't be read either. */
function isExplained(collector: CollectorState, { device, part }: StateEntry, lost: ReadonlySet<string>): boolean {
  if (collector.error !== undefined) return true;
  return (part !== undefined && lost.has(slug(device.id))) || (device.via !== undefined && lost.has(slug(device.via)));
}

/** The words beside a flag: `problem_reason`, `worst_problem`. */
function reasonBeside(problem: string, metrics: Record<string, AnyMetric>, { sample }: StateEntry): string | undefined {
  const key = Object.keys(metrics).find(
    (one) => metrics[one]?.kind === 'text' && (one.startsWith(`${problem}_`) || one.endsWith(`_${problem}`)),
  );
  const words = key === undefined ? undefined : sample?.[key];
  return typeof words === 'string' && words !== '' ? words : undefined;
}

const isProblemMetric = (metric: AnyMetric) => metric.kind === 'boolean' && metric.deviceClass === 'problem';

/** A connection; one among the diagnostics may well be meant to be lost: a socket without a cable. */
const isConnectivityMetric = (metric: AnyMetric) =>
  metric.kind === 'boolean' && metric.deviceClass === 'connectivity' && metric.category === undefined;

/** What an entry's flags tell, the worst first: what is lost shows in its problem already, or in the first that is lost. */
function metricProblems(
  metrics: Record<string, AnyMetric>,
  entry: StateEntry,
): { key: string; text: string; isSuppressed: boolean }[] {
  const { sample } = entry;
  if (sample === undefined) return [];
  const seen = Object.entries(metrics).filter(([, { enabled }]) => enabled !== false);
  // What is unknown now may still be as it was.
  const unknown = (key: string) => typeof sample[key] !== 'boolean';
  const problems = seen
    .filter(([key, metric]) => isProblemMetric(metric) && sample[key] !== false)
    .map(([key, { name }]) => ({ key, text: reasonBeside(key, metrics, entry) ?? name, isSuppressed: unknown(key) }));
  const losses = seen
    .filter(([key, metric]) => isConnectivityMetric(metric) && sample[key] !== true)
    .map(([key, { name }]) => ({ key, text: `${name}: no`, isSuppressed: unknown(key) }));
  return [...problems, ...losses].map((problem, index, all) => ({
    ...problem,
    isSuppressed:
      problem.isSuppressed ||
      (index >= problems.length && all.slice(0, index).some(({ isSuppressed }) => !isSuppressed)),
  }));
}

function entryProblems(
  declaration: CollectorDeclaration,
  collector: CollectorState,
  path: string,
  entry: StateEntry,
  lost: ReadonlySet<string>,
): Problem[] {
  const place = `${collector.id}/${path}`;
  const subject = subjectOf(entry);
  const isSuppressed = isExplained(collector, entry, lost);
  // What can't be read keeps its last flags: that they are not seen any more does not mean that they are over.
  const problems = metricProblems(declaration.metrics[entry.table] ?? {}, entry);
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

/** All that is or may be wrong now. The agent's own readings repeat what the state says of the
 * collectors, and are left out. */
export function findProblems(catalogue: readonly CollectorDeclaration[], state: AgentState): Problem[] {
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
