import type { CollectorDefinition } from '../../model/collector.ts';
import { UsageError } from '../../model/errors.ts';
import { slug } from '../../model/naming.ts';
import { routerTables } from './metrics.ts';
import type { RouterReadingByTable } from './reading.ts';
import { RoutersAndTargetsReader } from './routers-and-targets-reader.ts';
import { routerSettingsSchema } from './settings.ts';
import { lockoutMemoryFormat } from './tr064/login-lockout.ts';

/** Watches routers, and earlier hosts and services that should be reachable from this machine. */
export const routerCollector: CollectorDefinition<RouterReadingByTable, typeof routerSettingsSchema.shape> = {
  id: 'router',
  title: 'Routers',
  endpoint: 'fritz',
  env: routerSettingsSchema,
  schedule: '*/30 * * * * *',
  tables: routerTables,
  memory: lockoutMemoryFormat,
  open(env, { agent, memory }) {
    const names = [...env.FRITZBOX_HOSTS, ...env.PING_TARGETS].map(({ name }) => name);
    const duplicate = names.find(
      (name, index) => slug(name) === agent.id || names.slice(0, index).some((earlier) => slug(earlier) === slug(name)),
    );
    if (duplicate !== undefined)
      throw new UsageError(
        `FRITZBOX_HOSTS, PING_TARGETS: the name “${duplicate}” is already in use; choose another one: name=address`,
      );
    const reader = new RoutersAndTargetsReader(agent, memory, env);
    return { read: () => reader.read(), runAction: (device) => reader.tryLogin(device), close: () => reader.close() };
  },
};
