import type { CollectorState, StateEntry } from '../model/state.ts';

/** Whether the last reading of the entry succeeded. */
export const isEntryAvailable = (collector: CollectorState, entry: StateEntry): boolean =>
  collector.error === undefined && entry.error === undefined;

/** Home Assistant's default availability payloads, which a discovery payload need not name. */
export const onlinePayload = 'online';
export const offlinePayload = 'offline';
