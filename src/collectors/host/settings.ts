import * as z from 'zod/mini';
import { rootSettings } from '../../lib/roots.ts';
import { list } from '../../model/setting.ts';

export const settings = z.object({
  ...rootSettings,
  HOST_FILESYSTEMS: list({ description: 'Mount points to watch, as globs, in place of the usual choice.', example: '/,/mnt/*' }),
  HOST_FILESYSTEMS_EXCLUDE: list({ description: 'Mount points to leave out, as globs.', example: '/boot/efi,/media/**' }),
  HOST_INTERFACES: list({
    description: 'Network interfaces to watch, as globs, in place of the usual choice (hardware, bonds, and the one of the default route).',
    example: 'eth0,wg*',
  }),
  HOST_INTERFACES_EXCLUDE: list({ description: 'Network interfaces to leave out, as globs.', example: 'wlan*' }),
  HOST_DISKS: list({ description: 'Disks to watch, as globs, in place of the usual choice.', example: 'sd*,md0' }),
  HOST_DISKS_EXCLUDE: list({ description: 'Disks to leave out, as globs.', example: 'sr*' }),
});

export type HostSettings = z.output<typeof settings>;
