import { setTimeout as pause } from 'node:timers/promises';
import { Roots } from '../../lib/roots.ts';
import type { Collector } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { Agent } from '../../model/state.ts';
import { Filling } from './filling.ts';
import { type Inventory, inventory } from './inventory.ts';
import { LinuxReader } from './linux/index.ts';
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
    const filling = new Filling();
    let about: Inventory = {};
    let device = deviceOf(agent, about);
    let asked = false;
    let asking: Promise<void> | undefined;
    return {
      async read() {
        if (!asked) {
          asked = true;
          asking = inventory(roots).then((found) => {
            about = found;
            device = deviceOf(agent, about);
            asking = undefined;
          });
        }
        // On a slow board the inventory comes with a later reading.
        if (asking !== undefined) await Promise.race([asking, pause(2000, undefined, { ref: false })]);
        const observations = await reader.read(device, about);
        return observations.map((one) =>
          one.of === 'filesystem' && one.reading !== undefined
            ? { ...one, reading: { ...one.reading, timeToFull: filling.daysLeft(one.part?.id ?? '', one.reading.available, Date.now()) } }
            : one,
        );
      },
    };
  },
};
