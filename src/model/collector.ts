import type * as z from 'zod/mini';
import type { AgentDirectory } from './agent-directory.ts';
import type { Device, DevicePart } from './device.ts';
import type { DeviceMemories, MemoryFormat } from './device-memories.ts';
import type { DeviceEvent } from './event.ts';
import type { HostRoots } from './host-roots.ts';
import type { PerNameSettingTargetKind, SettingErrorTexts } from './setting-error-texts.ts';
import type { AgentIdentity, AgentState } from './state.ts';
import type { AnyTableDeclaration, TableDeclaration } from './table.ts';
import type { AnyTranslatableText } from './translation.ts';

/** The type of reading of each table: `{ host: HostReading; filesystem: FilesystemReading }`. */
// biome-ignore lint/suspicious/noExplicitAny: each collector has its own types
type AnyReadings = Record<string, any>;

/** The outcome of reading one device or part. `hint`: the reading is incomplete; how to get the rest. `error`: it is
 * present but could not be read. `excluded`: it is present but excluded by the settings. `events`: what happened to the
 * device since the previous reading. `canBeForgotten`: what it has published can be removed, by `forget`. */
export type Observation<Readings extends AnyReadings> = {
  [Key in keyof Readings & string]: {
    table: Key;
    device: Device;
    part?: DevicePart;
    events?: readonly DeviceEvent[] | undefined;
  } & (
    | {
        reading: Readings[Key];
        hint?: AnyTranslatableText | undefined;
        canBeForgotten?: boolean;
        error?: never;
        excluded?: never;
      }
    | { error: unknown; reading?: never; hint?: never; excluded?: never }
    | { excluded: true; reading?: never; hint?: never; error?: never }
  );
}[keyof Readings & string];

/** A problem of no particular device, such as a configured device that is missing. */
export interface CollectorComplaint {
  complaint: AnyTranslatableText;
  /** The same as long as it lasts, where the English text is not. */
  key?: string;
}

export type ObservationOrComplaint<Readings extends AnyReadings> = Observation<Readings> | CollectorComplaint;

export interface OpenedCollector<Readings extends AnyReadings> {
  read(signal: AbortSignal): Promise<ObservationOrComplaint<Readings>[]>;
  /** Ends when all is known that a reading does not wait for: `once` waits for it between its two readings. */
  finishSlowReads?(): Promise<void>;
  /** Runs an action on the device with this slug; its effect shows in the next reading. */
  runAction?(device: string, action: string): void;
  /** Removes what the device with this slug has published; it can be forgotten. Throws if that fails. */
  forget?(device: string): Promise<void>;
  /** What `check` says beside the last reading, and the log after the first: what works, but should be otherwise. */
  advice?(): readonly AnyTranslatableText[];
  close?(): Promise<void>;
}

export type InactiveReason = 'no_base_url' | 'sites_not_true' | 'agent_not_running' | 'not_linux';

/** A collector that has nothing to read on this machine. */
export interface InactiveCollector {
  inactiveReason: InactiveReason;
}

/** What the program passes to a collector. */
export interface CollectorContext {
  agent: AgentIdentity;
  state: AgentState;
  memory: DeviceMemories;
  hostRoots: HostRoots;
  /** What it says of wrong settings; English without them. */
  settingTexts?: SettingErrorTexts;
  /** Undefined unless the agent is running: `once` and `check` do not subscribe. */
  agentDirectory?: AgentDirectory | undefined;
  /** Removes what another agent, which must not run, has published. Undefined unless the agent is running. */
  removeLostAgent?: ((id: string) => Promise<void>) | undefined;
  /** Where other machines find the status page, if they can reach it. Undefined unless the agent is running. */
  pageUrl?: (() => Promise<string | undefined>) | undefined;
}

/** A line of the README's table, in Markdown. */
export interface CollectorReadmeRow {
  /** “The machine”. */
  subject: string;
  /** File name in docs/. */
  page: string;
  /** What it reads without any setting. */
  always?: string;
  withSetting: string;
}

/** Things that settings can be made for one by one. */
export interface PerNameSettingTargets {
  thing: PerNameSettingTargetKind;
  settings: readonly string[];
  /** As they are called in the settings. */
  names: readonly string[];
}

export interface CollectorDefinition<
  Readings extends AnyReadings = AnyReadings,
  Shape extends z.core.$ZodLooseShape = z.core.$ZodLooseShape,
> {
  id: string;
  title: string;
  /** The collector's status is served at `/<endpoint>/status`. Defaults to the id. */
  endpoint?: string;
  /** Environment variables, in addition to `<ID>_SCHEDULE`. */
  env: z.ZodMiniObject<Shape>;
  /** Default schedule: a cron expression of six fields. */
  schedule: string;
  /** The collector covers the whole lab: its topics have its own id in place of the agent's, and only one agent
   * publishes them. */
  scope?: 'lab';
  /** What the variables `<SETTING>_<NAME>` can name, where the settings name all of it. Others are errors. */
  perNameSettingTargets?(env: z.output<z.ZodMiniObject<Shape>>): PerNameSettingTargets[];
  /** Sentences for the reader of an empty list. */
  nothingFound?: string;
  /** What the README says of it. */
  summary?: CollectorReadmeRow;
  /** Timeout of a reading. Defaults to 10. */
  timeoutSeconds?: number;
  tables: { [Key in keyof Readings]: TableDeclaration<Readings[Key]> };
  /** How to read what the broker keeps of each device; without it, nothing is kept. */
  // biome-ignore lint/suspicious/noExplicitAny: each collector has its own content
  memory?: MemoryFormat<any>;
  /** Validates the settings, and loads what reads; no other access outside the process. */
  open(
    env: z.output<z.ZodMiniObject<Shape>>,
    context: CollectorContext,
  ): Promise<OpenedCollector<Readings> | InactiveCollector>;
}

// biome-ignore lint/suspicious/noExplicitAny: for lists of collectors with different types
export type AnyCollectorDefinition = CollectorDefinition<any, any>;

/** The part of a collector that views use. */
export interface CollectorMetadata {
  id: string;
  title: string;
  endpoint?: string;
  scope?: 'lab';
  nothingFound?: string;
  summary?: CollectorReadmeRow;
  tables: Record<string, AnyTableDeclaration>;
  // biome-ignore lint/suspicious/noExplicitAny: each collector has its own content
  memory?: MemoryFormat<any>;
}
