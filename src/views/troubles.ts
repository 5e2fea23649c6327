import type { Declaration } from '../model/collector.ts';
import type { AnyMetric } from '../model/metric.ts';
import { slug } from '../model/naming.ts';
import type { BrokerState, CollectorState, Entry, State } from '../model/state.ts';

/** Something that is wrong now. */
export interface Trouble {
  /** Stays the same as long as it lasts. */
  id: string;
  /** The collector, or the collector and the entry's path: `host/nas/filesystem_root`; `broker`. */
  place: string;
  /** Of the flag that tells it. */
  key?: string;
  /** What it is about. */
  subject: string;
  text: string;
  /** Another trouble is its cause: nobody has to hear of it. */
  explained: boolean;
}

function ofBroker({ url, connected, error }: BrokerState): Trouble[] {
  if (connected && error === undefined) return [];
  const text = [...(connected ? [] : ['not connected']), ...(error === undefined ? [] : [error])].join(': ');
  return [{ id: 'broker', place: 'broker', subject: `Broker ${url}`, text, explained: false }];
}

/** What hears of the lab over the broker can't be read without it. */
const ofCollector = ({ id, error, complaints }: CollectorState, { title, ofLab }: Declaration, broker: BrokerState): Trouble[] => [
  ...(error === undefined ? [] : [{ id, place: id, subject: title, text: error, explained: ofLab === true && !broker.connected }]),
  ...complaints.map((complaint) => ({ id: `${id}: ${complaint}`, place: id, subject: title, text: complaint, explained: false })),
];

const subjectOf = ({ device, part }: Entry) => (part === undefined ? device.name : `${device.name} ${part.name}`);

/** Its collector fails, or what it belongs to or hangs below can't be read either. */
function isExplained(collector: CollectorState, { device, part }: Entry, lost: ReadonlySet<string>): boolean {
  if (collector.error !== undefined) return true;
  return (part !== undefined && lost.has(slug(device.id))) || (device.via !== undefined && lost.has(slug(device.via)));
}

/** The words beside a flag: `problem_reason`, `worst_problem`. */
function reasonFor(flag: string, metrics: Record<string, AnyMetric>, { sample }: Entry): string | undefined {
  const key = Object.keys(metrics).find((one) => metrics[one]?.kind === 'text' && (one.startsWith(`${flag}_`) || one.endsWith(`_${flag}`)));
  const words = key === undefined ? undefined : sample?.[key];
  return typeof words === 'string' && words !== '' ? words : undefined;
}

/** A problem that is there. */
const isProblem = (metric: AnyMetric, value: unknown) => metric.kind === 'flag' && metric.deviceClass === 'problem' && value === true;

/** A connection that is not there; that of a diagnostic may well be meant so: a socket without a cable. */
const isLoss = (metric: AnyMetric, value: unknown) => metric.kind === 'flag' && metric.deviceClass === 'connectivity' && metric.category === undefined && value === false;

/** What an entry's flags tell, the worst first: what is lost shows in its problem already, or in the first that is lost. */
function ofFlags(metrics: Record<string, AnyMetric>, entry: Entry): { key: string; text: string; explained: boolean }[] {
  const seen = Object.entries(metrics).filter(([, { enabled }]) => enabled !== false);
  const problems = seen
    .filter(([key, metric]) => isProblem(metric, entry.sample?.[key]))
    .map(([key, { name }]) => ({ key, text: reasonFor(key, metrics, entry) ?? name, explained: false }));
  const losses = seen.filter(([key, metric]) => isLoss(metric, entry.sample?.[key]));
  return [...problems, ...losses.map(([key, { name }], index) => ({ key, text: `${name}: no`, explained: problems.length + index > 0 }))];
}

function ofEntry(declaration: Declaration, collector: CollectorState, path: string, entry: Entry, lost: ReadonlySet<string>): Trouble[] {
  const place = `${collector.id}/${path}`;
  const subject = subjectOf(entry);
  const explained = isExplained(collector, entry, lost);
  // What can't be read keeps its last flags: that they are not seen any more does not mean that they are over.
  const flags = ofFlags(declaration.metrics[entry.of] ?? {}, entry);
  return [
    ...(entry.error === undefined ? [] : [{ id: place, place, subject, text: entry.error, explained }]),
    ...flags.map((flag) => ({ ...flag, id: `${place}/${flag.key}`, place, subject, explained: flag.explained || explained || entry.error !== undefined })),
  ];
}

/** All that is wrong now, each with whether another is its cause. The agent's own readings repeat what the state says of the
 * collectors, and are left out. */
export function troubles(catalogue: readonly Declaration[], state: State): Trouble[] {
  const watched = catalogue.flatMap((declaration) => {
    const collector = declaration.id === 'agent' ? undefined : state.collectors.get(declaration.id);
    return collector === undefined ? [] : [{ declaration, collector, entries: [...collector.entries].filter(([, { excluded }]) => !excluded) }];
  });
  const lost = new Set(
    watched.flatMap(({ collector, entries }) =>
      entries.flatMap(([, { device, part, error }]) => (part === undefined && (error ?? collector.error) !== undefined ? [slug(device.id)] : [])),
    ),
  );
  return [
    ...ofBroker(state.broker),
    ...watched.flatMap(({ declaration, collector, entries }) => [
      ...ofCollector(collector, declaration, state.broker),
      ...entries.flatMap(([path, entry]) => ofEntry(declaration, collector, path, entry, lost)),
    ]),
  ];
}
