import type { CollectorDefinition } from '../../../model/collector.ts';
import { driveHistoryMemoryFormat } from './drive-history.ts';
import { nvmeTables } from './metrics.ts';
import type { NvmeReadingByTable } from './reading.ts';
import { nvmeSettingsSchema } from './settings.ts';

/** Collects the metrics of the NVMe drives of this machine. */
export const nvmeCollector: CollectorDefinition<NvmeReadingByTable, typeof nvmeSettingsSchema.shape> = {
  id: 'nvme',
  title: 'NVMe drives',
  nothingFound: 'No NVMe drive found.',
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
  async open(env, { agent, memory, hostRoots }) {
    if (process.platform !== 'linux') return { inactiveReason: 'not_linux' };
    const { NvmeDrivesReader } = await import('./nvme-drives-reader.ts');
    const { existingPoolsReader } = await import('../pools/pools-reader.ts');
    const reader = new NvmeDrivesReader(agent, memory, hostRoots, env);
    return {
      async read() {
        const observations = await reader.read();
        const pools = existingPoolsReader(hostRoots);
        if (pools === undefined) return observations;
        await pools.waitForFirstReading();
        return observations.map((one) => {
          if ('complaint' in one) return one;
          const device = pools.deviceWithMounts(one.device);
          return one.table === 'namespace' || one.reading === undefined
            ? { ...one, device }
            : { ...one, device, reading: { ...one.reading, dependents: pools.dependentsOf(device.id) } };
        });
      },
      runAction: (device) => reader.acknowledge(device),
    };
  },
};
