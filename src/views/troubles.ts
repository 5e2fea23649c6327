import type { Declaration } from '../model/collector.ts';
import type { AnyMetric } from '../model/metric.ts';
import { slug } from '../model/naming.ts';
import type { BrokerState, CollectorState, Entry, State } from '../model/state.ts';

/** Something that is wrong now. */
export interface Trouble {
  /** Stays the same as long as it lasts. */
  id: string;
  /** What it is about. */
  subject: string;
  text: string;
  /** Nobody has to hear of it: another trouble is its cause, or it can't be seen whether it lasts. */
  quiet: boolean;
}

function ofBroker({ url, connected, error }: BrokerState): Trouble[] {
  if (connected && error === undefined) return [];
  const text = [...(connected ? [] : ['not connected']), ...(error === undefined ? [] : [error])].join(': ');
  return [{ id: 'broker', subject: `Broker ${url}`, text, quiet: false }];
}

/** What hears of the lab over the broker can't be read without it. */
const ofCollector = ({ id, error, complaints }: CollectorState, { title, ofLab }: Declaration, broker: BrokerState): Trouble[] => [
  ...(error === undefined ? [] : [{ id, subject: title, text: error, quiet: ofLab === true && !broker.connected }]),
  ...complaints.map((complaint) => ({ id: `${id}: ${complaint}`, subject: title, text: complaint, quiet: false })),
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

/** The value of a flag that is wrong. Connections among the diagnostics come and go: a cable that nobody plugged in. */
function wrongValue(metric: AnyMetric): boolean | undefined {
  if (metric.kind !== 'flag') return undefined;
  if (metric.deviceClass === 'problem') return true;
  return metric.deviceClass === 'connectivity' && metric.category === undefined ? false : undefined;
}

function ofFlags(metrics: Record<string, AnyMetric>, id: string, entry: Entry, quiet: boolean): Trouble[] {
  const { sample } = entry;
  if (sample === undefined) return [];
  return Object.entries(metrics).flatMap(([key, metric]) => {
    const wrong = wrongValue(metric);
    // What is unknown now may still be as it was.
    const value = sample[key] ?? wrong;
    if (wrong === undefined || value !== wrong) return [];
    const words = reasonFor(key, metrics, entry) ?? (wrong ? undefined : 'no');
    return [
      {
        id: `${id}/${key}`,
        subject: subjectOf(entry),
        text: words === undefined ? metric.name : `${metric.name}: ${words}`,
        quiet: quiet || typeof sample[key] !== 'boolean',
      },
    ];
  });
}

function ofEntry(declaration: Declaration, collector: CollectorState, path: string, entry: Entry, lost: ReadonlySet<string>): Trouble[] {
  const id = `${collector.id}/${path}`;
  const quiet = isExplained(collector, entry, lost);
  if (entry.error === undefined) return ofFlags(declaration.metrics[entry.of] ?? {}, id, entry, quiet);
  return [{ id, subject: subjectOf(entry), text: entry.error, quiet }, ...ofFlags(declaration.metrics[entry.of] ?? {}, id, entry, true)];
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
