import type { Collector } from '../../model/collector.ts';
import { memory } from './history.ts';
import { actions, metrics } from './metrics.ts';
import type { NvmeReadings } from './reading.ts';
import { settings } from './settings.ts';
import { Surveyor } from './surveyor.ts';

/** The NVMe drives of the machine that the agent runs on. */
export const nvme: Collector<NvmeReadings, typeof settings.shape> = {
  id: 'nvme',
  title: 'NVMe drives',
  env: settings,
  schedule: '30 * * * * *',
  metrics,
  actions,
  memory,
  open(env, { agent, memory }) {
    if (process.platform !== 'linux') return { off: 'drives are read on Linux only' };
    const surveyor = new Surveyor(agent, memory, env);
    return { read: () => surveyor.read(), act: (device) => surveyor.acknowledge(device) };
  },
};
