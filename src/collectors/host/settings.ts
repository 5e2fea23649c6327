import * as z from 'zod/mini';
import { list, text } from '../../model/setting.ts';

const absolute = ['an absolute path', /^\//] as const;

export const settings = z.object({
  HOST_PROC: text({ description: 'Where the host’s /proc is. In a container: where it is mounted.', default: '/proc', example: '/host/proc' }, ...absolute),
  HOST_SYS: text({ description: 'Where the host’s /sys is.', default: '/sys', example: '/host/sys' }, ...absolute),
  HOST_ROOT: text({ description: 'Where the host’s root file system is.', default: '/', example: '/host' }, ...absolute),
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
