import type { Log } from '../log.ts';
import type { Declaration } from '../model/collector.ts';
import type { Agent, State } from '../model/state.ts';
import { troubles } from '../views/troubles.ts';
import { Alarms } from './alarms.ts';
import { letter } from './letter.ts';
import { Post } from './post.ts';
import { authorizationOf, type NotifySettings } from './settings.ts';

/** Seconds that a trouble must last to be told, and be away to be over. */
const patience = 30;

/** Seconds between two looks. */
const interval = 5;

/** Tells of troubles and their end, until `close`. Without an address it does nothing. */
export function startNotifying(settings: NotifySettings, catalogue: readonly Declaration[], agent: Agent, state: State, log: Log): { close(): void } {
  const { NOTIFY_URL, NOTIFY_FORMAT } = settings;
  if (NOTIFY_URL === undefined) return { close: () => undefined };
  const alarms = new Alarms(patience);
  const post = new Post(log, authorizationOf(settings));
  const timer = setInterval(() => {
    for (const message of alarms.look(troubles(catalogue, state), new Date())) post.send(letter(NOTIFY_URL.url.reveal(), NOTIFY_FORMAT, agent, message));
  }, interval * 1000).unref();
  return {
    close() {
      clearInterval(timer);
      post.close();
    },
  };
}
