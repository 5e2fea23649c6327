import { type Address, addressPath, deviceAddress, partAddress, withPartHash } from '../model/address.ts';
import type { AnyCollectorDefinition, Observation, ObservationOrComplaint } from '../model/collector.ts';
import { describeError } from '../model/errors.ts';
import type { PendingEvent } from '../model/event.ts';
import type { AnyMetricDeclaration, MetricValuesByKey } from '../model/metric.ts';
import { PastMoment } from '../model/past-moment.ts';
import type { RestoredProblem, ToldProblem } from '../model/problem.ts';
import type {
  AgentState,
  BrokerConnectionState,
  CollectorState,
  LastingCollectorComplaint,
  StateEntry,
} from '../model/state.ts';
import { type CollectorOutcome, collectorTimeoutSeconds } from './collector-reading.ts';
import { DeviceMemoryStore } from './device-memory-store.ts';
import { type EvaluatedMetrics, evaluateMetrics } from './evaluate-metrics.ts';
import { findingsOfReading, uncertainFindings } from './findings.ts';
import { ProblemMemory } from './problem-memory.ts';

/** A change to report once: something became unavailable, is available again, or has a new hint; or one of its values
 * became impossible, or is possible again. */
export interface AvailabilityChange {
  subject: string;
  /** Without any of these, the subject is available again. */
  error?: string;
  hint?: string;
  impossibleValue?: string;
  possibleMetric?: string;
  /** How long the previous state lasted; absent if unknown. */
  seconds?: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type CollectorRecord = Mutable<Omit<CollectorState, 'entries'>> & { entries: Map<string, StateEntry> };

const secondsBetween = (from: Date, to: Date) => Math.round((to.getTime() - from.getTime()) / 1000);
const subjectOf = (entry: StateEntry) =>
  entry.part === undefined ? entry.device.name : `${entry.device.name} ${entry.part.name}`;

/** Events that may wait for a subscriber; the oldest are dropped first. */
const maxPendingEvents = 200;

/** State of the connection to the broker. */
class Broker implements BrokerConnectionState {
  readonly url: string;
  reconnects = 0;
  error?: string;
  #connected = false;
  #changedAt = new PastMoment();

  constructor(url: string) {
    this.url = url;
  }

  get connected(): boolean {
    return this.#connected;
  }

  set connected(connected: boolean) {
    if (connected !== this.#connected) this.#changedAt = new PastMoment();
    this.#connected = connected;
  }

  get since(): Date {
    return this.#changedAt.date;
  }
}

/** The latest outcomes; nothing else in the program remembers readings. */
export class MutableAgentState implements AgentState {
  readonly collectors = new Map<string, CollectorRecord>();
  readonly broker: Broker;
  readonly memoryStore = new DeviceMemoryStore();
  readonly problemMemory = new ProblemMemory();
  pendingEvents: readonly PendingEvent[] = [];
  discoveryRevision = 0;

  constructor(brokerUrl: string) {
    this.broker = new Broker(brokerUrl);
  }

  get restoredProblems(): ReadonlyMap<string, RestoredProblem> {
    return this.problemMemory.restored;
  }

  get toldProblems(): ReadonlyMap<string, ToldProblem> {
    return this.problemMemory.told;
  }

  get memories(): ReadonlyMap<string, unknown> {
    return this.memoryStore.contents;
  }

  /** Removes an event that has reached a subscriber. */
  markDelivered(event: PendingEvent): void {
    this.pendingEvents = this.pendingEvents.filter((pending) => pending !== event);
  }

  add(collector: AnyCollectorDefinition): void {
    this.collectors.set(collector.id, {
      id: collector.id,
      timeoutSeconds: collectorTimeoutSeconds(collector),
      entries: new Map(),
      complaints: [],
      consecutiveFailures: 0,
      skippedTicks: 0,
    });
  }

  countSkippedTick(id: string): void {
    this.#recordOf(id).skippedTicks += 1;
  }

  /** Stores when the collector runs next; `due` is the same in terms of `performance.now()`. */
  setNextRun(id: string, next: Date | undefined, due: number): void {
    const record = this.#recordOf(id);
    if (next === undefined) delete record.nextRun;
    else record.nextRun = next;
    record.due = due;
  }

  /** Records an outcome and returns the changes to report. */
  record(collector: AnyCollectorDefinition, outcome: CollectorOutcome): AvailabilityChange[] {
    const record = this.#recordOf(collector.id);
    const changes: AvailabilityChange[] = [];
    const before = record.error;
    if (outcome.ok) {
      const observations = outcome.observations.filter((observation) => 'table' in observation);
      const complaints = complaintsAfter(record.complaints, outcome.observations, outcome.at);
      changes.push(...this.#observe(record, collector, observations, outcome.at));
      changes.push(
        ...complaints
          .filter(({ since }) => since === outcome.at)
          .map(({ text }) => ({ subject: collector.id, error: text })),
      );
      record.complaints = complaints;
      if (before !== undefined)
        changes.push({
          subject: collector.id,
          ...(record.lastSuccess ? { seconds: secondsBetween(record.lastSuccess, outcome.at) } : {}),
        });
      delete record.error;
      record.consecutiveFailures = 0;
      record.lastSuccess = outcome.at;
    } else {
      if (before === undefined) changes.push({ subject: collector.id, error: outcome.error });
      record.error = outcome.error;
      record.consecutiveFailures += 1;
    }
    record.lastRun = outcome.at;
    record.duration = outcome.seconds;
    if (outcome.ok) this.problemMemory.dropEnded(collector.id, record.entries);
    return changes;
  }

  /** Drops the unreadable entries of a device that the user has removed. */
  forgetDevice(device: string): void {
    for (const record of this.collectors.values()) {
      this.problemMemory.forgetDevice(record.id, device);
      for (const [path, { address, error }] of record.entries) {
        if (address.device === device && error !== undefined) record.entries.delete(path);
      }
    }
    this.discoveryRevision += 1;
  }

  #observe(
    record: CollectorRecord,
    collector: AnyCollectorDefinition,
    observations: Observation<Record<string, unknown>>[],
    at: Date,
  ): AvailabilityChange[] {
    const changes: AvailabilityChange[] = [];
    const seen = new Set<string>();
    for (const observation of observations) {
      const address = unusedAddress(collector, observation, seen);
      const path = addressPath(address);
      seen.add(path);
      this.#queueEvents(address, observation);
      const before = record.entries.get(path);
      const table = collector.tables[observation.table];
      const metrics = table?.metrics ?? {};
      const evaluation =
        'reading' in observation ? evaluateMetrics(metrics, observation.reading, before?.sample) : undefined;
      const knownFindings = this.problemMemory.findingsBefore(`${collector.id}/${path}`, before?.findings);
      const findings =
        'reading' in observation
          ? findingsOfReading(table?.problems, observation.reading, knownFindings, at)
          : uncertainFindings(knownFindings);
      const entry = { ...entryAfter(before, metrics, address, observation, evaluation, at), findings };
      changes.push(...this.#replace(record, entry, at), ...impossibleValueChanges(before, entry, metrics, evaluation));
    }
    for (const [path, entry] of record.entries) {
      if (seen.has(path)) continue;
      const isMissed = collector.tables[entry.table]?.missing !== undefined;
      changes.push(...this.#replace(record, missingEntry(entry, isMissed, at), at));
    }
    return changes;
  }

  #queueEvents(address: Address, { events = [] }: Observation<Record<string, unknown>>): void {
    const pending = events.map((event) => ({ address, event }));
    if (pending.length > 0) this.pendingEvents = [...this.pendingEvents, ...pending].slice(-maxPendingEvents);
  }

  #replace(record: CollectorRecord, entry: StateEntry, at: Date): AvailabilityChange[] {
    const path = addressPath(entry.address);
    const before = record.entries.get(path);
    record.entries.set(path, entry);
    if (before === undefined || !hasSameDiscovery(before, entry)) this.discoveryRevision += 1;
    if (before?.error === undefined && entry.error !== undefined)
      return [{ subject: subjectOf(entry), error: entry.error }];
    const recovery =
      before?.error !== undefined && entry.error === undefined
        ? [{ subject: subjectOf(entry), seconds: secondsBetween(before.since, at) }]
        : [];
    const hint =
      entry.hint !== undefined && entry.hint !== before?.hint ? [{ subject: subjectOf(entry), hint: entry.hint }] : [];
    return [...recovery, ...hint];
  }

  #recordOf(id: string): CollectorRecord {
    const record = this.collectors.get(id);
    if (record === undefined) throw new Error(`unknown collector ${id}`);
    return record;
  }
}

/** Complaints with the beginning of those that there were before. */
const complaintsAfter = (
  before: readonly LastingCollectorComplaint[],
  observations: readonly ObservationOrComplaint<Record<string, unknown>>[],
  at: Date,
): LastingCollectorComplaint[] =>
  observations.flatMap((observation) => {
    if (!('complaint' in observation)) return [];
    const { complaint: text, key = text } = observation;
    const since = before.find((earlier) => earlier.key === key)?.since ?? at;
    return [{ key, text, since }];
  });

/** The address of an observation; with a hash if another part of the same reading has it already. */
function unusedAddress(
  { id }: AnyCollectorDefinition,
  { table, device, part }: Observation<Record<string, unknown>>,
  used: ReadonlySet<string>,
): Address {
  if (part === undefined) return deviceAddress(id, device);
  const address = partAddress(id, device, table, part);
  return used.has(addressPath(address)) ? withPartHash(address, part) : address;
}

function entryAfter(
  before: StateEntry | undefined,
  metrics: Record<string, AnyMetricDeclaration>,
  address: Address,
  observation: Observation<Record<string, unknown>>,
  evaluation: EvaluatedMetrics | undefined,
  at: Date,
): Omit<StateEntry, 'findings'> {
  const { table, device, part } = observation;
  const sample = evaluation?.sample ?? before?.sample;
  const error = 'error' in observation ? describeError(observation.error) : undefined;
  const hasChanged = before === undefined || (before.error === undefined) !== (error === undefined);
  const impossibleMetrics = impossibleMetricsAfter(before?.impossibleMetrics, evaluation);
  return {
    address,
    table,
    device,
    ...(part === undefined ? {} : { part }),
    ...(sample === undefined ? {} : { sample }),
    ...(evaluation === undefined ? {} : { rawNumbers: evaluation.rawNumbers }),
    ...(impossibleMetrics.size === 0 ? {} : { impossibleMetrics }),
    ...(error === undefined ? {} : { error }),
    ...('hint' in observation && observation.hint !== undefined ? { hint: observation.hint } : {}),
    ...('excluded' in observation ? { excluded: true } : {}),
    presentMetrics: presentMetricsAfter(metrics, sample, before?.presentMetrics),
    since: hasChanged ? at : before.since,
  };
}

/** A metric stays impossible while it is unknown or the device can't be read: only a value proves it possible. */
const impossibleMetricsAfter = (
  before: ReadonlySet<string> = new Set(),
  { rawNumbers = {}, impossibleValues = new Map() }: Partial<EvaluatedMetrics> = {},
): ReadonlySet<string> =>
  new Set([...[...before].filter((key) => rawNumbers[key] === undefined), ...impossibleValues.keys()]);

function impossibleValueChanges(
  before: StateEntry | undefined,
  entry: StateEntry,
  metrics: Record<string, AnyMetricDeclaration>,
  { impossibleValues = new Map() }: Partial<EvaluatedMetrics> = {},
): AvailabilityChange[] {
  const subject = subjectOf(entry);
  const known = before?.impossibleMetrics ?? new Set();
  return [
    ...[...impossibleValues]
      .filter(([key]) => !known.has(key))
      .map(([key, text]) => ({ subject, impossibleValue: `${metrics[key]?.name}: ${text}` })),
    ...[...known]
      .filter((key) => !entry.impossibleMetrics?.has(key))
      .map((key) => ({ subject, possibleMetric: metrics[key]?.name ?? key })),
  ];
}

/** `isMissed`: it is a problem that the entry is missing. If not, neither is what was wrong with it. */
const missingEntry = (entry: StateEntry, isMissed: boolean, at: Date): StateEntry =>
  entry.isMissing
    ? entry
    : {
        ...entry,
        error: 'no longer present',
        isMissing: true,
        findings: isMissed ? uncertainFindings(entry.findings) : new Map(),
        since: entry.error === undefined ? at : entry.since,
      };

/** The optional metrics that have had a value; the same Set object as before if none is new. */
function presentMetricsAfter(
  metrics: Record<string, AnyMetricDeclaration>,
  sample: MetricValuesByKey = {},
  before: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  const added = Object.keys(sample).filter((key) => metrics[key]?.optional && sample[key] !== null && !before.has(key));
  return added.length === 0 ? before : new Set([...before, ...added]);
}

const hasSameDiscovery = (a: StateEntry, b: StateEntry) =>
  a.presentMetrics === b.presentMetrics &&
  a.excluded === b.excluded &&
  a.part?.name === b.part?.name &&
  (a.device === b.device || JSON.stringify(a.device) === JSON.stringify(b.device));
