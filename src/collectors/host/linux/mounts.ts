import { tryReadTextSync } from '../../../lib/files.ts';
import type { GlobVerdict } from '../../../lib/glob-classifier.ts';
import type { HostRoots } from '../../../model/host-roots.ts';

export interface Mount {
  /** Mount point on the host. */
  point: string;
  type: string;
  readOnly: boolean;
}

/** File systems that need a server or a user-space process to answer, and so can hang. */
const remoteTypes =
  /^(nfs4?|cifs|smb3|smbfs|9p|ceph|glusterfs|afs|ncpfs|lustre|beegfs|davfs|virtiofs|fuse|fuseblk|fuse\..*)$/;

export const isRemoteMount = ({ type }: Mount): boolean => remoteTypes.test(type);

/** File systems that are not worth monitoring: images, which are always full, and mounts of desktop helpers. */
const imageTypes = /^(squashfs|erofs|iso9660|udf|cramfs|romfs|overlay|aufs|autofs|ramfs|tmpfs)$/;
const helperTypes =
  /^fuse\.(gvfsd-fuse|kio-fuse|portal|lxcfs|snapfuse|squashfuse|squashfuse_ll|vmware-vmblock|rofiles-fuse|fuse-overlayfs|.*\.AppImage)$/;
/** Layers and volumes of containers, and the configuration of Proxmox (FUSE). */
const containerPaths = /^(\/var\/lib\/(docker|containers\/storage|kubelet)\/|\/etc\/pve$)/;
/** Types that the kernel registers as without a device although they are on drives. */
const poolTypes = /^(zfs|btrfs|bcachefs)$/;

/** mountinfo escapes spaces and similar characters in octal. */
const unescapeOctal = (text: string) =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

interface MountinfoLine extends Mount {
  id: string;
  /** Id of the mount that contains the mount point. */
  parent: string;
  device: string;
  /** The folder of the file system that is mounted. */
  root: string;
  source: string;
}

/** One line of mountinfo (proc_pid_mountinfo(5)). */
function parseLine(line: string): MountinfoLine | undefined {
  const [mountFields = '', filesystemFields = ''] = line.split(' - ');
  const [id, parent, device, root, point] = mountFields.split(' ');
  const [type, source = '', superOptions = ''] = filesystemFields.split(' ');
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
  // In a container the options of the mount can be read-only although those of the file system are not.
  // ext4 uses the option emergency_ro after an error (since Linux 6.15).
  return {
    id,
    parent,
    device,
    root: unescapeOctal(root),
    point: unescapeOctal(point),
    type,
    source,
    readOnly: options.includes('ro') || options.includes('emergency_ro'),
  };
}

const parseMountinfo = (text: string | undefined) => (text ?? '').split('\n').flatMap((line) => parseLine(line) ?? []);

const mountsOfProcess = (roots: HostRoots) => parseMountinfo(tryReadTextSync(roots.proc('self/mountinfo')));

/** The mounts that this process sees below the host's root. */
function visibleHostMounts(roots: HostRoots): MountinfoLine[] {
  const prefix = roots.host().replace(/\/$/, '');
  return mountsOfProcess(roots)
    .filter(({ point }) => point === prefix || point.startsWith(`${prefix}/`))
    .map((line) => ({ ...line, point: line.point.slice(prefix.length) || '/' }));
}

/** The mounts of the host's init, if the agent is in a container and can read them. */
function hostInitMounts(roots: HostRoots): MountinfoLine[] | undefined {
  const lines = roots.isHostRoot ? [] : parseMountinfo(tryReadTextSync(roots.proc('1/mountinfo')));
  return lines.length === 0 ? undefined : lines;
}

/** A path and all folders above it, the root first. */
const pathsDownTo = (path: string) => [
  ...[...path.matchAll(/\/(?=.)/g)].map(({ index }) => path.slice(0, index) || '/'),
  path,
];

/** Returns a function that finds the mount of a path. A mount can cover another one at the same mount point. */
function createMountLookup(lines: readonly MountinfoLine[]): (path: string) => MountinfoLine | undefined {
  const byParentAndPoint = new Map(
    lines.filter(({ id, parent }) => id !== parent).map((line) => [`${line.parent} ${line.point}`, line]),
  );
  const root = lines.find(({ point }) => point === '/');
  return (path) => {
    let mount = root;
    for (const point of pathsDownTo(path)) {
      const coveringMount = () => byParentAndPoint.get(`${mount?.id} ${point}`);
      for (let next = coveringMount(); next !== undefined; next = coveringMount()) mount = next;
    }
    return mount;
  };
}

/** Returns a function that tells whether a path of the host is hidden from this process: the container has a different
 * file system there, or lacks one that was mounted after its start. */
export function createHiddenPathCheck(roots: HostRoots): (path: string) => boolean {
  const hostMounts = hostInitMounts(roots);
  if (hostMounts === undefined || visibleHostMounts(roots).length === 0) return () => false;
  const [mountHere, mountOnHost] = [createMountLookup(mountsOfProcess(roots)), createMountLookup(hostMounts)];
  return (path) => mountHere(roots.host(path).replace(/(?<=.)\/$/, ''))?.device !== mountOnHost(path)?.device;
}

/** Selects each file system once, at its first mount point that is not a bind mount. `excluded`: those that the
 * settings exclude. */
export function selectWatchedAndExcludedMounts(
  roots: HostRoots,
  verdict: (point: string) => GlobVerdict,
): { watched: Mount[]; excluded: Mount[] } {
  const withoutDevice = new Set(
    [...(tryReadTextSync(roots.proc('filesystems')) ?? '').matchAll(/^nodev\t(.*)$/gm)].map(([, type]) => type),
  );
  const isSelectedByDefault = (line: MountinfoLine) => {
    const { type, root, point, source } = line;
    // Fedora's system image (composefs) is always full; the file system that contains it is mounted at /sysroot.
    if (point === '/' && (type === 'overlay' || root !== '/')) return source !== 'composefs';
    if (containerPaths.test(point)) return false;
    // The root of a mount can be a folder of a share or a subvolume; with other types that means a bind mount.
    if (isRemoteMount(line)) return !helperTypes.test(type);
    if (poolTypes.test(type)) return true;
    return root === '/' && !withoutDevice.has(type) && !imageTypes.test(type);
  };
  // Later lines cover earlier ones at the same mount point.
  const mounts = new Map((hostInitMounts(roots) ?? visibleHostMounts(roots)).map((line) => [line.point, line]));
  // Any access to an automount point, included or not, would mount it and wait for its server.
  for (const { point, type } of [...mounts.values()]) if (type === 'autofs') mounts.delete(point);
  const watched = new Map<string, Mount>();
  const excluded: Mount[] = [];
  for (const line of mounts.values()) {
    const result = verdict(line.point);
    if (result === 'included') watched.set(line.point, line);
    else if (isSelectedByDefault(line)) {
      if (result === 'excluded') excluded.push(line);
      else if (!watched.has(line.device)) watched.set(line.device, line);
    }
  }
  return { watched: [...watched.values()], excluded };
}
