import type { BrokerConnectionState, CollectorState, StateEntry } from '../model/state.ts';

/** Whether the last reading of the entry succeeded. */
export const isEntryAvailable = (collector: CollectorState, entry: StateEntry): boolean =>
  collector.error === undefined && entry.error === undefined;

/** Whether the agent is connected to the broker now, whatever it was at the last reading; null in a command, which does
 * not know. */
export const isAgentConnected = ({ url, connected }: BrokerConnectionState): boolean | null =>
  url === '' ? null : connected;

/** Home Assistant's default availability payloads, which a discovery payload need not name. */
export const onlinePayload = 'online';
export const offlinePayload = 'offline';
