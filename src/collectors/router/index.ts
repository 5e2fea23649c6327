import type { Collector } from '../../model/collector.ts';
import { Unusable } from '../../model/fault.ts';
import { slug } from '../../model/naming.ts';
import { events, metrics } from './metrics.ts';
import type { RouterReadings } from './reading.ts';
import { Rounds } from './rounds.ts';
import { settings } from './settings.ts';

/** Routers and whatever else is to be reached, as they are seen from here. */
export const router: Collector<RouterReadings, typeof settings.shape> = {
  id: 'router',
  title: 'Routers',
  endpoint: 'fritz',
  env: settings,
  schedule: '*/30 * * * * *',
  metrics,
  events,
  open(env, { agent }) {
    const names = [...env.FRITZBOX_HOSTS, ...env.PING_TARGETS].map(({ name }) => name);
    const taken = names.find((name, index) => slug(name) === agent.id || names.slice(0, index).some((other) => slug(other) === slug(name)));
    if (taken !== undefined) throw new Unusable(`FRITZBOX_HOSTS, PING_TARGETS: “${taken}” is the name of two things; give one another name: name=address`);
    const rounds = new Rounds(agent, env);
    return { read: () => rounds.read(), close: () => rounds.close() };
  },
};
