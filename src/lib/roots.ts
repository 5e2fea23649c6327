import { join } from 'node:path';
import { text } from '../model/setting.ts';

const absolute = ['an absolute path', /^\//] as const;

/** Settings of every collector that reads the kernel's and the host's trees. */
export const rootSettings = {
  HOST_PROC: text({ description: 'Where the host’s /proc is. In a container: where it is mounted.', default: '/proc', example: '/host/proc' }, ...absolute),
  HOST_SYS: text({ description: 'Where the host’s /sys is.', default: '/sys', example: '/host/sys' }, ...absolute),
  HOST_ROOT: text({ description: 'Where the host’s root file system is.', default: '/', example: '/host' }, ...absolute),
};

/** Where the kernel's and the host's trees are; elsewhere than usual in a container and in tests. */
export class Roots {
  readonly proc: (...path: string[]) => string;
  readonly sys: (...path: string[]) => string;
  /** A path of the host's, as this process can open it. */
  readonly host: (...path: string[]) => string;
  /** The host's root file system is this process's own. */
  readonly own: boolean;

  constructor({ HOST_PROC, HOST_SYS, HOST_ROOT }: { HOST_PROC: string; HOST_SYS: string; HOST_ROOT: string }) {
    this.proc = (...path) => join(HOST_PROC, ...path);
    this.sys = (...path) => join(HOST_SYS, ...path);
    this.host = (...path) => join(HOST_ROOT, ...path);
    this.own = HOST_ROOT === '/';
  }
}
