import { setTimeout as pause } from 'node:timers/promises';
import type { Collector } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { Agent } from '../../model/state.ts';
import { type Inventory, inventory } from './inventory.ts';
import { LinuxReader } from './linux/index.ts';
import { Roots } from './linux/roots.ts';
import { metrics } from './metrics.ts';
import { PortableReader } from './portable.ts';
import type { HostReadings } from './reading.ts';
import { settings } from './settings.ts';

const deviceOf = (agent: Agent, { manufacturer, model, system }: Inventory): Device => ({
  id: agent.id,
  name: agent.name,
  ...(manufacturer === undefined ? {} : { manufacturer }),
  ...(model === undefined ? {} : { model }),
  ...(system === undefined ? {} : { softwareVersion: system }),
});

/** The machine that the agent runs on. */
export const host: Collector<HostReadings, typeof settings.shape> = {
  id: 'host',
  title: 'Host',
  env: settings,
  schedule: '*/30 * * * * *',
  metrics,
  open(env, { agent }) {
    const roots = process.platform === 'linux' ? new Roots(env) : undefined;
    const reader = roots === undefined ? new PortableReader(env) : new LinuxReader(roots, env);
    let known: Promise<Inventory> | undefined;
    let about: Inventory = {};
    return {
      async read() {
        known ??= inventory(roots).then((found) => (about = found));
        // On a slow board it comes with a later reading.
        await Promise.race([known, pause(2000, undefined, { ref: false })]);
        return reader.read(deviceOf(agent, about), about);
      },
    };
  },
};
