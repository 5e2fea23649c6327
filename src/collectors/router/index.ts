import type { Collector } from '../../model/collector.ts';
import { Unusable } from '../../model/fault.ts';
import { slug } from '../../model/naming.ts';
import { actions, events, metrics } from './metrics.ts';
import type { RouterReadings } from './reading.ts';
import { Rounds } from './rounds.ts';
import { settings } from './settings.ts';
import { memory } from './tr064/gate.ts';

/** Routers and whatever else is to be reached, as they are seen from here. */
export const router: Collector<RouterReadings, typeof settings.shape> = {
  id: 'router',
  title: 'Routers',
  endpoint: 'fritz',
  env: settings,
  schedule: '*/30 * * * * *',
  metrics,
  actions,
  events,
  memory,
  open(env, { agent, memory }) {
    const names = [...env.FRITZBOX_HOSTS, ...env.PING_TARGETS].map(({ name }) => name);
    const taken = names.find((name, index) => slug(name) === agent.id || names.slice(0, index).some((other) => slug(other) === slug(name)));
    if (taken !== undefined) throw new Unusable(`FRITZBOX_HOSTS, PING_TARGETS: “${taken}” is the name of two things; give one another name: name=address`);
    const rounds = new Rounds(agent, memory, env);
    return { read: () => rounds.read(), act: (device) => rounds.tryLogin(device), close: () => rounds.close() };
  },
};
