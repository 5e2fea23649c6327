import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { HaWebSocket } from '../../lib/ha-websocket.ts';
import type { UpdateVersions } from '../../model/metric.ts';
import type { InstanceState } from './instance-state.ts';

/** What Home Assistant reveals to the holder of a token. Coordinates and names are not included: of its configuration only the
 * state and the modes are read, and of its entities only numbers. */
export interface InstanceDetails {
  state: InstanceState;
  /** Number of entities, and of those that are unavailable. */
  entities?: number | undefined;
  unavailable?: number | undefined;
  /** Number of open repairs that are not ignored. */
  repairs?: number | undefined;
  /** Whether the recorder is migrating its database. */
  migrating?: boolean | undefined;
  updates: Partial<Record<UpdatablePart, UpdateVersions>>;
  /** When the state that has been unchanged for longest was set, which is about the start, and when the newest state was set; both
   * by Home Assistant's clock. */
  oldest?: Date | undefined;
  newest?: Date | undefined;
}

/** The parts that Home Assistant updates, with the titles of their update entities (homeassistant/components/hassio/update.py). */
const updateTitles = {
  core: 'Home Assistant Core',
  supervisor: 'Home Assistant Supervisor',
  operating_system: 'Home Assistant Operating System',
} as const;
export type UpdatablePart = keyof typeof updateTitles;

const configSchema = z.object({
  state: z.string(),
  recovery_mode: z.optional(z.boolean()),
  safe_mode: z.optional(z.boolean()),
});
const recorderSchema = z.object({ migration_in_progress: z.boolean() });
const repairsSchema = z.object({ issues: z.array(z.object({ ignored: z.boolean() })) });

/** Rendered by Home Assistant, so that no entity's name or state crosses the network. */
const overviewTemplate = `{%- set all = states | list -%}
{%- set times = all | map(attribute='last_updated') | list -%}
{%- set updates = namespace(all=[]) -%}
{%- for update in states.update if update.attributes.title in ${JSON.stringify(Object.values(updateTitles))} -%}
{%- set updates.all = updates.all + [[update.attributes.title, update.attributes.installed_version | string, update.attributes.latest_version | string, update.attributes.skipped_version | string]] -%}
{%- endfor -%}
{{ {
  'entities': all | count,
  'unavailable': all | selectattr('state', 'eq', 'unavailable') | list | count,
  'oldest': as_timestamp(times | min, 0),
  'newest': as_timestamp(times | max, 0),
  'updates': updates.all
} }}`;
const overviewSchema = z.object({
  entities: z.int().check(z.nonnegative()),
  unavailable: z.int().check(z.nonnegative()),
  oldest: z.number(),
  newest: z.number(),
  updates: z.array(z.tuple([z.string(), z.string(), z.string(), z.string()])),
});

/** Maps core.CoreState and the modes of the configuration. */
function stateOf({ state, recovery_mode: recovery, safe_mode: safe }: z.output<typeof configSchema>): InstanceState {
  if (state === 'NOT_RUNNING' || state === 'STARTING') return 'starting';
  if (state !== 'RUNNING') return 'stopping';
  return recovery ? 'recovery_mode' : safe ? 'safe_mode' : 'running';
}

/** A version that the user skipped is not reported as an update. */
function updatesOf(reported: z.output<typeof overviewSchema>['updates']): InstanceDetails['updates'] {
  const updates: InstanceDetails['updates'] = {};
  for (const [part, title] of Object.entries(updateTitles) as [UpdatablePart, string][]) {
    const [, installed, latest, skipped] = reported.find(([name]) => name === title) ?? [];
    if (installed !== undefined && latest !== undefined && installed !== 'None' && latest !== 'None')
      updates[part] = { installed, latest: skipped === latest ? installed : latest };
  }
  return updates;
}

/** Milliseconds that one answer may take: during its start Home Assistant answers for the recorder only once the database is open. */
const answerTimeoutMs = 3000;
const withTimeout = (answer: Promise<unknown>) =>
  Promise.race([answer, pause(answerTimeoutMs, undefined, { ref: false })]);

const dateOfSeconds = (seconds: number | undefined) => (seconds ? new Date(seconds * 1000) : undefined);

/** Sends all commands at once. What the user may not see, or an older release does not have, is left out. */
export async function readInstanceDetails(socket: HaWebSocket): Promise<InstanceDetails> {
  const [config, recorder, repairs, rendered] = await Promise.all([
    socket.sendCommand({ type: 'get_config' }),
    withTimeout(socket.sendCommand({ type: 'recorder/info' })),
    withTimeout(socket.sendCommand({ type: 'repairs/list_issues' })),
    withTimeout(socket.render(overviewTemplate)),
  ]);
  const core = configSchema.safeParse(config).data;
  const overview = overviewSchema.safeParse(rendered).data;
  return {
    state: core === undefined ? 'answering' : stateOf(core),
    entities: overview?.entities,
    unavailable: overview?.unavailable,
    repairs: repairsSchema.safeParse(repairs).data?.issues.filter(({ ignored }) => !ignored).length,
    migrating: recorderSchema.safeParse(recorder).data?.migration_in_progress,
    updates: updatesOf(overview?.updates ?? []),
    oldest: dateOfSeconds(overview?.oldest),
    newest: dateOfSeconds(overview?.newest),
  };
}
