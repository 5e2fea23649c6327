import type { CollectorDefinition } from '../../model/collector.ts';
import { UsageError } from '../../model/errors.ts';
import { slug } from '../../model/naming.ts';
import { settingErrorTexts } from '../../model/setting-error-texts.ts';
import { defaultGateway } from './configured-hosts.ts';
import { routerTables } from './metrics.ts';
import type { RouterReadingByTable } from './reading.ts';
import { routerSettingsSchema } from './settings.ts';
import { loginMemoryFormat } from './tr064/reading.ts';

/** Watches routers, and earlier hosts and services that should be reachable from this machine. */
export const routerCollector: CollectorDefinition<RouterReadingByTable, typeof routerSettingsSchema.shape> = {
  id: 'router',
  title: 'Routers',
  summary: {
    subject: 'Routers',
    page: 'routers.md',
    always:
      'the default gateway, of any make: latency, packet loss, DNS, internet connection, addresses and data rates; outages and reboots as events',
    withSetting:
      '`FRITZBOX_HOSTS`, `PING_TARGETS`: other routers and hosts; with [a FRITZ!Box account](docs/fritzbox.md), also its line, WLAN, clients and firmware',
  },
  endpoint: 'fritz',
  env: routerSettingsSchema,
  schedule: '*/30 * * * * *',
  perNameSettingTargets({ FRITZBOX_HOSTS, PING_TARGETS }) {
    const routers = (FRITZBOX_HOSTS.length === 0 ? [defaultGateway] : FRITZBOX_HOSTS).map(({ name }) => name);
    return [
      { thing: 'router', settings: ['FRITZBOX_USERNAME', 'FRITZBOX_PASSWORD'], names: routers },
      {
        thing: 'routerOrTarget',
        settings: ['PING_LATENCY_LIMIT', 'PING_LOSS_LIMIT'],
        names: [...routers, ...PING_TARGETS.map(({ name }) => name)],
      },
    ];
  },
  tables: routerTables,
  memory: loginMemoryFormat,
  async open(env, context) {
    const names = [...env.FRITZBOX_HOSTS, ...env.PING_TARGETS].map(({ name }) => name);
    const duplicate = names.find(
      (name, index) =>
        slug(name) === context.agent.id || names.slice(0, index).some((earlier) => slug(earlier) === slug(name)),
    );
    if (duplicate !== undefined)
      throw new UsageError(
        (context.settingTexts ?? settingErrorTexts).nameInUse('FRITZBOX_HOSTS, PING_TARGETS', duplicate),
      );
    const { RoutersAndTargetsReader } = await import('./routers-and-targets-reader.ts');
    const reader = new RoutersAndTargetsReader(context, env);
    return {
      read: () => reader.read(),
      runAction: (device) => reader.tryLogin(device),
      advice: () => reader.advice,
      close: () => reader.close(),
    };
  },
};
