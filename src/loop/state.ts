import type { AnyCollector, Found } from '../model/collector.ts';
import type { UntoldEvent } from '../model/event.ts';
import { describe } from '../model/fault.ts';
import type { AnyMetric, Sample } from '../model/metric.ts';
import { distinctPath, entryPath } from '../model/naming.ts';
import { Past } from '../model/past.ts';
import type { BrokerState, CollectorState, Entry, State } from '../model/state.ts';
import { Memories } from './memories.ts';
import { limitOf, type Outcome } from './run-collector.ts';
import { numbersOf, sampleOf } from './sample.ts';

/** Something that a person wants to read once: what went away, what is back, what is missing. */
export interface Change {
  subject: string;
  /** With neither this nor a hint, it is back. */
  error?: string;
  hint?: string;
  /** How long it was what it was before; absent at first. */
  seconds?: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Room = Mutable<Omit<CollectorState, 'entries'>> & { entries: Map<string, Entry> };

const secondsBetween = (from: Date, to: Date) => Math.round((to.getTime() - from.getTime()) / 1000);
const subjectOf = (entry: Entry) => (entry.part === undefined ? entry.device.name : `${entry.device.name} ${entry.part.name}`);

/** How many events may wait for somebody to hear them; the oldest are lost first. */
const mostUntold = 200;

/** How it stands with the broker. */
class Broker implements BrokerState {
  readonly url: string;
  reconnects = 0;
  error?: string;
  #connected = false;
  #turned = new Past();

  constructor(url: string) {
    this.url = url;
  }

  get connected(): boolean {
    return this.#connected;
  }

  set connected(connected: boolean) {
    if (connected !== this.#connected) this.#turned = new Past();
    this.#connected = connected;
  }

  get since(): Date {
    return this.#turned.date;
  }
}

/** The latest outcomes; nothing else in the program remembers readings. */
export class Records implements State {
  readonly collectors = new Map<string, Room>();
  readonly broker: Broker;
  readonly memory = new Memories();
  events: readonly UntoldEvent[] = [];
  shape = 0;

  constructor(brokerUrl: string) {
    this.broker = new Broker(brokerUrl);
  }

  get memories(): ReadonlyMap<string, unknown> {
    return this.memory.contents;
  }

  /** Somebody was told of it. */
  told(event: UntoldEvent): void {
    this.events = this.events.filter((one) => one !== event);
  }

  add(collector: AnyCollector): void {
    this.collectors.set(collector.id, { id: collector.id, limit: limitOf(collector), entries: new Map(), complaints: [], consecutiveFailures: 0, skippedTicks: 0 });
  }

  skip(id: string): void {
    this.#room(id).skippedTicks += 1;
  }

  /** When the collector is to run next, also by `performance.now()`. */
  expect(id: string, next: Date | undefined, due: number): void {
    const room = this.#room(id);
    if (next === undefined) delete room.nextRun;
    else room.nextRun = next;
    room.due = due;
  }

  /** Takes in an outcome and returns what a person should hear of it. */
  record(collector: AnyCollector, outcome: Outcome): Change[] {
    const room = this.#room(collector.id);
    const changes: Change[] = [];
    const before = room.error;
    if (outcome.ok) {
      const found = outcome.observations.filter((observation) => 'of' in observation);
      const complaints = outcome.observations.flatMap((observation) => ('complaint' in observation ? [observation.complaint] : []));
      changes.push(...this.#observe(room, collector, found, outcome.at));
      changes.push(...complaints.filter((complaint) => !room.complaints.includes(complaint)).map((error) => ({ subject: collector.id, error })));
      room.complaints = complaints;
      if (before !== undefined) changes.push({ subject: collector.id, ...(room.lastSuccess ? { seconds: secondsBetween(room.lastSuccess, outcome.at) } : {}) });
      delete room.error;
      room.consecutiveFailures = 0;
      room.lastSuccess = outcome.at;
    } else {
      if (before === undefined) changes.push({ subject: collector.id, error: outcome.error });
      room.error = outcome.error;
      room.consecutiveFailures += 1;
    }
    room.lastRun = outcome.at;
    room.duration = outcome.seconds;
    return changes;
  }

  /** Drops what can't be read of a device that the user does not want any more. */
  forget(device: string): void {
    for (const room of this.collectors.values()) {
      for (const [path, entry] of room.entries) {
        if (path.split('/')[0] === device && entry.error !== undefined) room.entries.delete(path);
      }
    }
    this.shape += 1;
  }

  #observe(room: Room, collector: AnyCollector, observations: Found<Record<string, unknown>>[], at: Date): Change[] {
    const changes: Change[] = [];
    const seen = new Set<string>();
    for (const observation of observations) {
      const plain = entryPath(observation.of, observation.device, observation.part);
      const path = seen.has(plain) && observation.part !== undefined ? distinctPath(plain, observation.part) : plain;
      seen.add(path);
      this.#happened(collector, observation);
      changes.push(...this.#replace(room, path, entryAfter(room.entries.get(path), collector, observation, at), at));
    }
    for (const [path, entry] of room.entries) {
      if (!seen.has(path)) changes.push(...this.#replace(room, path, gone(entry, at), at));
    }
    return changes;
  }

  #happened({ id: collector }: AnyCollector, { of, device, events = [] }: Found<Record<string, unknown>>): void {
    const untold = events.map((happening) => ({ collector, device: entryPath(of, device), happening }));
    if (untold.length > 0) this.events = [...this.events, ...untold].slice(-mostUntold);
  }

  #replace(room: Room, path: string, entry: Entry, at: Date): Change[] {
    const before = room.entries.get(path);
    room.entries.set(path, entry);
    if (before === undefined || !sameShape(before, entry)) this.shape += 1;
    if (before?.error === undefined && entry.error !== undefined) return [{ subject: subjectOf(entry), error: entry.error }];
    const back = before?.error !== undefined && entry.error === undefined ? [{ subject: subjectOf(entry), seconds: secondsBetween(before.since, at) }] : [];
    const hint = entry.hint !== undefined && entry.hint !== before?.hint ? [{ subject: subjectOf(entry), hint: entry.hint }] : [];
    return [...back, ...hint];
  }

  #room(id: string): Room {
    const room = this.collectors.get(id);
    if (room === undefined) throw new Error(`no collector ${id}`);
    return room;
  }
}

function entryAfter(before: Entry | undefined, collector: AnyCollector, found: Found<Record<string, unknown>>, at: Date): Entry {
  const { of, device, part } = found;
  const metrics = collector.metrics[of] ?? {};
  const sample = 'reading' in found ? sampleOf(metrics, found.reading, before?.sample) : before?.sample;
  const error = 'error' in found ? describe(found.error) : undefined;
  const turned = before === undefined || (before.error === undefined) !== (error === undefined);
  return {
    of,
    device,
    ...(part === undefined ? {} : { part }),
    ...(sample === undefined ? {} : { sample }),
    ...('reading' in found ? { numbers: numbersOf(metrics, found.reading) } : {}),
    ...(error === undefined ? {} : { error }),
    ...('hint' in found && found.hint !== undefined ? { hint: found.hint } : {}),
    ...('excluded' in found ? { excluded: true } : {}),
    present: presence(metrics, sample, before?.present),
    since: turned ? at : before.since,
  };
}

const gone = (entry: Entry, at: Date): Entry => (entry.error === undefined ? { ...entry, error: 'not there any more', since: at } : entry);

/** The optional metrics that have had a value: the same set as before when none is new. */
function presence(metrics: Record<string, AnyMetric>, sample: Sample = {}, before: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const more = Object.keys(sample).filter((key) => metrics[key]?.optional && sample[key] !== null && !before.has(key));
  return more.length === 0 ? before : new Set([...before, ...more]);
}

const sameShape = (a: Entry, b: Entry) => a.present === b.present && a.excluded === b.excluded && (a.device === b.device || JSON.stringify(a.device) === JSON.stringify(b.device));
