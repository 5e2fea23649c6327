import type * as z from 'zod/mini';
import type { Actions } from './action.ts';
import type { Device, Part } from './device.ts';
import type { EventDeclaration, Happening } from './event.ts';
import type { Lab } from './lab.ts';
import type { Memory, Remembering } from './memory.ts';
import type { AnyMetric, Metrics } from './metric.ts';
import type { Agent, State } from './state.ts';

/** The readings of a collector by the table of metrics that fits them: `{ host: HostReading; filesystem: FilesystemReading }`. */
// biome-ignore lint/suspicious/noExplicitAny: each collector names its own
type AnyReadings = Record<string, any>;

/** One device or part as it was found. `of` names the table; a part has one of its own.
 * `hint`: it was read, but not whole: what mends that. `error`: it is there and could not be read.
 * `excluded`: it is there and the settings leave it out. `events`: what has happened to the device since the reading before. */
export type Found<Readings extends AnyReadings> = {
  [Of in keyof Readings & string]: { of: Of; device: Device; part?: Part; events?: readonly Happening[] | undefined } & (
    | { reading: Readings[Of]; hint?: string | undefined; error?: never; excluded?: never }
    | { error: unknown; reading?: never; hint?: never; excluded?: never }
    | { excluded: true; reading?: never; hint?: never; error?: never }
  );
}[keyof Readings & string];

/** What is wrong and belongs to no device: one that the settings name and nobody finds. */
export interface Complaint {
  complaint: string;
}

export type Observation<Readings extends AnyReadings> = Found<Readings> | Complaint;

export interface Source<Readings extends AnyReadings> {
  read(signal: AbortSignal): Promise<Observation<Readings>[]>;
  /** Does one of the collector's actions to the device with this slug; the next reading shows it. */
  act?(device: string, action: string): void;
  close?(): Promise<void>;
}

/** Why a collector has nothing to read here, in words for a person. */
export interface Off {
  off: string;
}

/** What a collector may know of the program around it. */
export interface Surroundings {
  agent: Agent;
  state: State;
  memory: Memory;
  /** What the other agents say; only a running agent hears it. */
  lab?: Lab | undefined;
}

export interface Collector<Readings extends AnyReadings = AnyReadings, Shape extends z.core.$ZodLooseShape = z.core.$ZodLooseShape> {
  id: string;
  title: string;
  /** Its status answers at `/<endpoint>/status`; the id unless said. */
  endpoint?: string;
  /** Its variables, beside `<ID>_SCHEDULE`, which each collector has. */
  env: z.ZodMiniObject<Shape>;
  /** A cron expression of six fields. */
  schedule: string;
  /** It speaks of the whole lab, under its own id in place of the agent's; of all who could, one does. */
  ofLab?: true;
  /** Seconds that one reading may take; 10 unless said. */
  limit?: number;
  metrics: { [Of in keyof Readings]: Metrics<Readings[Of]> };
  /** What a user can do to a device, by its table. */
  actions?: { [Of in keyof Readings]?: Actions };
  /** What can happen to a device, by its table. */
  events?: { [Of in keyof Readings]?: EventDeclaration };
  /** How it takes what a broker kept of its devices; without it nothing outlives the process. */
  // biome-ignore lint/suspicious/noExplicitAny: each collector remembers its own
  memory?: Remembering<any>;
  /** Judges the settings and touches nothing outside the process. */
  open(env: z.output<z.ZodMiniObject<Shape>>, surroundings: Surroundings): Source<Readings> | Off;
}

// biome-ignore lint/suspicious/noExplicitAny: the list of all collectors, whatever they read
export type AnyCollector = Collector<any, any>;

/** What views know of a collector: its names and tables. */
export interface Declaration {
  id: string;
  title: string;
  endpoint?: string;
  ofLab?: true;
  metrics: Record<string, Record<string, AnyMetric>>;
  actions?: Record<string, Actions | undefined>;
  events?: Record<string, EventDeclaration | undefined>;
  memory?: unknown;
}
