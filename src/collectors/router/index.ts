import type { Collector } from '../../model/collector.ts';
import { UsageError } from '../../model/errors.ts';
import { slug } from '../../model/naming.ts';
import { routerActions, routerEvents, routerMetrics } from './metrics.ts';
import type { RouterReadings } from './reading.ts';
import { RouterReader } from './router-reader.ts';
import { routerSettings } from './settings.ts';
import { lockoutMemoryRules } from './tr064/login-lockout.ts';

/** Routers and whatever else is to be reached, as they are seen from here. */
export const routerCollector: Collector<RouterReadings, typeof routerSettings.shape> = {
  id: 'router',
  title: 'Routers',
  endpoint: 'fritz',
  env: routerSettings,
  schedule: '*/30 * * * * *',
  metrics: routerMetrics,
  actions: routerActions,
  events: routerEvents,
  memory: lockoutMemoryRules,
  open(env, { agent, memory }) {
    const names = [...env.FRITZBOX_HOSTS, ...env.PING_TARGETS].map(({ name }) => name);
    const taken = names.find(
      (name, index) => slug(name) === agent.id || names.slice(0, index).some((other) => slug(other) === slug(name)),
    );
    if (taken !== undefined)
      throw new UsageError(
        `FRITZBOX_HOSTS, PING_TARGETS: “${taken}” is the name of two things; give one another name: name=address`,
      );
    const reader = new RouterReader(agent, memory, env);
    return { read: () => reader.read(), runAction: (device) => reader.tryLogin(device), close: () => reader.close() };
  },
};
