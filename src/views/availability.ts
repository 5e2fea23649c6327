import type { CollectorState, Entry } from '../model/state.ts';

/** Could it be read the last time? */
export const isAvailable = (collector: CollectorState, entry: Entry): boolean => collector.error === undefined && entry.error === undefined;

/** Home Assistant's words, which its discovery takes without being told. */
export const online = 'online';
export const offline = 'offline';
