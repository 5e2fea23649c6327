import type { MountinfoLine } from './mountinfo.ts';

/** File systems that need a server or another process to answer, and so can hang. */
const remoteTypes =
  /^(nfs4?|cifs|smb3|smbfs|9p|ceph|glusterfs|afs|coda|ncpfs|lustre|beegfs|orangefs|davfs|virtiofs|vboxsf|vmhgfs|prl_fs|drvfs|fuse|fuseblk|fuse\..*)$/;

export const isRemoteFilesystemType = (type: string): boolean => remoteTypes.test(type);

/** Images, which are always full, layers, file systems in memory, and namespaces, whose type the kernel does not
 * register. */
const imageTypes = /^(squashfs|erofs|iso9660|udf|cramfs|romfs|overlay|aufs|autofs|rootfs|ramfs|tmpfs|nsfs)$/;
/** Types that the kernel registers as without a device although they are on drives. */
const storageTypesWithoutDevice = /^(zfs|btrfs|bcachefs|ubifs|jffs2)$/;
/** Types whose subvolumes are mounted as folders. */
const subvolumeTypes = /^(btrfs|bcachefs)$/;

/** FUSE file systems of desktops and containers. */
const helperTypes =
  /^fuse\.(gvfsd-fuse|kio-fuse|portal|revokefs-fuse|lxcfs|vmware-vmblock|rofiles-fuse|fuse-overlayfs)$/;
/** FUSE file systems that show an image, an archive or a backup. */
const fuseImageTypes =
  /^fuse\.(snapfuse|squashfuse(_ll)?|erofsfuse|dwarfs2?|fuseiso|fuse-zip|mount-zip|archivemount|ratarmount|restic|borgfs|cvmfs2|.*\.appimage)$/i;

/** Places in which a file system in memory holds what others have on a drive: the root itself (live systems, Unraid,
 * impermanence), and the logs of machines that spare their card (log2ram, folder2ram, Unraid). */
const memoryPlaces = /^\/(var(\/(cache|lib|spool|log(\/.*)?))?)?$/;

/** Layers, volumes and pods of container engines, wherever their data are. A file system on which an engine keeps its
 * data, as /var/lib/docker, is none of these. */
const enginePlaces = [
  // Docker, Podman, CRI-O, containerd and nerdctl, of the system, of users, and as snaps.
  /^\/var\/lib\/(docker|containers\/storage|containerd|nerdctl|buildkit|balena-engine)\//,
  /^(\/var)?\/run\/(docker|containerd|containers|crio|k3s|user\/\d+\/(docker|containers|containerd|buildkit))(\/|$)/,
  /\/\.local\/share\/(docker|containers|containerd|nerdctl|buildkit)\//,
  /^\/var\/snap\/(docker|lxd|microk8s|k8s|multipass)\//,
  /\/(zfs\/graph|btrfs\/subvolumes|devicemapper\/mnt|aufs\/mnt|overlay2?\/[0-9a-f]{64})\//,
  /\/volumes\/[^/]+\/_data$/,
  // Kubernetes: k3s and RKE2 (Rancher), k0s, MicroK8s and all others have kubelet's folder somewhere.
  /\/kubelet\//,
  /^\/var\/lib\/(rancher|k0s|minikube)(\/|$)/,
  /\/alloc\/[0-9a-f]{8}-[0-9a-f-]{27}\//,
  // LXC, LXD, Incus, systemd-nspawn, TrueNAS's applications, Proxmox's configuration, Docker Desktop.
  /^\/var\/lib\/(lxd|incus)\/(?!storage-pools\/[^/]+$)/,
  /^\/var\/lib\/(lxc|machines|portables|waydroid)\//,
  /\/(\.ix-apps|ix-applications)(\/|$)/,
  /^\/etc\/pve$/,
  /^\/(usr\/lib\/wsl|mnt\/wslg|mnt\/wsl\/(docker|rancher)-desktop[^/]*)(\/|$)/,
];
/** Mounted AppImages (their types are the files' own names), and snapshots that somebody looked into. */
const imageAndSnapshotPlaces = [
  /\/\.mount_[^/]+$/,
  /\/\.(zfs\/snapshot|snapshots?|snap)\//,
  /^\/snap\/|\/snapd\/snap\//,
];

/** The root is watched whatever its type, except a system image, which is always full: Fedora's composefs, whose data
 * are in /sysroot, and read-only images of live systems. */
export const isWatchedRootMount = ({ point, type, source }: MountinfoLine): boolean =>
  point === '/' && source !== 'composefs' && !/^(squashfs|erofs|iso9660|udf|cramfs|romfs)$/.test(type);

/** Whether a mount is in a place of container engines, images or snapshots. */
const isInLeftOutPlace = ({ point, type, source }: MountinfoLine): boolean =>
  [...enginePlaces, ...imageAndSnapshotPlaces].some((place) => place.test(point)) ||
  (type === 'zfs' && source.includes('@'));

/** FUSE file systems that show, in another form, what lies on a file system that is watched itself. */
const fuseViewTypes = /^fuse\.(gocryptfs|cryfs|encfs|securefs|bindfs)$/;

/** Programs that give FUSE no subtype have their name as source. */
const fuseType = ({ type, source }: MountinfoLine) => (type === 'fuse' ? `fuse.${source}` : type);

/** Whether a mount of this type and place is watched by default. `withoutDevice`: types that the kernel registers
 * so. */
export function isMountWatchedByDefault(line: MountinfoLine, withoutDevice: ReadonlySet<string>): boolean {
  const { point, type, root } = line;
  if (point === '/') return isWatchedRootMount(line);
  if (isInLeftOutPlace(line)) return false;
  if (isRemoteFilesystemType(type))
    return ![helperTypes, fuseImageTypes, fuseViewTypes].some((types) => types.test(fuseType(line)));
  if (type === 'tmpfs' || type === 'ramfs') return memoryPlaces.test(point) && root === '/';
  return (!withoutDevice.has(type) || storageTypesWithoutDevice.test(type)) && !imageTypes.test(type);
}

/** Whether the line shows a whole file system; with other types than these a folder as root means a bind mount. */
export const isMountOfWholeFilesystem = ({ point, root, type }: MountinfoLine): boolean =>
  point === '/' || root === '/' || isRemoteFilesystemType(type) || subvolumeTypes.test(type);
