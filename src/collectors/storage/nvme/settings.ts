import * as z from 'zod/mini';
import { listSetting } from '../../../model/setting.ts';

export const nvmeSettingsSchema = z.object({
  NVME_DEVICES: listSetting({
    description:
      'NVMe drives to monitor, by controller, namespace or serial number. Defaults to all drives. A listed drive that is missing is reported as a problem.',
    example: '/dev/nvme0,S4EWNX0N123456',
  }),
});

export type NvmeSettings = z.output<typeof nvmeSettingsSchema>;
