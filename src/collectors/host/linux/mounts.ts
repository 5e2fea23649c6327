import { readText } from '../../../lib/files.ts';
import type { GlobVerdict } from '../../../lib/glob-matcher.ts';
import type { HostRoots } from '../../../model/host-roots.ts';

export interface Mount {
  /** On the host. */
  point: string;
  type: string;
  readOnly: boolean;
}

/** What needs a server or a helper process to answer, and so can hang. */
const remoteTypes =
  /^(nfs4?|cifs|smb3|smbfs|9p|ceph|glusterfs|afs|ncpfs|lustre|beegfs|davfs|virtiofs|fuse|fuseblk|fuse\..*)$/;

export const isRemoteMount = ({ type }: Mount): boolean => remoteTypes.test(type);

/** What no person means by a file system: images that are full by nature, and helpers' trees. */
const imageTypes = /^(squashfs|erofs|iso9660|udf|cramfs|romfs|overlay|aufs|autofs|ramfs|tmpfs)$/;
const helperTypes =
  /^fuse\.(gvfsd-fuse|kio-fuse|portal|lxcfs|snapfuse|squashfuse|squashfuse_ll|vmware-vmblock|rofiles-fuse|fuse-overlayfs|.*\.AppImage)$/;
/** Layers and volumes of containers, and Proxmox's own settings (FUSE). */
const containerPaths = /^(\/var\/lib\/(docker|containers\/storage|kubelet)\/|\/etc\/pve$)/;
/** Registered as without a device, but of drives all the same. */
const poolTypes = /^(zfs|btrfs|bcachefs)$/;

/** mountinfo writes spaces and the like as octal. */
const unescaped = (text: string) =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

interface MountinfoLine extends Mount {
  id: string;
  /** The mount that it stands on. */
  parent: string;
  device: string;
  /** Which folder of the file system is mounted. */
  root: string;
  source: string;
}

/** One line of mountinfo (proc_pid_mountinfo(5)). */
function parseLine(line: string): MountinfoLine | undefined {
  const [before = '', behind = ''] = line.split(' - ');
  const [id, parent, device, root, point] = before.split(' ');
  const [type, source = '', superOptions = ''] = behind.split(' ');
  const options = superOptions.split(',');
  if (
    id === undefined ||
    parent === undefined ||
    device === undefined ||
    root === undefined ||
    point === undefined ||
    type === undefined
  )
    return undefined;
  // The mount's own options may be read-only because a container's are; the file system's say whether it is.
  // After an error ext4 says so in a word of its own (since Linux 6.15).
  return {
    id,
    parent,
    device,
    root: unescaped(root),
    point: unescaped(point),
    type,
    source,
    readOnly: options.includes('ro') || options.includes('emergency_ro'),
  };
}

const parse = (text: string | undefined) => (text ?? '').split('\n').flatMap((line) => parseLine(line) ?? []);

const ours = (roots: HostRoots) => parse(readText(roots.proc('self/mountinfo')));

/** The mounts that we see below the host's root. */
function oursOfHost(roots: HostRoots): MountinfoLine[] {
  const prefix = roots.host().replace(/\/$/, '');
  return ours(roots)
    .filter(({ point }) => point === prefix || point.startsWith(`${prefix}/`))
    .map((line) => ({ ...line, point: line.point.slice(prefix.length) || '/' }));
}

/** The mounts of the host's init, where we are in a container and may look. */
function theirs(roots: HostRoots): MountinfoLine[] | undefined {
  const lines = roots.isHostRoot ? [] : parse(readText(roots.proc('1/mountinfo')));
  return lines.length === 0 ? undefined : lines;
}

/** A path and those above it, from the root on. */
const wayTo = (path: string) => [
  ...[...path.matchAll(/\/(?=.)/g)].map(({ index }) => path.slice(0, index) || '/'),
  path,
];

/** Tells the mount that a path leads to: on each point the one that stands on the mount below. */
function walker(lines: readonly MountinfoLine[]): (path: string) => MountinfoLine | undefined {
  const on = new Map(
    lines.filter(({ id, parent }) => id !== parent).map((line) => [`${line.parent} ${line.point}`, line]),
  );
  const root = lines.find(({ point }) => point === '/');
  return (path) => {
    let at = root;
    for (const point of wayTo(path))
      for (let next = on.get(`${at?.id} ${point}`); next !== undefined; next = on.get(`${next.id} ${point}`)) at = next;
    return at;
  };
}

/** Whether a place of the host is hidden from us: our container has another file system there, or has not got one that was mounted
 * after its start. What answers there is not what the host has. */
export function createHiddenPathCheck(roots: HostRoots): (place: string) => boolean {
  const host = theirs(roots);
  if (host === undefined || oursOfHost(roots).length === 0) return () => false;
  const [here, there] = [walker(ours(roots)), walker(host)];
  return (place) => here(roots.host(place).replace(/(?<=.)\/$/, ''))?.device !== there(place)?.device;
}

/** Each file system once, at its first mount point that is no bind mount; with those that the settings leave out told apart. */
export function selectMounts(
  roots: HostRoots,
  verdict: (point: string) => GlobVerdict,
): { watched: Mount[]; excluded: Mount[] } {
  const withoutDevice = new Set(
    [...(readText(roots.proc('filesystems')) ?? '').matchAll(/^nodev\t(.*)$/gm)].map(([, type]) => type),
  );
  const usual = (line: MountinfoLine) => {
    const { type, root, point, source } = line;
    // Fedora's image of the system is full by nature; what it lies on is mounted at /sysroot.
    if (point === '/' && (type === 'overlay' || root !== '/')) return source !== 'composefs';
    if (containerPaths.test(point)) return false;
    // A share may be mounted from a folder within, as a subvolume is; of other types that is a bind mount.
    if (isRemoteMount(line)) return !helperTypes.test(type);
    if (poolTypes.test(type)) return true;
    return root === '/' && !withoutDevice.has(type) && !imageTypes.test(type);
  };
  // To ask an automount's place, included or not, would mount it, and wait for its server.
  const top = new Map((theirs(roots) ?? oursOfHost(roots)).map((line) => [line.point, line]));
  for (const { point, type } of [...top.values()]) if (type === 'autofs') top.delete(point);
  const watched = new Map<string, Mount>();
  const excluded: Mount[] = [];
  for (const line of top.values()) {
    const judged = verdict(line.point);
    if (judged === 'included') watched.set(line.point, line);
    else if (usual(line)) {
      if (judged === 'excluded') excluded.push(line);
      else if (!watched.has(line.device)) watched.set(line.device, line);
    }
  }
  return { watched: [...watched.values()], excluded };
}
