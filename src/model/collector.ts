import type * as z from 'zod/mini';
import type { ActionDeclarations } from './action.ts';
import type { AgentDirectory } from './agent-directory.ts';
import type { Device, DevicePart } from './device.ts';
import type { DeviceMemory, MemoryRules } from './device-memory.ts';
import type { DeviceEvent, EventDeclaration } from './event.ts';
import type { HostRoots } from './host-roots.ts';
import type { AnyMetric, Metrics } from './metric.ts';
import type { AgentIdentity, AgentState } from './state.ts';

/** The readings of a collector by the table of metrics that fits them: `{ host: HostReading; filesystem: FilesystemReading }`. */
// biome-ignore lint/suspicious/noExplicitAny: each collector names its own
type AnyReadings = Record<string, any>;

/** One device or part as it was found. `of` names the table; a part has one of its own.
 * `hint`: it was read, but not whole: what mends that. `error`: it is there and could not be read.
 * `excluded`: it is there and the settings leave it out. `events`: what has happened to the device since the reading before. */
export type Observation<Readings extends AnyReadings> = {
  [Table in keyof Readings & string]: {
    table: Table;
    device: Device;
    part?: DevicePart;
    events?: readonly DeviceEvent[] | undefined;
  } & (
    | { reading: Readings[Table]; hint?: string | undefined; error?: never; excluded?: never }
    | { error: unknown; reading?: never; hint?: never; excluded?: never }
    | { excluded: true; reading?: never; hint?: never; error?: never }
  );
}[keyof Readings & string];

/** What is wrong and belongs to no device: one that the settings name and nobody finds. */
export interface CollectorProblem {
  complaint: string;
}

export type ObservationOrProblem<Readings extends AnyReadings> = Observation<Readings> | CollectorProblem;

export interface CollectorSource<Readings extends AnyReadings> {
  read(signal: AbortSignal): Promise<ObservationOrProblem<Readings>[]>;
  /** Does one of the collector's actions to the device with this slug; the next reading shows it. */
  runAction?(device: string, action: string): void;
  close?(): Promise<void>;
}

/** Why a collector has nothing to read here, in words for a person. */
export interface Inactive {
  inactiveReason: string;
}

/** What a collector may know of the program around it. */
export interface CollectorContext {
  agent: AgentIdentity;
  state: AgentState;
  memory: DeviceMemory;
  hostRoots: HostRoots;
  /** What the other agents say; only a running agent hears it. */
  agentDirectory?: AgentDirectory | undefined;
}

export interface Collector<
  Readings extends AnyReadings = AnyReadings,
  Shape extends z.core.$ZodLooseShape = z.core.$ZodLooseShape,
> {
  id: string;
  title: string;
  /** Its status answers at `/<endpoint>/status`; the id unless said. */
  endpoint?: string;
  /** Its variables, beside `<ID>_SCHEDULE`, which each collector has. */
  env: z.ZodMiniObject<Shape>;
  /** A cron expression of six fields. */
  schedule: string;
  /** It speaks of the whole lab, under its own id in place of the agent's; of all who could, one does. */
  scope?: 'lab';
  /** Seconds that one reading may take; 10 unless said. */
  timeoutSeconds?: number;
  metrics: { [Table in keyof Readings]: Metrics<Readings[Table]> };
  /** What a user can do to a device, by its table. */
  actions?: { [Table in keyof Readings]?: ActionDeclarations };
  /** What can happen to a device, by its table. */
  events?: { [Table in keyof Readings]?: EventDeclaration };
  /** How it takes what a broker kept of its devices; without it nothing outlives the process. */
  // biome-ignore lint/suspicious/noExplicitAny: each collector remembers its own
  memory?: MemoryRules<any>;
  /** Judges the settings and touches nothing outside the process. */
  open(env: z.output<z.ZodMiniObject<Shape>>, context: CollectorContext): CollectorSource<Readings> | Inactive;
}

// biome-ignore lint/suspicious/noExplicitAny: the list of all collectors, whatever they read
export type AnyCollector = Collector<any, any>;

/** What views know of a collector: its names and tables. */
export interface CollectorDeclaration {
  id: string;
  title: string;
  endpoint?: string;
  scope?: 'lab';
  metrics: Record<string, Record<string, AnyMetric>>;
  actions?: Record<string, ActionDeclarations | undefined>;
  events?: Record<string, EventDeclaration | undefined>;
  memory?: unknown;
}
