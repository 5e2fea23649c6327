import type { Declaration } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { History } from '../../model/history.ts';
import { type AnyMetric, isPlainNumber } from '../../model/metric.ts';
import type { CollectorState, Entry, State } from '../../model/state.ts';
import { statusPath } from '../status.ts';
import { sparkline } from './sparkline.ts';
import type { Section, Shown, Thing } from './thing.ts';
import { type Trouble, troublesOf } from './trouble.ts';
import { words } from './words.ts';

/** What a metric is shown by: the collector's id and the entry's path go before its key. */
type Lines = (path: string, key: string) => ReturnType<History['line']>;

/** An optional metric counts once it has had a value; a text that is not there has nothing to say. */
const isShown = (metric: AnyMetric, key: string, { present, sample }: Entry) =>
  metric.enabled !== false && (!metric.optional || present.has(key)) && (metric.kind !== 'text' || typeof sample?.[key] === 'string');

/** What the troubles above it have told already. */
const isTold = (key: string, entry: Entry, troubles: readonly Trouble[]) =>
  troubles.some((trouble) => trouble.key === key || trouble.words === entry.sample?.[key]) || (entry.hint !== undefined && entry.sample?.[key] === entry.hint);

function shown(path: string, entry: Entry, metrics: Record<string, AnyMetric>, troubles: readonly Trouble[], lines: Lines, now: Date): Pick<Thing, 'numbers' | 'facts'> {
  const numbers: Shown[] = [];
  const facts: Shown[] = [];
  for (const [key, metric] of Object.entries(metrics)) {
    if (!isShown(metric, key, entry) || isTold(key, entry, troubles)) continue;
    const line = lines(path, key);
    const one = { name: metric.name, value: words(metric, entry.sample?.[key] ?? null, now), line: line && sparkline(line, metric) };
    (isPlainNumber(metric) ? numbers : facts).push(one);
  }
  return { numbers, facts };
}

const about = ({ manufacturer, model, softwareVersion, serialNumber }: Device) =>
  [[manufacturer, model].filter(Boolean).join(' '), softwareVersion, serialNumber].filter(Boolean).join(' · ');

/** A device may name any address: only the web's are followed. */
const web = (address: string | undefined) => (address !== undefined && /^https?:\/\//i.test(address) ? address : undefined);

const bare = (id: string, { device }: Entry): Thing => ({
  id,
  name: device.name,
  about: about(device),
  href: web(device.configurationUrl),
  wrong: [],
  numbers: [],
  facts: [],
  parts: [],
});

function thing(id: string, path: string, entry: Entry, metrics: Record<string, AnyMetric>, lines: Lines, now: Date): Thing {
  const { error, hint, since, part, sample } = entry;
  const troubles = error === undefined ? troublesOf(metrics, sample ?? {}) : [];
  return {
    ...bare(id, entry),
    ...(part === undefined ? {} : { name: part.name, about: '', href: undefined }),
    wrong: error === undefined ? troubles.map(({ words }) => words) : [error],
    ...(error === undefined ? {} : { lostSince: since }),
    hint,
    ...shown(path, entry, metrics, troubles, lines, now),
  };
}

function things({ id, metrics }: Declaration, { entries }: CollectorState, lines: Lines, now: Date): Thing[] {
  const devices = new Map<string, Thing & { parts: Thing[] }>();
  const tables = Object.keys(metrics);
  const inOrder = [...entries].filter(([, { excluded }]) => !excluded).sort(([, a], [, b]) => tables.indexOf(a.of) - tables.indexOf(b.of));
  for (const [path, entry] of inOrder) {
    const [device = path] = path.split('/');
    const found = thing(`${id}/${path}`, path, entry, metrics[entry.of] ?? {}, lines, now);
    const known = devices.get(device) ?? { ...bare(`${id}/${device}`, entry), parts: [] };
    if (entry.part === undefined) devices.set(device, { ...found, parts: known.parts });
    else devices.set(device, { ...known, parts: [...known.parts, found] });
  }
  return [...devices.values()];
}

/** What each collector has read, in the catalogue's order. */
export const sections = (catalogue: readonly Declaration[], state: State, history: History, now: Date): Section[] =>
  catalogue.flatMap((declaration) => {
    const collector = state.collectors.get(declaration.id);
    if (collector === undefined) return [];
    const { error, complaints, lastSuccess } = collector;
    return {
      id: declaration.id,
      title: declaration.title,
      wrong: [...(error === undefined ? [] : [error]), ...complaints],
      failing: error !== undefined,
      read: lastSuccess,
      all: statusPath(declaration).slice(1),
      things: things(declaration, collector, (path, key) => history.line(declaration.id, path, key, now), now),
    };
  });
