import { join } from 'node:path';
import { stringSetting } from './setting.ts';

const absolutePath = ['an absolute path', /^\//] as const;

/** Settings of the program, from which collectors get `HostRoots`. */
export const hostRootSettings = {
  HOST_PROC: stringSetting(
    {
      description: 'Where the host’s /proc is. In a container: where it is mounted.',
      default: '/proc',
      example: '/host/proc',
    },
    ...absolutePath,
  ),
  HOST_SYS: stringSetting(
    { description: 'Where the host’s /sys is.', default: '/sys', example: '/host/sys' },
    ...absolutePath,
  ),
  HOST_ROOT: stringSetting(
    { description: 'Where the host’s root file system is.', default: '/', example: '/host' },
    ...absolutePath,
  ),
};

/** Where the kernel's and the host's trees are; elsewhere than usual in a container and in tests. */
export class HostRoots {
  readonly proc: (...path: string[]) => string;
  readonly sys: (...path: string[]) => string;
  /** A path of the host's, as this process can open it. */
  readonly host: (...path: string[]) => string;
  /** The host's root file system is this process's own. */
  readonly isHostRoot: boolean;

  constructor({ HOST_PROC, HOST_SYS, HOST_ROOT }: { HOST_PROC: string; HOST_SYS: string; HOST_ROOT: string }) {
    this.proc = (...path) => join(HOST_PROC, ...path);
    this.sys = (...path) => join(HOST_SYS, ...path);
    this.host = (...path) => join(HOST_ROOT, ...path);
    this.isHostRoot = HOST_ROOT === '/';
  }
}
