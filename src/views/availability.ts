import type { CollectorState, StateEntry } from '../model/state.ts';

/** Could it be read the last time? */
export const isAvailable = (collector: CollectorState, entry: StateEntry): boolean =>
  collector.error === undefined && entry.error === undefined;

/** Home Assistant's words, which its discovery takes without being told. */
export const onlinePayload = 'online';
export const offlinePayload = 'offline';
