import * as z from 'zod/mini';
import { listSetting } from '../../model/setting.ts';

export const hostSettings = z.object({
  HOST_FILESYSTEMS: listSetting({
    description: 'Mount points to watch, as globs, in place of the usual choice.',
    example: '/,/mnt/*',
  }),
  HOST_FILESYSTEMS_EXCLUDE: listSetting({
    description: 'Mount points to leave out, as globs.',
    example: '/boot/efi,/media/**',
  }),
  HOST_INTERFACES: listSetting({
    description:
      'Network interfaces to watch, as globs, in place of the usual choice (hardware, bonds, and the one of the default route).',
    example: 'eth0,wg*',
  }),
  HOST_INTERFACES_EXCLUDE: listSetting({ description: 'Network interfaces to leave out, as globs.', example: 'wlan*' }),
  HOST_DISKS: listSetting({
    description: 'Disks to watch, as globs, in place of the usual choice.',
    example: 'sd*,md0',
  }),
  HOST_DISKS_EXCLUDE: listSetting({ description: 'Disks to leave out, as globs.', example: 'sr*' }),
});

export type HostSettings = z.output<typeof hostSettings>;
