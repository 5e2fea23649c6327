import * as z from 'zod/mini';
import type { HaWebSocket } from '../../lib/ha-websocket.ts';

/** Home Assistant's automatic backups. */
export interface AutomaticBackupTimes {
  /** The last that succeeded; null if none has. */
  completed: Date | null;
  /** The last that was begun. */
  attempted?: Date | undefined;
  /** When the next is due; undefined without a schedule. */
  next?: Date | undefined;
}

/** Unique ids of the entities (homeassistant/components/backup/sensor.py). The command `backup/info` wants an
 * administrator. */
const keyByUniqueId: Record<string, keyof AutomaticBackupTimes> = {
  last_successful_automatic_backup: 'completed',
  last_attempted_automatic_backup: 'attempted',
  next_scheduled_automatic_backup: 'next',
};

const entriesSchema = z.record(
  z.string(),
  z.catch(z.nullable(z.object({ platform: z.literal('backup'), unique_id: z.string() })), null),
);
const stateSchema = z.iso.datetime({ offset: true });

/** Made of the states of the backup integration's entities, by entity id; undefined if it has none, as before
 * 2025.5. */
export async function readAutomaticBackupTimes(
  socket: HaWebSocket,
  states: Readonly<Record<string, string>>,
): Promise<AutomaticBackupTimes | undefined> {
  const ids = Object.keys(states);
  if (ids.length === 0) return undefined;
  // Entities are renamed, and named in Home Assistant's language: only the registry tells which is which.
  const answer = await socket.sendCommand({ type: 'config/entity_registry/get_entries', entity_ids: ids });
  const found: Partial<Record<keyof AutomaticBackupTimes, Date | null>> = {};
  for (const [id, entry] of Object.entries(entriesSchema.safeParse(answer).data ?? {})) {
    const key = entry === null ? undefined : keyByUniqueId[entry.unique_id];
    const state = states[id];
    if (key === undefined || state === undefined) continue;
    const time = stateSchema.safeParse(state).data;
    if (time !== undefined) found[key] = new Date(time);
    else if (state === 'unknown') found[key] = null;
  }
  if (found.completed === undefined) return undefined;
  return { completed: found.completed, attempted: found.attempted ?? undefined, next: found.next ?? undefined };
}

const dayMs = 24 * 3_600_000;
/** Home Assistant's schedules are daily, or on certain days of the week. */
const longestIntervalMs = 7 * dayMs;

/** Time in which a backup may be running. */
const longestBackupMs = dayMs / 2;

/** Whether a backup has been missing for more than a day; undefined without a schedule, and while the first one may be
 * running. */
export function isBackupOverdue({ completed, attempted, next }: AutomaticBackupTimes, now: Date): boolean | undefined {
  if (next === undefined) return undefined;
  if (completed === null)
    return attempted !== undefined && now.getTime() - attempted.getTime() > longestBackupMs ? true : undefined;
  const interval = next.getTime() - (attempted ?? completed).getTime();
  const intervalMs = Math.min(Math.max(interval, dayMs), longestIntervalMs);
  return now.getTime() > completed.getTime() + intervalMs + dayMs;
}
