import { join, normalize } from 'node:path';
import { stringSetting } from './setting.ts';

const absolutePath = ['absolutePath', /^\//] as const;

/** Settings of the program, from which collectors get `HostRoots`. */
export const hostRootSettingsShape = {
  HOST_PROC: stringSetting(
    {
      description: 'Path of the host’s /proc. In a container, its mount point.',
      default: '/proc',
      example: '/host/proc',
    },
    ...absolutePath,
  ),
  HOST_SYS: stringSetting(
    { description: 'Path of the host’s /sys.', default: '/sys', example: '/host/sys' },
    ...absolutePath,
  ),
  HOST_ROOT: stringSetting(
    { description: 'Path of the host’s root file system.', default: '/', example: '/host' },
    ...absolutePath,
  ),
};

/** Paths in a folder; what is joined there is normal already. */
function pathsBelow(folder: string): (...path: string[]) => string {
  const prefix = normalize(folder).replace(/\/$/, '');
  return (...path) => [prefix, ...path].join('/');
}

/** Paths of the host's /proc, /sys and root file system, which differ in a container and in tests. */
export class HostRoots {
  readonly proc: (...path: string[]) => string;
  readonly sys: (...path: string[]) => string;
  /** The path at which this process can open a path of the host. */
  readonly host: (...path: string[]) => string;
  /** Whether this process has the host's root file system as its own. */
  readonly isHostRoot: boolean;

  constructor({ HOST_PROC, HOST_SYS, HOST_ROOT }: { HOST_PROC: string; HOST_SYS: string; HOST_ROOT: string }) {
    this.proc = pathsBelow(HOST_PROC);
    this.sys = pathsBelow(HOST_SYS);
    this.host = (...path) => join(HOST_ROOT, ...path);
    this.isHostRoot = HOST_ROOT === '/';
  }
}
