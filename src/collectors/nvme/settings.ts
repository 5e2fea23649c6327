import * as z from 'zod/mini';
import { rootSettings } from '../../lib/roots.ts';
import { list } from '../../model/setting.ts';

export const settings = z.object({
  HOST_SYS: rootSettings.HOST_SYS,
  NVME_DEVICES: list({
    description: 'NVMe drives to watch, by controller, namespace or serial number, in place of all. One that is not there is a problem that is told.',
    example: '/dev/nvme0,S4EWNX0N123456',
  }),
});

export type NvmeSettings = z.output<typeof settings>;
