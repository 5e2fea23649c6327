import type { CollectorDefinition } from '../../../model/collector.ts';
import { poolsReaderOf } from '../pools/pools-reader.ts';
import { driveHistoryMemoryFormat } from './drive-history.ts';
import { nvmeTables } from './metrics.ts';
import { NvmeDrivesReader } from './nvme-drives-reader.ts';
import type { NvmeReadingByTable } from './reading.ts';
import { nvmeSettingsSchema } from './settings.ts';

/** Collects the metrics of the NVMe drives of this machine. */
export const nvmeCollector: CollectorDefinition<NvmeReadingByTable, typeof nvmeSettingsSchema.shape> = {
  id: 'nvme',
  title: 'NVMe drives',
  summary: {
    subject: 'NVMe drives',
    page: 'nvme.md',
    always:
      'temperature, wear, spare, data written, and problems with their reasons; if the agent lacks permissions, it reads what it can and says what is missing',
    withSetting: '`NVME_DEVICES`: which drives',
  },
  env: nvmeSettingsSchema,
  schedule: '30 * * * * *',
  tables: nvmeTables,
  memory: driveHistoryMemoryFormat,
  open(env, { agent, memory, hostRoots }) {
    if (process.platform !== 'linux') return { inactiveReason: 'drives are read on Linux only' };
    const reader = new NvmeDrivesReader(agent, memory, hostRoots, env);
    return {
      async read() {
        const observations = await reader.read();
        return observations.map((one) =>
          'table' in one && one.table === 'drive' && one.reading !== undefined
            ? { ...one, reading: { ...one.reading, dependents: poolsReaderOf(hostRoots)?.dependentsOf(one.device.id) } }
            : one,
        );
      },
      runAction: (device) => reader.acknowledge(device),
    };
  },
};
