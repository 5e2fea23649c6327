import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { HaWebSocket } from '../../lib/ha-websocket.ts';
import type { UpdateVersions } from '../../model/metric.ts';
import { optionalField, validItems, validMembers } from '../../model/tolerant-schemas.ts';
import { type AutomaticBackupTimes, readAutomaticBackupTimes } from './instance-backups.ts';
import { type InstanceCore, parseInstanceCore } from './instance-core.ts';

/** What Home Assistant reveals to the holder of a token over its WebSocket. Of its entities only numbers are read, and
 * the states of its backups. */
export interface InstanceDetails {
  /** Number of entities, and of those that are unavailable. */
  entities?: number | undefined;
  unavailable?: number | undefined;
  /** Number of open repairs that are not ignored. */
  repairs?: number | undefined;
  backups?: AutomaticBackupTimes | undefined;
  updates: Partial<Record<UpdatablePart, UpdateVersions>>;
  /** When the state that has been unchanged for longest was set, which is about the start, and when the newest state
   * was set; both by Home Assistant's clock. */
  oldest?: Date | undefined;
  newest?: Date | undefined;
}

/** The parts that Home Assistant updates, with the titles of their update entities
 * (homeassistant/components/hassio/update.py). */
const updateTitles = {
  core: 'Home Assistant Core',
  supervisor: 'Home Assistant Supervisor',
  operating_system: 'Home Assistant Operating System',
} as const;
export type UpdatablePart = keyof typeof updateTitles;

const recorderSchema = z.object({ migration_in_progress: z.boolean() });
const repairsSchema = z.object({ issues: z.array(z.object({ ignored: z.catch(z.boolean(), false) })) });

/** Rendered by Home Assistant, so that no entity's name or state crosses the network. */
const overviewTemplate = `{%- set all = states | list -%}
{%- set times = all | map(attribute='last_updated') | list -%}
{%- set updates = namespace(all=[]) -%}
{%- for update in states.update if update.attributes.title in ${JSON.stringify(Object.values(updateTitles))} -%}
{%- set updates.all = updates.all + [[update.attributes.title, update.attributes.installed_version | string, update.attributes.latest_version | string, update.attributes.skipped_version | string]] -%}
{%- endfor -%}
{%- set backups = namespace(all={}) -%}
{%- for id in integration_entities('backup') if id.startswith('sensor.') -%}
{%- set backups.all = dict(backups.all, **{id: states(id)}) -%}
{%- endfor -%}
{{ {
  'entities': all | count,
  'unavailable': all | selectattr('state', 'eq', 'unavailable') | list | count,
  'oldest': as_timestamp(times | min, 0),
  'newest': as_timestamp(times | max, 0),
  'updates': updates.all,
  'backups': backups.all
} }}`;
const count = optionalField(z.int().check(z.nonnegative()));
const versionText = z.string().check(z.maxLength(100));

/** A time that no date of this century is would be kept in the history, and hide each restart to come. */
const endOfCenturySeconds = Date.UTC(2100) / 1000;
const time = optionalField(
  z.pipe(
    z.number().check(z.positive(), z.maximum(endOfCenturySeconds)),
    z.transform((seconds) => new Date(seconds * 1000)),
  ),
);
const overviewSchema = z.object({
  entities: count,
  unavailable: count,
  oldest: time,
  newest: time,
  updates: validItems(z.tuple([z.string(), versionText, versionText, versionText])),
  backups: validMembers(z.string()),
});

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

/** Milliseconds that one answer may take: during its start Home Assistant answers for the recorder only once the
 * database is open. */
const answerTimeoutMs = 3000;
const withTimeout = (answer: Promise<unknown>) =>
  Promise.race([answer, pause(answerTimeoutMs, undefined, { ref: false })]);

/** Sends all commands at once. What the user may not see, or an older release does not have, is left out. */
export async function readInstanceDetailsOverWebSocket(socket: HaWebSocket): Promise<InstanceDetails> {
  const [repairs, rendered] = await Promise.all([
    withTimeout(socket.sendCommand({ type: 'repairs/list_issues' })),
    withTimeout(socket.render(overviewTemplate)),
  ]);
  const { updates = [], backups = {}, ...overview } = overviewSchema.safeParse(rendered).data ?? {};
  return {
    ...overview,
    repairs: repairsSchema.safeParse(repairs).data?.issues.filter(({ ignored }) => !ignored).length,
    backups: await readAutomaticBackupTimes(socket, backups),
    updates: updatesOf(updates),
  };
}

/** The core over the WebSocket, for a proxy that passes nothing else. */
export async function readInstanceCoreOverWebSocket(socket: HaWebSocket): Promise<InstanceCore> {
  const [config, recorder] = await Promise.all([
    socket.sendCommand({ type: 'get_config' }),
    withTimeout(socket.sendCommand({ type: 'recorder/info' })),
  ]);
  return {
    ...(parseInstanceCore(config) ?? { state: 'answering' }),
    migrating: recorderSchema.safeParse(recorder).data?.migration_in_progress,
  };
}
