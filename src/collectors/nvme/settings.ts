import * as z from 'zod/mini';
import { listSetting } from '../../model/setting.ts';

export const nvmeSettings = z.object({
  NVME_DEVICES: listSetting({
    description:
      'NVMe drives to watch, by controller, namespace or serial number, in place of all. One that is not there is a problem that is told.',
    example: '/dev/nvme0,S4EWNX0N123456',
  }),
});

export type NvmeSettings = z.output<typeof nvmeSettings>;
