import { join } from 'node:path';

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
