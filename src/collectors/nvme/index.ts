import type { Collector } from '../../model/collector.ts';
import { driveHistoryMemory } from './drive-history.ts';
import { nvmeActions, nvmeMetrics } from './metrics.ts';
import { NvmeReader } from './nvme-reader.ts';
import type { NvmeReadings } from './reading.ts';
import { nvmeSettings } from './settings.ts';

/** Collects the metrics of the NVMe drives of this machine. */
export const nvmeCollector: Collector<NvmeReadings, typeof nvmeSettings.shape> = {
  id: 'nvme',
  title: 'NVMe drives',
  env: nvmeSettings,
  schedule: '30 * * * * *',
  metrics: nvmeMetrics,
  actions: nvmeActions,
  memory: driveHistoryMemory,
  open(env, { agent, memory, hostRoots }) {
    if (process.platform !== 'linux') return { inactiveReason: 'drives are read on Linux only' };
    const reader = new NvmeReader(agent, memory, hostRoots, env);
    return { read: () => reader.read(), runAction: (device) => reader.acknowledge(device) };
  },
};
