import * as z from 'zod/mini';
import type { CollectorDefinition } from '../../model/collector.ts';
import { driveMemoryFormat } from './drives/drive-memory.ts';
import { storageDriveTable } from './drives/drive-metrics.ts';
import type { StorageDriveReading } from './drives/drive-reading.ts';
import { drivesSettingsShape } from './drives/settings.ts';
import { StorageDrivesReader } from './drives/storage-drives-reader.ts';

const storageSettingsSchema = z.object(drivesSettingsShape);

// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
type StorageReadingByTable = { drive: StorageDriveReading };

/** Collects the metrics of the SATA, SAS and USB drives of this machine. */
export const storageCollector: CollectorDefinition<StorageReadingByTable, typeof storageSettingsSchema.shape> = {
  id: 'storage',
  title: 'Storage',
  summary: {
    subject: 'SATA, SAS and USB drives',
    page: 'storage.md',
    always:
      'temperature, wear, bad sectors, cable errors, self-tests and the drive’s own verdict, without waking a drive that sleeps; if the agent lacks permissions, it says what is missing',
    withSetting: '`STORAGE_DRIVES`: which drives',
  },
  env: storageSettingsSchema,
  schedule: '40 * * * * *',
  tables: { drive: storageDriveTable },
  memory: driveMemoryFormat,
  open(env, { agent, memory, hostRoots }) {
    if (process.platform !== 'linux') return { inactiveReason: 'drives are read on Linux only' };
    const drives = new StorageDrivesReader(agent, memory, hostRoots, env);
    return { read: () => drives.read(), runAction: (device) => drives.acknowledge(device) };
  },
};
