import { setTimeout as pause } from 'node:timers/promises';
import type { Moment } from '../../lib/rates.ts';
import { Steadiness } from '../../lib/steadiness.ts';
import type { Found, Observation } from '../../model/collector.ts';
import type { Memory } from '../../model/memory.ts';
import { slug } from '../../model/naming.ts';
import { sinceBoot } from '../../model/past.ts';
import type { Agent } from '../../model/state.ts';
import { Belief, type Seen } from './belief.ts';
import { choose } from './choice.ts';
import { type Drive, deviceOf, drivesOf } from './drives.ts';
import { countsOf, type History, isPlausible, parseHistory, wearPerMonth, withFirstErrors, withoutEarlierLife, withSample, wornOut, writtenPerDay } from './history.ts';
import type { DriveReading, HealthLog, NvmeReadings } from './reading.ts';
import type { NvmeSettings } from './settings.ts';
import { controllers } from './sysfs.ts';
import { isSet, verdict, warnings } from './verdict.ts';
import { type Told, Watch } from './watch.ts';

/** Milliseconds that the first reading waits for what the broker remembers. */
const recollection = 2000;

const stateOf = ({ controllers: ways }: Drive) => (ways.find(({ state }) => state === 'live') ?? ways[0]).state;

const capacityOf = ({ namespaces }: Drive) => namespaces.reduce((sum, { capacity }) => sum + capacity, 0) || undefined;

type Judgement = Pick<DriveReading, 'problem' | 'reason' | 'writtenPerDay' | 'wearPerMonth' | 'wornOut'>;

/** Goes round the drives of this machine. */
export class Surveyor {
  readonly #agent: Agent;
  readonly #memory: Memory;
  readonly #settings: NvmeSettings;
  readonly #clock: () => Moment;
  readonly #steadiness = new Steadiness();
  readonly #beliefs = new Map<string, Belief>();
  readonly #watches = new Map<string, Watch>();
  /** The last good health log, by the slug of the drive's id. */
  readonly #logs = new Map<string, { id: string; log: HealthLog }>();
  #recollection: Promise<void> | undefined;
  /** Milliseconds for which the clock has run evenly. */
  #steady = 0;

  constructor(agent: Agent, memory: Memory, settings: NvmeSettings, clock: () => Moment = sinceBoot) {
    this.#agent = agent;
    this.#memory = memory;
    this.#settings = settings;
    this.#clock = clock;
  }

  async read(): Promise<Observation<NvmeReadings>[]> {
    const drives = drivesOf(controllers(this.#settings.HOST_SYS) ?? []);
    const { watched, excluded, complaints } = choose(drives, this.#settings.NVME_DEVICES);
    this.#dismiss(drives);
    this.#recollection ??= Promise.race([this.#memory.loaded, pause(recollection, undefined, { ref: false })]);
    if (watched.length > 0) await this.#recollection;
    this.#steady = this.#steadiness.at(this.#clock());
    const found = await Promise.all(watched.map((drive) => this.#readDrive(drive, drives)));
    return [
      ...found.flat(),
      ...excluded.map((drive): Found<NvmeReadings> => ({ of: 'drive', device: deviceOf(this.#agent, drive, drives), excluded: true })),
      ...complaints.map((complaint) => ({ complaint })),
    ];
  }

  /** From now on only further media errors are a problem. Throws where the drive's count is not known. */
  acknowledge(device: string): void {
    const known = this.#logs.get(device);
    if (known?.log.mediaErrors === undefined) throw new Error('the count of media errors is not known');
    const history = parseHistory(this.#memory.recall(known.id));
    this.#memory.keep(known.id, { ...history, media_errors_acknowledged: String(known.log.mediaErrors) } satisfies History);
  }

  async #readDrive(drive: Drive, all: readonly Drive[]): Promise<Found<NvmeReadings>[]> {
    const device = deviceOf(this.#agent, drive, all);
    const state = stateOf(drive);
    const parts = drive.namespaces.map((namespace) => ({ namespace, part: { id: String(namespace.id), name: `Namespace ${namespace.id}` } }));
    try {
      const watch = this.#watch(drive);
      const reading = state === undefined || state === 'live' ? this.#reading(drive, state, await watch.ask(drive)) : silent(drive, state);
      return [
        { of: 'drive', device, reading, hint: reading.hint },
        ...parts.map(
          ({ namespace, part }): Found<NvmeReadings> => ({ of: 'namespace', device, part, reading: { capacity: namespace.capacity, used: watch.used.get(namespace.id) } }),
        ),
      ];
    } catch (error) {
      return [{ of: 'drive', device, error }, ...parts.map(({ part }): Found<NvmeReadings> => ({ of: 'namespace', device, part, error }))];
    }
  }

  #reading(drive: Drive, state: string | undefined, told: Told): DriveReading {
    const { firmware } = drive;
    if ('hint' in told) {
      const { hint, warmth } = told;
      return {
        source: 'sysfs',
        hint,
        state,
        firmware,
        temperature: warmth?.temperature,
        sensors: warmth?.sensors ?? [],
        temperatureAlarm: warmth?.alarm,
        limits: { ...warmth?.limits, capacity: capacityOf(drive) },
      };
    }
    const { limits } = told.health;
    const history = this.#memory.isLoaded ? parseHistory(this.#memory.recall(drive.id)) : undefined;
    const seen = this.#belief(drive).see(told.health.log, history === undefined ? {} : countsOf(history));
    const { log } = seen;
    this.#logs.set(slug(drive.id), { id: drive.id, log });
    return {
      source: told.way.question.source,
      state,
      firmware,
      temperature: log.temperature,
      sensors: log.sensors,
      temperatureAlarm: isSet(log, warnings.temperature_alarm),
      log,
      limits: { ...limits, capacity: limits.capacity ?? capacityOf(drive) },
      ...this.#judge(drive, state, seen, history),
    };
  }

  /** What only the history can tell. */
  #judge(drive: Drive, state: string | undefined, { log, judged, firm, anew }: Seen, before: History | undefined): Judgement {
    if (before === undefined) return verdict(state, judged, undefined);
    const now = new Date(this.#clock().wall);
    const history = withSample(withFirstErrors(withoutEarlierLife(before, anew), firm), now, this.#steady, firm);
    if (history !== before) this.#memory.keep(drive.id, history);
    const acknowledged = history.media_errors_acknowledged;
    const told = verdict(state, judged, acknowledged === undefined ? judged.mediaErrors : BigInt(acknowledged));
    if (!isPlausible(history, now)) return told;
    const perMonth = wearPerMonth(history, now, log.percentageUsed);
    return { ...told, writtenPerDay: writtenPerDay(history, now, log.dataUnitsWritten), wearPerMonth: perMonth, wornOut: wornOut(now, log.percentageUsed, perMonth) };
  }

  #watch({ id }: Drive): Watch {
    const known = this.#watches.get(id) ?? new Watch();
    this.#watches.set(id, known);
    return known;
  }

  #belief({ id }: Drive): Belief {
    const known = this.#beliefs.get(id) ?? new Belief();
    this.#beliefs.set(id, known);
    return known;
  }

  /** Drives that are gone begin anew when they come back; one whose command still hangs is not asked beside it. */
  #dismiss(present: readonly Drive[]): void {
    for (const [id, watch] of this.#watches) {
      if (!watch.isAsking && !present.some((drive) => drive.id === id)) this.#watches.delete(id);
    }
  }
}

/** A controller that is not live is not asked: the question would wait for it. */
const silent = ({ firmware }: Drive, state: string): DriveReading => ({ source: 'sysfs', state, firmware, sensors: [], limits: {}, ...verdict(state, undefined, undefined) });
