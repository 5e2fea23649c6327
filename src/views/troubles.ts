import type { Declaration } from '../model/collector.ts';
import type { AnyMetric } from '../model/metric.ts';
import { slug } from '../model/naming.ts';
import type { BrokerState, CollectorState, Entry, State } from '../model/state.ts';

/** Something that is wrong now, or was and may still be. */
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
  /** Nobody has to hear of it: another trouble is its cause, or it can't be seen whether it lasts. */
  quiet: boolean;
}

function ofBroker({ url, connected, error }: BrokerState): Trouble[] {
  if (connected && error === undefined) return [];
  const text = [...(connected ? [] : ['not connected']), ...(error === undefined ? [] : [error])].join(': ');
  return [{ id: 'broker', place: 'broker', subject: `Broker ${url}`, text, quiet: false }];
}

/** What hears of the lab over the broker can't be read without it. */
const ofCollector = ({ id, error, complaints }: CollectorState, { title, ofLab }: Declaration, broker: BrokerState): Trouble[] => [
  ...(error === undefined ? [] : [{ id, place: id, subject: title, text: error, quiet: ofLab === true && !broker.connected }]),
  ...complaints.map((complaint) => ({ id: `${id}: ${complaint}`, place: id, subject: title, text: complaint, quiet: false })),
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

const isProblem = (metric: AnyMetric) => metric.kind === 'flag' && metric.deviceClass === 'problem';

/** A connection; one among the diagnostics may well be meant to be lost: a socket without a cable. */
const isConnection = (metric: AnyMetric) => metric.kind === 'flag' && metric.deviceClass === 'connectivity' && metric.category === undefined;

/** What an entry's flags tell, the worst first: what is lost shows in its problem already, or in the first that is lost. */
function ofFlags(metrics: Record<string, AnyMetric>, entry: Entry): { key: string; text: string; quiet: boolean }[] {
  const { sample } = entry;
  if (sample === undefined) return [];
  const seen = Object.entries(metrics).filter(([, { enabled }]) => enabled !== false);
  // What is unknown now may still be as it was.
  const unknown = (key: string) => typeof sample[key] !== 'boolean';
  const problems = seen
    .filter(([key, metric]) => isProblem(metric) && sample[key] !== false)
    .map(([key, { name }]) => ({ key, text: reasonFor(key, metrics, entry) ?? name, quiet: unknown(key) }));
  const losses = seen.filter(([key, metric]) => isConnection(metric) && sample[key] !== true).map(([key, { name }]) => ({ key, text: `${name}: no`, quiet: unknown(key) }));
  return [...problems, ...losses].map((flag, index, all) => ({ ...flag, quiet: flag.quiet || (index >= problems.length && all.slice(0, index).some(({ quiet }) => !quiet)) }));
}

function ofEntry(declaration: Declaration, collector: CollectorState, path: string, entry: Entry, lost: ReadonlySet<string>): Trouble[] {
  const place = `${collector.id}/${path}`;
  const subject = subjectOf(entry);
  const quiet = isExplained(collector, entry, lost);
  // What can't be read keeps its last flags: that they are not seen any more does not mean that they are over.
  const flags = ofFlags(declaration.metrics[entry.of] ?? {}, entry);
  return [
    ...(entry.error === undefined ? [] : [{ id: place, place, subject, text: entry.error, quiet }]),
    ...flags.map((flag) => ({ ...flag, id: `${place}/${flag.key}`, place, subject, quiet: flag.quiet || quiet || entry.error !== undefined })),
  ];
}

/** All that is or may be wrong now. The agent's own readings repeat what the state says of the
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
