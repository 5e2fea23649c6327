import * as z from 'zod/mini';
import { hostRootSettings } from '../../lib/host-roots.ts';
import { listSetting } from '../../model/setting.ts';

export const nvmeSettings = z.object({
  HOST_SYS: hostRootSettings.HOST_SYS,
  NVME_DEVICES: listSetting({
    description:
      'NVMe drives to watch, by controller, namespace or serial number, in place of all. One that is not there is a problem that is told.',
    example: '/dev/nvme0,S4EWNX0N123456',
  }),
});

export type NvmeSettings = z.output<typeof nvmeSettings>;
