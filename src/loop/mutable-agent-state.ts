import { type DeviceOrPartAddress, memoryKey, pathBelowCollector } from '../model/address.ts';
import { bounds } from '../model/bounds.ts';
import type {
  AnyCollectorDefinition,
  CollectorComplaint,
  Observation,
  ObservationOrComplaint,
} from '../model/collector.ts';
import { nameOfDeviceOrPart } from '../model/device.ts';
import type { DeviceMemory } from '../model/device-memories.ts';
import { describeError, UsageError } from '../model/errors.ts';
import type { PendingEvent } from '../model/event.ts';
import { generalProblemTexts } from '../model/general-problem-texts.ts';
import { PastMoment } from '../model/past-moment.ts';
import type { RestoredProblem, ToldProblemForEndReport } from '../model/problem.ts';
import type { DeviceOwner } from '../model/shared-device.ts';
import type {
  AgentState,
  BrokerConnectionState,
  CollectorState,
  LastingCollectorComplaint,
  StateEntry,
} from '../model/state.ts';
import {
  type CollectorTextsAndLanguage,
  type FindingLanguage,
  renderTranslatableText,
  renderWithLanguage,
} from '../model/translation.ts';
import { type CollectorOutcome, collectorTimeoutSeconds } from './collector-reading.ts';
import { DeviceMemoryStore } from './device-memory-store.ts';
import { evaluateMetrics } from './evaluate-metrics.ts';
import { lastingFindingsAfterReading, markFindingsUncertain } from './findings.ts';
import { EarlierProblemMemory } from './problem-memory.ts';
import {
  entryMarkedMissing,
  entryWithoutFindings,
  hasSameDiscovery,
  impossibleValueChanges,
  missingText,
  type ReportableEntryChange,
  uniqueAddressOfObservation,
} from './state-entry.ts';

/** Milliseconds after which a part that the broker has announcements of, and that was not read since, is gone: disks
 * wait five minutes for what the broker remembers of them. */
const announcedPartsGraceMs = 10 * 60_000;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type CollectorRecord = Mutable<Omit<CollectorState, 'entries'>> & { entries: Map<string, StateEntry> };

const secondsBetween = (from: Date, to: Date) => Math.round((to.getTime() - from.getTime()) / 1000);

/** Events that may wait for a subscriber; the oldest are dropped first. */
const maxPendingEvents = 200;

/** State of the connection to the broker. */
class Broker implements BrokerConnectionState {
  url: string;
  reconnects = 0;
  error?: string;
  limitation?: string;
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

/** The latest outcome of each reading, and what outlives the process. */
export class MutableAgentState implements AgentState {
  readonly collectors = new Map<string, CollectorRecord>();
  readonly broker: Broker;
  readonly memoryStore = new DeviceMemoryStore();
  readonly problemMemory = new EarlierProblemMemory();
  readonly owners = new Map<string, DeviceOwner>();
  readonly forgotten = new Set<string>();
  /** Paths, with their collectors, of parts that the broker has retained states of, until they are read. */
  readonly #announcedParts = new Set<string>();
  readonly #language: FindingLanguage;
  #announcedPartsAt = Number.POSITIVE_INFINITY;
  pendingEvents: readonly PendingEvent[] = [];
  discoveryRevision = 0;

  constructor(brokerUrl: string, language: FindingLanguage = { collectorTexts: {}, problems: generalProblemTexts }) {
    this.broker = new Broker(brokerUrl);
    this.#language = language;
  }

  get restoredProblems(): ReadonlyMap<string, RestoredProblem> {
    return this.problemMemory.restored;
  }

  get announcedDevices() {
    return this.problemMemory.announced;
  }

  get toldProblems(): ReadonlyMap<string, ToldProblemForEndReport> {
    return this.problemMemory.told;
  }

  get memories(): ReadonlyMap<string, DeviceMemory> {
    return this.memoryStore.contents;
  }

  /** Takes over which parts an earlier process or connection has announced. */
  restoreAnnouncedParts(paths: readonly string[]): void {
    for (const path of paths) this.#announcedParts.add(path);
    this.#announcedPartsAt = performance.now();
  }

  /** Stores which other agent owns a device of this one, by collector and device; undefined if none does. */
  setOwner(key: string, owner: DeviceOwner | undefined): void {
    const before = this.owners.get(key);
    if (owner === undefined) this.owners.delete(key);
    else this.owners.set(key, owner);
    if (before?.agent === owner?.agent && before?.device === owner?.device) return;
    this.discoveryRevision += 1;
    if (owner !== undefined)
      this.pendingEvents = this.pendingEvents.filter(({ address }) => memoryKey(address) !== key);
  }

  /** Removes an event that has reached a subscriber. */
  markDelivered(event: PendingEvent): void {
    this.pendingEvents = this.pendingEvents.filter((pending) => pending !== event);
  }

  add(collector: AnyCollectorDefinition): void {
    this.collectors.set(collector.id, {
      id: collector.id,
      title: collector.title,
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
  record(collector: AnyCollectorDefinition, outcome: CollectorOutcome): ReportableEntryChange[] {
    const record = this.#recordOf(collector.id);
    const changes: ReportableEntryChange[] = [];
    const before = record.error;
    if (outcome.ok) {
      const observations = outcome.observations.filter((observation) => 'table' in observation);
      const complaints = complaintsAfter(record.complaints, outcome.observations, outcome.at, this.#textsOf(collector));
      changes.push(...this.#observe(record, collector, observations, outcome.at));
      for (const observation of outcome.observations)
        if ('complaint' in observation && !record.complaints.some(({ key }) => key === keyOfComplaint(observation)))
          changes.push({ subject: collector.id, error: renderTranslatableText(observation.complaint) });
      record.complaints = complaints;
      if (before !== undefined)
        changes.push({
          subject: collector.id,
          ...(record.lastSuccess ? { seconds: secondsBetween(record.lastSuccess, outcome.at) } : {}),
        });
      delete record.error;
      delete record.errorLanguage;
      record.consecutiveFailures = 0;
      record.lastSuccess = outcome.at;
    } else {
      if (before === undefined) changes.push({ subject: collector.id, error: outcome.error });
      const { error, wording = error, timedOutAfter } = outcome;
      const { code, problems } = this.#language;
      const { text, language } =
        timedOutAfter === undefined
          ? renderWithLanguage(wording, this.#textsOf(collector))
          : { text: problems.timedOut(timedOutAfter), language: code };
      record.error = text;
      if (language === undefined) delete record.errorLanguage;
      else record.errorLanguage = language;
      record.consecutiveFailures += 1;
    }
    record.lastRun = outcome.at;
    record.duration = outcome.seconds;
    if (outcome.ok) this.problemMemory.dropEnded(record);
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

  /** Forgets a device, or one of its parts, that is no longer there, until it is back. Returns whether anything was
   * known of it. Throws if it is there, or may be. */
  forgetMissing(address: DeviceOrPartAddress): boolean {
    const record = this.#recordOf(address.collector);
    const path = pathBelowCollector(address);
    const isWithin = (one: string) => one === path || one.startsWith(`${path}/`);
    const entries = [...record.entries].filter(([one]) => isWithin(one));
    if (record.lastSuccess === undefined || record.error !== undefined)
      throw new UsageError('it is not known whether it is still there');
    const others = [...this.collectors.values()].filter(({ id }) => id !== record.id);
    const isPresent = ({ missingSince }: StateEntry) => missingSince === undefined;
    const isElsewhere = (other: CollectorRecord) =>
      address.part === undefined &&
      [...other.entries.values()].some((entry) => entry.address.device === address.device && isPresent(entry));
    if (entries.some(([, entry]) => isPresent(entry)) || others.some(isElsewhere))
      throw new UsageError('it is still there');
    for (const [one] of entries) record.entries.delete(one);
    const wholePath = `${record.id}/${path}`;
    const isAnnounced = this.problemMemory.announced.has(wholePath) || this.#announcedParts.has(wholePath);
    this.#forget(wholePath);
    const isRemembered = this.memoryStore.contents.delete(wholePath);
    if (address.part === undefined) this.problemMemory.forgetDevice(record.id, address.device);
    this.discoveryRevision += 1;
    return entries.length > 0 || isAnnounced || isRemembered;
  }

  #observe(
    record: CollectorRecord,
    collector: AnyCollectorDefinition,
    observations: Observation<Record<string, unknown>>[],
    at: Date,
  ): ReportableEntryChange[] {
    const changes: ReportableEntryChange[] = [];
    const { problems } = this.#language;
    const inLanguage = this.#textsOf(collector);
    const { texts } = inLanguage;
    const seen = new Set<string>();
    for (const observation of observations) {
      const address = uniqueAddressOfObservation(collector, observation, seen);
      const path = pathBelowCollector(address);
      seen.add(path);
      if (this.forgotten.size > 0)
        for (const one of [path, address.device]) this.forgotten.delete(`${collector.id}/${one}`);
      this.#queueEvents(address, observation);
      const before = record.entries.get(path);
      const table = collector.tables[observation.table];
      const metrics = table?.metrics ?? {};
      const evaluation =
        'reading' in observation ? evaluateMetrics(metrics, observation.reading, before?.sample, texts) : undefined;
      const knownFindings = this.problemMemory.findingsBefore(`${collector.id}/${path}`, before?.findings);
      const findings =
        'reading' in observation
          ? lastingFindingsAfterReading(table?.problems, observation.reading, knownFindings, at, inLanguage)
          : markFindingsUncertain(knownFindings);
      const entry = {
        ...entryWithoutFindings(before, metrics, address, observation, evaluation, at, inLanguage),
        findings,
      };
      changes.push(
        ...this.#replace(record, entry, at, englishTextsOf(observation)),
        ...impossibleValueChanges(before, entry, metrics, evaluation),
      );
    }
    for (const [path, entry] of record.entries) {
      if (seen.has(path)) continue;
      const isMissed = collector.tables[entry.table]?.missing !== undefined;
      changes.push(...this.#replace(record, entryMarkedMissing(entry, isMissed, at, problems), at));
    }
    this.#forgetOldestMissing(record);
    this.#forgetOldestAnnounced(record);
    return changes;
  }

  /** Parts that come and go under ever new names, such as mounts, would be announced for ever: the oldest of a device
   * are withdrawn, as if they were excluded, and later forgotten. */
  #forgetOldestMissing(record: CollectorRecord): void {
    const missing = new Map<string, [path: string, entry: StateEntry][]>();
    for (const [path, entry] of record.entries) {
      if (entry.missingSince === undefined || entry.part === undefined) continue;
      const { device } = entry.address;
      const parts = missing.get(device) ?? [];
      parts.push([path, entry]);
      missing.set(device, parts);
    }
    for (const parts of missing.values()) {
      const excess = parts
        .sort(([, a], [, b]) => b.since.getTime() - a.since.getTime())
        .slice(bounds.missingParts.items);
      for (const [index, [path, entry]] of excess.entries()) {
        if (index >= bounds.missingParts.items) {
          record.entries.delete(path);
          // Its topics are cleared once the shape has rested, and that may take longer than it was withdrawn.
          this.#forget(`${record.id}/${path}`);
        } else if (!entry.excluded) record.entries.set(path, { ...entry, excluded: true });
        else continue;
        this.discoveryRevision += 1;
      }
    }
  }

  /** The parts that only an earlier process has seen count, too, and as the oldest: otherwise each start would add to
   * those that stay announced. */
  #forgetOldestAnnounced(record: CollectorRecord): void {
    if (performance.now() - this.#announcedPartsAt < announcedPartsGraceMs) return;
    const goneByDevice = new Map<string, string[]>();
    for (const path of this.#announcedParts) {
      const [collector, device = '', segment] = path.split('/');
      if (collector !== record.id) continue;
      if (record.entries.has(`${device}/${segment}`) || this.forgotten.has(path)) this.#announcedParts.delete(path);
      else goneByDevice.get(device)?.push(path) ?? goneByDevice.set(device, [path]);
    }
    for (const [device, paths] of goneByDevice) {
      const isMissingPart = ({ address, part, missingSince }: StateEntry) =>
        missingSince !== undefined && part !== undefined && address.device === device;
      const excess =
        paths.length + [...record.entries.values()].filter(isMissingPart).length - bounds.missingParts.items;
      for (const path of paths.slice(0, Math.max(0, excess))) {
        this.#announcedParts.delete(path);
        this.#forget(path);
        this.discoveryRevision += 1;
      }
    }
  }

  #forget(path: string): void {
    const [oldest] = this.forgotten;
    if (oldest !== undefined && this.forgotten.size >= bounds.forgottenPaths.items) this.forgotten.delete(oldest);
    this.forgotten.add(path);
  }

  #queueEvents(address: DeviceOrPartAddress, { events = [] }: Observation<Record<string, unknown>>): void {
    if (this.owners.has(memoryKey(address))) return;
    const pending = events.map((event) => ({ address, event }));
    if (pending.length > 0) this.pendingEvents = [...this.pendingEvents, ...pending].slice(-maxPendingEvents);
  }

  /** The changes are in English, as the log is. `english`: what the entry says. */
  #replace(record: CollectorRecord, entry: StateEntry, at: Date, english: EnglishTexts = {}): ReportableEntryChange[] {
    const path = pathBelowCollector(entry.address);
    const before = record.entries.get(path);
    record.entries.set(path, entry);
    if (before === undefined || !hasSameDiscovery(before, entry)) this.discoveryRevision += 1;
    if (before?.error === undefined && entry.error !== undefined)
      return [{ subject: nameOfDeviceOrPart(entry), error: english.error ?? missingText(entry) }];
    const recovery =
      before?.error !== undefined && entry.error === undefined
        ? [{ subject: nameOfDeviceOrPart(entry), seconds: secondsBetween(before.since, at) }]
        : [];
    const hint =
      english.hint !== undefined && entry.hint !== before?.hint
        ? [{ subject: nameOfDeviceOrPart(entry), hint: english.hint }]
        : [];
    return [...recovery, ...hint];
  }

  /** What a collector says, and the language of that; where it has no texts, it speaks English. */
  #textsOf({ id }: AnyCollectorDefinition): CollectorTextsAndLanguage {
    const {
      code: language,
      collectorTexts: { [id]: texts },
    } = this.#language;
    return { texts, language: texts === undefined ? undefined : language };
  }

  #recordOf(id: string): CollectorRecord {
    const record = this.collectors.get(id);
    if (record === undefined) throw new Error(`unknown collector ${id}`);
    return record;
  }
}

interface EnglishTexts {
  error?: string;
  hint?: string;
}

function englishTextsOf(observation: Observation<Record<string, unknown>>): EnglishTexts {
  if ('error' in observation) return { error: describeError(observation.error) };
  const { hint } = 'hint' in observation ? observation : {};
  return hint === undefined ? {} : { hint: renderTranslatableText(hint) };
}

const keyOfComplaint = ({ complaint, key = renderTranslatableText(complaint) }: CollectorComplaint) => key;

/** Complaints with the beginning of those that there were before. */
const complaintsAfter = (
  before: readonly LastingCollectorComplaint[],
  observations: readonly ObservationOrComplaint<Record<string, unknown>>[],
  at: Date,
  texts: CollectorTextsAndLanguage,
): LastingCollectorComplaint[] =>
  observations.flatMap((observation) => {
    if (!('complaint' in observation)) return [];
    const key = keyOfComplaint(observation);
    const since = before.find((earlier) => earlier.key === key)?.since ?? at;
    const { text, language } = renderWithLanguage(observation.complaint, texts);
    return [{ key, text, ...(language === undefined ? {} : { language }), since }];
  });
