import { lstatSync, statfsSync } from 'node:fs';
import { tryReadTextKeepOpenSync } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { TranslatableText } from '../../../model/translation.ts';
import { type HostTexts, hostTexts } from '../texts.ts';
import { isRemoteFilesystemType } from './mount-rules.ts';
import { type MountinfoLine, MountTable, pathAsByteString } from './mountinfo.ts';

export interface Mount {
  /** Mount point on the host; bytes that are not UTF-8 are replacement characters. */
  point: string;
  /** The mount point with such bytes escaped, so that no two mounts share it. */
  id: string;
  /** The path at which this process finds the mount. */
  path: Buffer;
  type: string;
  source: string;
  readOnly: boolean;
  /** `<major>:<minor>` of the file system; undefined if the path's number can't be compared with it. */
  device: string | undefined;
  /** Why this process can't reach the mount by its path. */
  hiddenBecause: TranslatableText<HostTexts> | undefined;
  /** Without access, automounts unmount it after so many seconds; undefined if it stays. */
  expiresAfterSeconds: number | undefined;
}

/** Types whose paths have device numbers of their own, for each subvolume or layer. */
const ownDeviceNumberTypes = /^(btrfs|bcachefs|overlay)$/;

/** Whether `/proc` is a proc file system (PROC_SUPER_MAGIC in linux/magic.h). A recorded one has another machine's
 * device numbers. */
function isLiveProc(roots: HostRoots): boolean {
  try {
    return statfsSync(roots.proc()).type === 0x9fa0;
  } catch {
    return false;
  }
}

export const decodeByteStringAsUtf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
const escapeBytes = (bytes: string) =>
  bytes.replaceAll(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);

const isReadOnly = ({ options }: MountinfoLine) =>
  // In a container the options of the mount can be read-only although those of the file system are not.
  // ext4 uses the option emergency_ro after an error (since Linux 6.15).
  options.includes('ro') || options.includes('emergency_ro');

/** Seconds without access after which an automount unmounts. Each access to a path below it starts that time anew,
 * except with the option strictexpire (fs/autofs/root.c). 0: never. */
function expirySecondsOf({ type, options }: MountinfoLine): number {
  if (type !== 'autofs' || options.includes('strictexpire')) return 0;
  const timeout = options.find((option) => option.startsWith('timeout='))?.slice('timeout='.length);
  return timeout === undefined ? 1 : Number(timeout) || 0;
}

/** The lines of each mount point, the one on top last. */
function linesByPoint(table: MountTable): MountinfoLine[][] {
  const byPoint = new Map<string, MountinfoLine[]>();
  for (const line of table.lines) {
    const lines = byPoint.get(line.point) ?? [];
    lines.push(line);
    byPoint.set(line.point, lines);
  }
  return [...byPoint].map(([point, lines]) => {
    const top = table.mountAt(point);
    return top?.point === point ? [...lines.filter((line) => line !== top), top] : lines;
  });
}

const readMountinfo = (path: string) => tryReadTextKeepOpenSync(path, 'latin1') ?? '';

/** Reads the mounts of the host; parses them again only after a change. */
export class HostMountsReader {
  readonly #roots: HostRoots;
  #texts: readonly [own: string, ofInit: string] | undefined;
  #latest: HostMounts | undefined;

  constructor(roots: HostRoots) {
    this.#roots = roots;
  }

  /** The same object as before while no mount has changed. */
  read(): HostMounts {
    const own = readMountinfo(this.#roots.proc('self/mountinfo'));
    // In a container, the mounts of the host's init, if they can be read.
    const ofInit = this.#roots.isHostRoot ? '' : readMountinfo(this.#roots.proc('1/mountinfo'));
    if (this.#latest === undefined || own !== this.#texts?.[0] || ofInit !== this.#texts[1]) {
      this.#texts = [own, ofInit];
      this.#latest = new HostMounts(this.#roots, MountTable.parse(own), MountTable.parse(ofInit));
    }
    return this.#latest;
  }
}

/** The mounts of the host, and how this process sees them. */
export class HostMounts {
  /** Path of the host's root in this process's mounts, without a slash at the end. */
  readonly #prefix: string;
  readonly #own: MountTable;
  readonly #host: MountTable;
  /** Whether this process's mounts can differ from the host's. */
  readonly #hasOtherView: boolean;
  readonly #isLive: boolean;
  /** All mount points. */
  readonly points: readonly string[];
  /** The lines of each mount point, the one on top last. Automounts that wait are left out, with all below them: any
   * access would mount them and wait for their servers. */
  readonly accessible: readonly (readonly MountinfoLine[])[];

  /** `ofInit` is empty if the mounts of the host's init are unknown. */
  constructor(roots: HostRoots, own: MountTable, ofInit: MountTable) {
    this.#prefix = pathAsByteString(roots.host()).replace(/\/$/, '');
    this.#own = own;
    const visible = this.#own.lines
      .filter(({ point }) => point === this.#prefix || point.startsWith(`${this.#prefix}/`))
      .map((line) => ({ ...line, point: line.point.slice(this.#prefix.length) || '/' }));
    const isInitKnown = ofInit.lines.length > 0;
    this.#host = isInitKnown ? ofInit : new MountTable(visible);
    this.#hasOtherView = isInitKnown && visible.length > 0;
    this.#isLive = isLiveProc(roots);
    const byPoint = linesByPoint(this.#host);
    this.points = byPoint.flatMap(([line]) => (line === undefined ? [] : [decodeByteStringAsUtf8(line.point)]));
    this.accessible = byPoint.filter(([line]) => line && this.#host.mountAt(line.point)?.type !== 'autofs');
  }

  /** Whether an automount waits at a path, or has mounted something there. */
  hasAutomount(point: string): boolean {
    return this.#host.lines.some((line) => line.point === point && line.type === 'autofs');
  }

  /** Whether the mount is a folder. Containers have single files as mounts, such as /etc/resolv.conf. */
  isFolder(line: MountinfoLine): boolean {
    if (line.root.endsWith('//deleted')) return false;
    if (this.#host.chainTo(line.point).some(({ type }) => type === 'autofs' || isRemoteFilesystemType(type)))
      return true;
    try {
      return lstatSync(this.#pathOf(line)).isDirectory();
    } catch {
      return !/^\/etc\/(hosts|hostname|resolv\.conf)$/.test(line.point);
    }
  }

  describe(line: MountinfoLine): Mount {
    const point = decodeByteStringAsUtf8(line.point);
    const chain = this.#hasOtherView ? this.#own.chainTo(this.#ownPoint(line.point)) : this.#host.chainTo(line.point);
    return {
      point,
      id: pathAsByteString(point) === line.point ? point : escapeBytes(line.point),
      path: this.#pathOf(line),
      type: line.type,
      source: decodeByteStringAsUtf8(line.source),
      readOnly: isReadOnly(line),
      device: this.#isLive && !ownDeviceNumberTypes.test(line.type) ? line.device : undefined,
      hiddenBecause: this.hiddenBecause(line),
      expiresAfterSeconds: Math.max(0, ...chain.map(expirySecondsOf)) || undefined,
    };
  }

  /** Whether this process sees another file system at a path of the host: the container has one of its own there, or
   * lacks one that was mounted after its start. */
  isHidden(path: string): boolean {
    return this.#isHidden(pathAsByteString(path));
  }

  #isHidden(point: string): boolean {
    return this.#hasOtherView && this.#own.mountAt(this.#ownPoint(point))?.device !== this.#host.mountAt(point)?.device;
  }

  /** Why this process can't reach the mount by its path; undefined if it can. */
  hiddenBecause(line: MountinfoLine): TranslatableText<HostTexts> | undefined {
    const point = decodeByteStringAsUtf8(line.point);
    const top = this.#host.mountAt(line.point);
    if (top?.device !== line.device)
      return (texts = hostTexts) =>
        top === undefined
          ? texts.mountUnreachable(point)
          : texts.mountCovered(point, `${decodeByteStringAsUtf8(top.point)} (${top.type})`);
    return this.#isHidden(line.point) ? (texts = hostTexts) => texts.mountOutsideContainer(point) : undefined;
  }

  #ownPoint(point: string): string {
    return `${this.#prefix}${point}`.replace(/(?<=.)\/$/, '');
  }

  #pathOf(line: MountinfoLine): Buffer {
    return Buffer.from(this.#ownPoint(line.point), 'latin1');
  }
}
