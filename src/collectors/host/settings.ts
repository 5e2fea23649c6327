import * as z from 'zod/mini';
import { listSetting } from '../../model/setting.ts';

export const hostSettingsSchema = z.object({
  HOST_FILESYSTEMS: listSetting({
    description: 'Mount points to monitor, as glob patterns. Replaces the default selection.',
    example: '/,/mnt/*',
  }),
  HOST_FILESYSTEMS_EXCLUDE: listSetting({
    description: 'Mount points to exclude, as glob patterns.',
    example: '/boot/efi,/media/**',
  }),
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
