import * as z from 'zod/mini';
import type { CollectorDefinition } from '../../model/collector.ts';
import { type DriveMemory, driveMemoryFormat } from './drives/drive-memory.ts';
import { storageDriveTable } from './drives/drive-metrics.ts';
import type { StorageDriveReading } from './drives/drive-reading.ts';
import { drivesSettingsShape } from './drives/settings.ts';
import { poolTables } from './pools/metrics.ts';
import { type PoolMemory, poolMemoryFormat } from './pools/pool-memory.ts';
import type { PoolReadingByTable } from './pools/pools-reader.ts';

const storageSettingsSchema = z.object(drivesSettingsShape);

type StorageReadingByTable = { drive: StorageDriveReading } & PoolReadingByTable;

export const storageTables = { drive: storageDriveTable, ...poolTables };

const isPoolMemory = (memory: DriveMemory | PoolMemory): memory is PoolMemory => 'pool_members' in memory;

/** A drive's memory or a pool's; anything can be a drive's, an empty one. */
const storageMemoryFormat = {
  parse: (content: unknown): DriveMemory | PoolMemory | undefined =>
    poolMemoryFormat.parse(content) ?? driveMemoryFormat.parse(content),
  merge(ours: DriveMemory | PoolMemory, theirs: DriveMemory | PoolMemory): DriveMemory | PoolMemory {
    if (isPoolMemory(ours)) return isPoolMemory(theirs) ? poolMemoryFormat.merge(ours, theirs) : ours;
    return isPoolMemory(theirs) ? theirs : driveMemoryFormat.merge(ours, theirs);
  },
  liesOn: (memory: DriveMemory | PoolMemory): string[] =>
    isPoolMemory(memory) ? memory.pool_members.flatMap(({ drive }) => drive?.id ?? []) : [],
};

/** Collects the metrics of the SATA, SAS and USB drives of this machine, and of what is built of all drives. */
export const storageCollector: CollectorDefinition<StorageReadingByTable, typeof storageSettingsSchema.shape> = {
  id: 'storage',
  title: 'Storage',
  nothingFound: 'No pool found, and no drive that reports its health. Virtual disks and memory cards report none.',
  summary: {
    subject: 'SATA, SAS and USB drives; RAID, pools',
    page: 'storage.md',
    always:
      'temperature, wear, bad sectors, cable errors, self-tests and the drive’s own verdict, without waking a sleeping drive; if the agent lacks permissions, it says what is missing; Linux RAID, Btrfs, LVM, bcache and ZFS with their members, how many more drives may fail, and what is mounted on them',
    withSetting: '`STORAGE_DRIVES`: which drives',
  },
  env: storageSettingsSchema,
  schedule: '40 * * * * *',
  // Drives are waited for three seconds, then dmsetup and zpool four, which on a slow machine is not all.
  timeoutSeconds: 20,
  tables: storageTables,
  memory: storageMemoryFormat,
  async open(env, { agent, memory, hostRoots }) {
    if (process.platform !== 'linux') return { inactiveReason: 'not_linux' };
    const { StorageDrivesReader } = await import('./drives/storage-drives-reader.ts');
    const { PoolsReader } = await import('./pools/pools-reader.ts');
    const drives = new StorageDrivesReader(agent, memory, hostRoots, env);
    const pools = new PoolsReader(agent, memory, hostRoots);
    return {
      async read() {
        // In this order, no drive is gone without the pool that misses it.
        const ofDrives = await drives.read();
        const ofPools = await pools.read();
        return [
          ...ofDrives.map((one) => {
            if ('complaint' in one) return one;
            const device = pools.deviceWithMounts(one.device);
            return one.reading === undefined
              ? { ...one, device }
              : { ...one, device, reading: { ...one.reading, dependents: pools.dependentsOf(device.id) } };
          }),
          ...ofPools,
        ];
      },
      advice: () => [...drives.advice(), ...pools.advice()],
      runAction(device) {
        if (!pools.acknowledge(device)) drives.acknowledge(device);
      },
    };
  },
};
