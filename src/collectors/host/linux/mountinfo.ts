/** One line of mountinfo (proc_pid_mountinfo(5)). Paths are strings of bytes, one character for each: a name on Linux
 * need not be UTF-8. */
export interface MountinfoLine {
  id: string;
  /** Id of the mount that contains the mount point. */
  parent: string;
  /** `<major>:<minor>` of the file system. */
  device: string;
  /** The folder of the file system that is mounted. */
  root: string;
  point: string;
  type: string;
  source: string;
  /** Options of the file system, which all of its mounts share. */
  options: readonly string[];
}

/** Spaces and similar characters are escaped in octal. */
const unescapeOctal = (text: string) =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

function parseLine(line: string): MountinfoLine | undefined {
  const [mountFields = '', filesystemFields = ''] = line.split(' - ');
  const [id, parent, device, root, point] = mountFields.split(' ');
  const [type, source = '', superOptions = ''] = filesystemFields.split(' ');
  if (!id || !parent || !device || root === undefined || !point || !type) return undefined;
  return {
    id,
    parent,
    device,
    root: unescapeOctal(root),
    point: unescapeOctal(point),
    type,
    source: unescapeOctal(source),
    options: superOptions.split(','),
  };
}

/** The characters of a path's bytes, as `MountinfoLine` has them. */
export const pathAsByteString = (path: string): string => Buffer.from(path).toString('latin1');

/** A path and all folders above it, the root first. */
const pathsDownTo = (path: string) => [
  ...[...path.matchAll(/\/(?=.)/gs)].map(({ index }) => path.slice(0, index) || '/'),
  path,
];

/** The mounts that a process sees. */
export class MountTable {
  readonly lines: readonly MountinfoLine[];
  readonly #byParentAndPoint: ReadonlyMap<string, MountinfoLine>;

  constructor(lines: readonly MountinfoLine[]) {
    this.lines = lines;
    const ids = new Set(lines.map(({ id }) => id));
    // The parent of the root is itself, or a mount that the process can't see.
    const parentOf = ({ id, parent }: MountinfoLine) => (parent !== id && ids.has(parent) ? parent : '');
    this.#byParentAndPoint = new Map(lines.map((line) => [`${parentOf(line)} ${line.point}`, line]));
  }

  /** `text` is a mountinfo file, one character for each of its bytes. */
  static parse(text: string): MountTable {
    return new MountTable(text.split('\n').flatMap((line) => parseLine(line) ?? []));
  }

  /** The mounts that lead to a path, from the root to the one that the path is in. A mount can cover others, at its
   * mount point and below it. */
  chainTo(path: string): MountinfoLine[] {
    const chain: MountinfoLine[] = [];
    const seen = new Set<MountinfoLine>();
    const next = (point: string) => this.#byParentAndPoint.get(`${chain.at(-1)?.id ?? ''} ${point}`);
    for (const point of pathsDownTo(path)) {
      for (let mount = next(point); mount !== undefined && !seen.has(mount); mount = next(point)) {
        seen.add(mount);
        chain.push(mount);
      }
    }
    return chain;
  }

  /** The mount that a path is in. */
  mountAt(path: string): MountinfoLine | undefined {
    return this.chainTo(path).at(-1);
  }
}
