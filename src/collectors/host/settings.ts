import * as z from 'zod/mini';
import { integerSetting, listSetting, numberSettingOverridablePerName } from '../../model/setting.ts';
import { defaultMemoryLimitPercent } from './memory-shortage-timer.ts';

export const hostSettingsSchema = z.object({
  HOST_FILESYSTEMS: listSetting({
    description: 'Mount points to monitor, as glob patterns. Replaces the default selection.',
    example: '/,/mnt/*',
  }),
  HOST_FILESYSTEMS_EXCLUDE: listSetting({
    description: 'Mount points to exclude, as glob patterns.',
    example: '/boot/efi,/media/**',
  }),
  HOST_FILESYSTEM_LIMIT: numberSettingOverridablePerName({
    description:
      'Percentage of its space or inodes above which a file system is a problem, however much is free. Unless set, 95 with less than 5 GiB free, or 98 below a size of 4 GiB. HOST_FILESYSTEM_LIMIT_<NAME> is for one mount point: ROOT for /, MNT_TANK for /mnt/tank.',
    example: '90',
  }),
  HOST_MEMORY_LIMIT: integerSetting(
    {
      description:
        'Percentage of memory in use above which memory is short, if the machine also swaps or waits for memory for five minutes.',
      default: String(defaultMemoryLimitPercent),
    },
    1,
    100,
  ),
  HOST_INTERFACES: listSetting({
    description:
      'Network interfaces to monitor, as glob patterns. Replaces the default selection: hardware, bonds, and the interface of the default route.',
    example: 'eth0,wg*',
  }),
  HOST_INTERFACES_EXCLUDE: listSetting({
    description: 'Network interfaces to exclude, as glob patterns.',
    example: 'wlan*',
  }),
  HOST_DISKS: listSetting({
    description: 'Disks to monitor, as glob patterns. Replaces the default selection.',
    example: 'sd*,md0',
  }),
  HOST_DISKS_EXCLUDE: listSetting({ description: 'Disks to exclude, as glob patterns.', example: 'sr*' }),
});

export type HostSettings = z.output<typeof hostSettingsSchema>;
