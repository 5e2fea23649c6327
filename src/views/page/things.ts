import type { Declaration } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { History } from '../../model/history.ts';
import { type AnyMetric, isPlainNumber } from '../../model/metric.ts';
import { slug } from '../../model/naming.ts';
import type { CollectorState, Entry } from '../../model/state.ts';
import type { Trouble } from '../troubles.ts';
import { sparkline } from './sparkline.ts';
import type { Shown, Thing } from './thing.ts';
import { words } from './words.ts';

/** What is known beside the readings themselves. */
export interface Background {
  history: History;
  troubles: readonly Trouble[];
  now: Date;
}

/** An optional metric counts once it has had a value; a text that is not there has nothing to say. */
const isShown = (metric: AnyMetric, key: string, { present, sample }: Entry) =>
  metric.enabled !== false && (!metric.optional || present.has(key)) && (metric.kind !== 'text' || typeof sample?.[key] === 'string');

/** Troubles and hints that stand above it have told it already. */
const isTold = (key: string, { sample, hint }: Entry, troubles: readonly Trouble[]) =>
  troubles.some((trouble) => trouble.key === key || trouble.text === sample?.[key]) || (hint !== undefined && sample?.[key] === hint);

const about = ({ manufacturer, model, softwareVersion, serialNumber }: Device) =>
  [[manufacturer, model].filter(Boolean).join(' '), softwareVersion, serialNumber].filter(Boolean).join(' · ');

/** A device may name any address: only the web's are followed. */
const web = (address: string | undefined) => (address !== undefined && /^https?:\/\//i.test(address) ? address : undefined);

const ofDevice = (id: string, device: Device): Thing => ({
  id,
  name: device.name,
  fullName: device.name,
  about: about(device),
  href: web(device.configurationUrl),
  wrong: [],
  numbers: [],
  facts: [],
  parts: [],
});

function ofEntry({ id, metrics }: Declaration, path: string, entry: Entry, { history, troubles, now }: Background): Thing {
  const { device, part, error, hint, since } = entry;
  const place = `${id}/${path}`;
  const own = troubles.filter((trouble) => trouble.place === place && !trouble.quiet);
  const numbers: Shown[] = [];
  const facts: Shown[] = [];
  for (const [key, metric] of Object.entries(metrics[entry.of] ?? {})) {
    if (!isShown(metric, key, entry) || isTold(key, entry, own)) continue;
    const line = history.line(id, path, key, now);
    const shown = { name: metric.name, value: words(metric, entry.sample?.[key] ?? null, now), line: line && sparkline(line, metric) };
    (isPlainNumber(metric) ? numbers : facts).push(shown);
  }
  return {
    ...ofDevice(place, device),
    ...(part === undefined ? {} : { name: part.name, fullName: `${device.name} ${part.name}`, about: '', href: undefined }),
    wrong: own.map(({ text }) => text),
    ...(error === undefined ? {} : { lostSince: since }),
    hint,
    numbers,
    facts,
  };
}

/** What hangs below another device of the same list stands with its parts. */
function hung(devices: ReadonlyMap<string, { thing: Thing; device: Device }>): Thing[] {
  const aboveOf = ({ via }: Device) => (via === undefined ? undefined : devices.get(slug(via)));
  const isAbove = (one: { device: Device } | undefined) => one !== undefined && aboveOf(one.device) === undefined;
  const all = [...devices.values()];
  const below = all.filter(({ thing, device }) => thing.parts.length === 0 && isAbove(aboveOf(device)));
  return all
    .filter((one) => !below.includes(one))
    .map((one) => ({ ...one.thing, parts: [...one.thing.parts, ...below.filter(({ device }) => aboveOf(device) === one).map(({ thing }) => thing)] }));
}

/** The devices that a collector has found, each with its parts. */
export function things(declaration: Declaration, { entries }: CollectorState, background: Background): Thing[] {
  const devices = new Map<string, { thing: Thing; device: Device }>();
  const tables = Object.keys(declaration.metrics);
  const inOrder = [...entries].filter(([, { excluded }]) => !excluded).sort(([, a], [, b]) => tables.indexOf(a.of) - tables.indexOf(b.of));
  for (const [path, entry] of inOrder) {
    const [key = path] = path.split('/');
    const found = ofEntry(declaration, path, entry, background);
    const { thing } = devices.get(key) ?? { thing: ofDevice(`${declaration.id}/${key}`, entry.device) };
    devices.set(key, { device: entry.device, thing: entry.part === undefined ? { ...found, parts: thing.parts } : { ...thing, parts: [...thing.parts, found] } });
  }
  return hung(devices);
}
