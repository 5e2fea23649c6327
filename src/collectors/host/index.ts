import { setTimeout as pause } from 'node:timers/promises';
import type { Collector } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { AgentIdentity } from '../../model/state.ts';
import { FillRateEstimator } from './fill-rate.ts';
import { type MachineInventory, readInventory } from './inventory.ts';
import { LinuxReader } from './linux/index.ts';
import { hostMetrics } from './metrics.ts';
import { PortableReader } from './portable-reader.ts';
import type { HostReadings } from './reading.ts';
import { hostSettings } from './settings.ts';

const deviceOf = (agent: AgentIdentity, { manufacturer, model, system }: MachineInventory): Device => ({
  id: agent.id,
  name: agent.name,
  ...(manufacturer === undefined ? {} : { manufacturer }),
  ...(model === undefined ? {} : { model }),
  ...(system === undefined ? {} : { softwareVersion: system }),
});

/** The machine that the agent runs on. */
export const hostCollector: Collector<HostReadings, typeof hostSettings.shape> = {
  id: 'host',
  title: 'Host',
  env: hostSettings,
  schedule: '*/30 * * * * *',
  metrics: hostMetrics,
  open(env, { agent, hostRoots }) {
    const roots = process.platform === 'linux' ? hostRoots : undefined;
    const reader = roots === undefined ? new PortableReader(env) : new LinuxReader(roots, env);
    const fillRate = new FillRateEstimator();
    let machine: MachineInventory = {};
    let device = deviceOf(agent, machine);
    let asked = false;
    let asking: Promise<void> | undefined;
    return {
      async read() {
        if (!asked) {
          asked = true;
          asking = readInventory(roots).then((found) => {
            machine = found;
            device = deviceOf(agent, machine);
            asking = undefined;
          });
        }
        // On a slow board the inventory comes with a later reading.
        if (asking !== undefined) await Promise.race([asking, pause(2000, undefined, { ref: false })]);
        const observations = await reader.read(device, machine);
        return observations.map((one) =>
          one.table === 'filesystem' && one.reading !== undefined
            ? {
                ...one,
                reading: {
                  ...one.reading,
                  timeToFull: fillRate.daysToFull(one.part?.id ?? '', one.reading.available, Date.now()),
                },
              }
            : one,
        );
      },
    };
  },
};
