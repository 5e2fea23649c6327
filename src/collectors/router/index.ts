import type { Collector } from '../../model/collector.ts';
import { UsageError } from '../../model/errors.ts';
import { slug } from '../../model/naming.ts';
import { routerActions, routerEvents, routerMetrics } from './metrics.ts';
import type { RouterReadings } from './reading.ts';
import { RouterReader } from './router-reader.ts';
import { routerSettings } from './settings.ts';
import { lockoutMemoryRules } from './tr064/login-lockout.ts';

/** Watches routers, and earlier hosts and services that should be reachable from this machine. */
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
    const duplicate = names.find(
      (name, index) => slug(name) === agent.id || names.slice(0, index).some((earlier) => slug(earlier) === slug(name)),
    );
    if (duplicate !== undefined)
      throw new UsageError(
        `FRITZBOX_HOSTS, PING_TARGETS: the name “${duplicate}” is already in use; choose another one: name=address`,
      );
    const reader = new RouterReader(agent, memory, env);
    return { read: () => reader.read(), runAction: (device) => reader.tryLogin(device), close: () => reader.close() };
  },
};
