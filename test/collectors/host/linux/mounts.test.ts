import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HostMountsReader } from '../../../../src/collectors/host/linux/host-mounts.ts';
import { listWatchedAndExcludedMounts } from '../../../../src/collectors/host/linux/mounts.ts';
import { createIncludeExcludeMatcher } from '../../../../src/lib/include-exclude-matcher.ts';
import type { HostRoots } from '../../../../src/model/host-roots.ts';
import { tree } from '../../../helpers/tree.ts';

const mountsOf = (roots: HostRoots) => new HostMountsReader(roots).read();

const filesystems = [
  'nodev\tproc',
  'nodev\ttmpfs',
  'nodev\toverlay',
  'nodev\tautofs',
  'nodev\tnfs4',
  'nodev\tfuse',
  'nodev\tzfs',
  '\text4',
  '\tvfat',
  '\tfuseblk',
  'nodev\tubifs',
  'nodev\tjffs2',
  'nodev\tvboxsf',
  'nodev\trootfs',
  '\tsquashfs',
].join('\n');

/** What is watched and left out of these lines: mount point, device, folder within, type, options, source. Each is
 * mounted in the mount that its path is in by then. `files` lie in the host's root. */
function judge(
  lines: string[],
  settings: Partial<Parameters<typeof createIncludeExcludeMatcher>[0]> = {},
  files: Record<string, string> = {},
) {
  const points: string[] = [];
  const mountinfo = lines.map((line, index) => {
    const [point = '', device, root, type, options = 'rw', source = 'source'] = line.split(' ');
    const isIn = (folder: string) => folder === point || folder === '/' || point.startsWith(`${folder}/`);
    const depth = (folder: string) => (folder === '/' ? 0 : folder.length);
    const parent = points.reduce(
      (best, folder, at) => (isIn(folder) && (best < 0 || depth(folder) >= depth(points[best] ?? '')) ? at : best),
      -1,
    );
    points.push(point);
    return `${index + 10} ${parent + 10} ${device} ${root} ${point} rw,relatime shared:1 master:2 - ${type} ${source} ${options}`;
  });
  const roots = tree({
    ...Object.fromEntries(Object.entries(files).map(([path, content]) => [`root${path}`, content])),
    'proc/filesystems': filesystems,
    'proc/1/mountinfo': `${mountinfo.join('\n')}\n`,
  });
  const { watched, excluded } = listWatchedAndExcludedMounts(
    roots,
    mountsOf(roots),
    createIncludeExcludeMatcher({ include: [], exclude: [], ...settings }),
  );
  return {
    watched: watched.map(({ point, readOnly, hiddenBecause }) =>
      [point, ...(readOnly ? ['read-only'] : []), ...(hiddenBecause === undefined ? [] : ['hidden'])].join(' '),
    ),
    excluded: excluded.map(({ point }) => point),
  };
}
const watched = (...lines: string[]) => judge(lines).watched;

test('spaces, tabs, backslashes and non-ASCII characters', () => {
  expect(watched('/a\\040b 8:1 / ext4', '/c\\011d\\134e 8:2 / ext4', '/müsic 8:3 / ext4')).toEqual([
    '/a b',
    '/c\td\\e',
    '/müsic',
  ]);
});
test('the topmost of several mounts at one point counts', () => {
  expect(watched('/mnt 8:1 / ext4', '/mnt 8:2 / ext4 ro')).toEqual(['/mnt read-only']);
  expect(watched('/nas 0:5 / autofs', '/nas 0:6 / nfs4')).toEqual(['/nas']);
});
test('an automount point that is not mounted is never accessed, included or not', () => {
  expect(judge(['/nas 0:5 / autofs', '/mnt 8:1 / ext4'], { include: ['/**'] })).toEqual({
    watched: ['/mnt'],
    excluded: [],
  });
});
test('bind mounts of a folder or of a whole file system are excluded', () => {
  expect(watched('/ 8:1 / ext4', '/export 8:1 /srv/files ext4', '/mnt 8:2 / ext4', '/srv/mnt 8:2 / ext4')).toEqual([
    '/',
    '/mnt',
  ]);
});
test('subvolumes of one file system count once, datasets of a pool each', () => {
  expect(watched('/ 0:30 /@ btrfs', '/home 0:30 /@home btrfs', '/tank 0:31 / zfs', '/tank/media 0:32 / zfs')).toEqual([
    '/',
    '/tank',
    '/tank/media',
  ]);
});
test('a folder of a share is not a bind mount', () =>
  expect(watched('/a 0:5 /sub cifs', '/b 0:6 / nfs4', '/c 0:7 / fuse.sshfs')).toEqual(['/a', '/b', '/c']));
test('network namespaces with a name are excluded: the kernel does not register their type', () =>
  expect(watched('/ 8:1 / ext4', '/run/netns 8:1 /run/netns ext4', '/run/netns/vpn 0:4 net:[4026532177] nsfs')).toEqual(
    ['/'],
  ));
test('kernel, memory and image file systems are excluded', () => {
  expect(
    watched('/proc 0:1 / proc', '/run 0:2 / tmpfs', '/snap/x/1 7:0 / squashfs ro', '/merged 0:3 / overlay'),
  ).toEqual([]);
});
test('FUSE mounts of helpers are excluded', () => {
  const types = [
    'gvfsd-fuse',
    'portal',
    'lxcfs',
    'snapfuse',
    'squashfuse',
    'kio-fuse',
    'fuse-overlayfs',
    'Editor.AppImage',
  ];
  expect(watched(...types.map((type, index) => `/${type} 0:${index} / fuse.${type}`))).toEqual([]);
});
test('FUSE mounts of images, archives and backups are excluded', () => {
  const types = ['dwarfs', 'erofsfuse', 'fuseiso', 'archivemount', 'ratarmount', 'restic', 'squashfuse_ll', 'fuse-zip'];
  const mounts = types.map((type, index) => `/${type} 0:${index} / fuse.${type}`);
  expect(watched(...mounts, '/mnt/nas 0:90 / fuse.sshfs')).toEqual(['/mnt/nas']);
});
test('FUSE mounts that show what lies on another file system are excluded, those of several disks are not', () => {
  const types = ['gocryptfs', 'cryfs', 'encfs', 'securefs', 'bindfs'];
  const mounts = types.map((type, index) => `/${type} 0:${index} / fuse.${type}`);
  expect(watched('/ 8:1 / ext4', ...mounts, '/pool 0:90 / fuse.mergerfs')).toEqual(['/', '/pool']);
});
test('container layers and Proxmox’s configuration are excluded, a disk for containers is not', () => {
  expect(
    watched(
      '/var/lib/docker 8:3 / ext4',
      '/var/lib/docker/zfs/graph/1 0:40 / zfs',
      '/var/lib/kubelet/pods/x/mount 8:4 / ext4',
      '/etc/pve 0:41 / fuse',
      '/mnt/tape 0:42 / fuse',
    ),
  ).toEqual(['/var/lib/docker', '/mnt/tape']);
});
test('the root of a container is watched, a system image is not', () => {
  expect(
    judge(
      ['/ 0:9 / overlay', '/etc/hosts 8:1 /docker/hosts ext4', '/data 8:1 /docker/data ext4'],
      {},
      { '/etc/hosts': '' },
    ),
  ).toEqual({
    watched: ['/', '/data'],
    excluded: [],
  });
  expect(watched('/ 7:1 / squashfs', '/overlay 0:16 / jffs2')).toEqual(['/overlay']);
  expect(watched('/ 8:1 /subvol-101 ext4')).toEqual(['/']);
  expect(watched('/ 0:9 / overlay ro composefs', '/sysroot 8:3 / ext4 ro', '/var 8:3 /ostree/var ext4')).toEqual([
    '/sysroot read-only',
  ]);
});
test('read-only comes from the file system’s options, of old and new kernels', () => {
  expect(
    watched(
      '/a 8:1 / ext4 rw,errors=remount-ro',
      '/b 8:2 / ext4 ro,errors=remount-ro',
      '/c 8:3 / ext4 rw,emergency_ro',
    ),
  ).toEqual(['/a', '/b read-only', '/c read-only']);
});
test('globs select from the default selection, or other mounts', () => {
  const lines = ['/ 8:1 / ext4', '/boot/efi 8:2 / vfat', '/run 0:2 / tmpfs'];
  expect(judge(lines, { exclude: ['/boot/**'] })).toEqual({ watched: ['/'], excluded: ['/boot/efi'] });
  expect(judge(lines, { include: ['/run'] })).toEqual({ watched: ['/run'], excluded: ['/', '/boot/efi'] });
});
test('a container that can’t see the host’s init: mounts below the host’s root', () => {
  const roots = tree({ 'proc/filesystems': filesystems });
  const place = roots.host().replace(/\/$/, '');
  const lines = [
    `1 1 8:1 / ${place} rw - ext4 x rw`,
    `2 1 8:2 / ${place}/mnt rw - ext4 x rw`,
    `3 1 8:3 / ${place}-not rw - ext4 x rw`,
    '4 1 8:4 / / rw - ext4 x rw',
  ];
  const own = tree({ 'proc/filesystems': filesystems, 'proc/self/mountinfo': `${lines.join('\n')}\n` });
  const mixed = Object.assign(Object.create(own), own, { host: roots.host });
  expect(
    listWatchedAndExcludedMounts(mixed, mountsOf(mixed), () => 'default').watched.map(({ point }) => point),
  ).toEqual(['/', '/mnt']);
});

test('a mount that another one covers is hidden, unless it is the same file system', () => {
  expect(
    watched(
      '/ 8:1 / ext4',
      '/data 7:0 / ext4',
      '/data/inner 7:1 / ext4',
      '/data 7:2 / ext4',
      '/tmp 8:5 / ext4',
      '/tmp 8:5 /private ext4',
    ),
  ).toEqual(['/', '/data', '/data/inner hidden', '/tmp']);
});
test('a file system below one in memory at the same place is hidden, not gone', () => {
  expect(
    watched('/ 8:1 / ext4', '/home 8:2 / ext4', '/home 0:50 / tmpfs', '/opt 8:3 / ext4', '/opt 0:51 / overlay'),
  ).toEqual(['/', '/home hidden', '/opt hidden']);
  expect(watched('/ 0:2 / rootfs', '/ 8:1 / ext4', '/mnt 0:50 / autofs', '/mnt 8:2 / ext4')).toEqual(['/', '/mnt']);
});
test('a file system that is covered in one place is watched in another', () => {
  expect(watched('/ 8:1 / ext4', '/home 8:2 / ext4', '/srv/home 8:2 / ext4', '/home 0:50 / tmpfs')).toEqual([
    '/',
    '/srv/home',
  ]);
});
test('file systems in memory are watched as the root and for logs', () => {
  expect(watched('/ 0:2 / rootfs', '/var/log 0:20 / tmpfs', '/run 0:21 / tmpfs', '/boot 8:1 / vfat')).toEqual([
    '/',
    '/var/log',
    '/boot',
  ]);
  expect(watched('/ 0:2 / tmpfs', '/nix 0:30 /nix btrfs', '/tmp 0:22 / tmpfs')).toEqual(['/', '/nix']);
});
test('flash file systems and shares of virtual machines have no device', () =>
  expect(watched('/ 0:15 / ubifs', '/data 0:16 / ubifs', '/old 0:17 / jffs2', '/share 0:18 / vboxsf')).toEqual([
    '/',
    '/data',
    '/old',
    '/share',
  ]));
test('a folder is watched if its file system has no other mount, a file is not', () => {
  const lines = [
    '/ 0:50 / zfs rw pool/subvol',
    '/etc/resolv.conf 8:17 /resolv.conf ext4',
    '/mnt/media 8:17 /media ext4',
  ];
  expect(judge(lines, {}, { '/etc/resolv.conf': '', '/mnt/media/film': '' }).watched).toEqual(['/', '/mnt/media']);
  expect(watched('/ 8:1 / ext4', '/a 8:2 /x ext4', '/b 8:2 /y ext4')).toEqual(['/', '/a']);
});
test('layers, volumes and pods of all engines, wherever their data are', () => {
  const places = [
    '/var/lib/containerd/x',
    '/var/lib/incus/storage-pools/default/containers/web',
    '/var/lib/lxd/shmounts',
    '/var/lib/machines/web',
    '/var/lib/rancher/k3s/storage/pvc',
    '/var/lib/k0s/kubelet/pods/1/volumes/x/mount',
    '/var/snap/microk8s/common/var/lib/kubelet/pods/1/mount',
    '/var/snap/docker/common/x',
    '/run/k3s/containerd/x',
    '/mnt/.ix-apps',
    '/mnt/tank/ix-applications/releases/x',
    '/home/ada/.local/share/containers/storage/btrfs/subvolumes/1',
    '/tank/docker/zfs/graph/0a1b2c3d',
    '/srv/docker/volumes/nas/_data',
    '/usr/lib/wsl/drivers',
    '/mnt/wsl/docker-desktop-bind-mounts/x',
  ];
  expect(watched(...places.map((place, index) => `${place} 0:${index + 30} / zfs`))).toEqual([]);
  expect(
    watched('/var/lib/lxd/storage-pools/ssd 0:30 / btrfs', '/mnt/wsl/disk 8:1 / ext4', '/srv/volumes 8:2 / ext4'),
  ).toEqual(['/var/lib/lxd/storage-pools/ssd', '/mnt/wsl/disk', '/srv/volumes']);
});
test('mounted AppImages and snapshots are left out', () => {
  expect(
    watched(
      '/tmp/.mount_nvimAb 0:75 / fuse.nvim.appimage',
      '/var/tmp/.mount_ObsX 0:76 / fuse.obsidian',
      '/opt/x 0:77 / fuse.x.appimage',
      '/tank/.zfs/snapshot/daily 0:62 / zfs',
      '/mnt/old 0:63 / zfs rw tank/data@old',
      '/nas/.snapshot/hourly.0 0:64 / nfs4',
    ),
  ).toEqual([]);
});
test('names in any bytes', () => {
  const table = (name: Buffer) => Buffer.concat([Buffer.from('1 0 8:1 / /'), name, Buffer.from(' rw - ext4 x rw\n')]);
  const roots = tree({});
  const select = (...names: Buffer[]) => {
    writeFileSync(roots.proc('self/mountinfo'), Buffer.concat(names.map(table)));
    const own = Object.assign(Object.create(roots), roots, { host: () => '/', isHostRoot: true });
    return listWatchedAndExcludedMounts(own, mountsOf(own), () => 'default').watched;
  };
  mkdirSync(roots.proc('self'));
  const [latin1] = select(Buffer.from('Fotos \xe4lter'.replace(' ', '\\040'), 'latin1'));
  expect(latin1).toMatchObject({ point: '/Fotos \ufffdlter', id: '/Fotos \\xe4lter' });
  expect(latin1?.path).toEqual(Buffer.from('/Fotos \xe4lter', 'latin1'));
  expect(select(Buffer.from('müsic'))[0]).toMatchObject({ point: '/müsic', id: '/müsic', path: Buffer.from('/müsic') });
});
test('an automount expires, unless it never does or nobody’s access counts', () => {
  const expiry = (options: string) => {
    const roots = tree({
      'proc/1/mountinfo': [
        '1 0 8:1 / / rw - ext4 x rw',
        `2 1 0:50 / /nas rw - autofs systemd-1 rw,fd=51,pgrp=1,${options}minproto=5,maxproto=5,direct`,
        '3 2 0:51 / /nas rw - nfs4 nas:/ rw',
        '4 3 8:2 / /nas/below rw - ext4 x rw',
      ].join('\n'),
    });
    return listWatchedAndExcludedMounts(roots, mountsOf(roots), () => 'default').watched.map(
      ({ expiresAfterSeconds }) => expiresAfterSeconds,
    );
  };
  expect(expiry('timeout=600,')).toEqual([undefined, 600, 600]);
  expect(expiry('timeout=0,')).toEqual([undefined, undefined, undefined]);
  expect(expiry('timeout=600,strictexpire,')).toEqual([undefined, undefined, undefined]);
  expect(expiry('')).toEqual([undefined, 1, 1]);
});

/** What a container is hidden of these mounts of the host; `own` are its own, where HOST stands for the host's root. */
function hidden(own: string[], places: string[]) {
  const host = [
    '1 0 8:1 / / rw - ext4 x rw',
    '2 1 8:2 / /home rw - ext4 x rw',
    '3 2 8:3 / /home/ada rw - ext4 x rw',
    '4 1 0:25 / /run rw - tmpfs x rw',
    '5 1 0:50 / /nas rw - nfs4 x rw',
  ];
  const { host: root } = tree({ 'etc/hostname': 'nas' });
  const lines = own.map((line) => line.replace('HOST', root().replace(/\/$/, '')));
  const roots = Object.assign(
    tree({ 'proc/1/mountinfo': `${host.join('\n')}\n`, 'proc/self/mountinfo': `${lines.join('\n')}\n` }),
    { host: root },
  );
  return places.filter((place) => mountsOf(roots).isHidden(place));
}
const places = ['/', '/etc', '/home', '/home/ada', '/run', '/nas'];
const bound = [
  '20 10 0:60 / / ro - overlay x ro',
  '21 20 8:1 / HOST ro - ext4 x rw',
  '22 21 8:2 / HOST/home ro - ext4 x rw',
  '23 22 8:3 / HOST/home/ada ro - ext4 x rw',
  '24 21 0:25 / HOST/run ro - tmpfs x rw',
];

test('a container with the whole tree of the host has no hidden paths', () =>
  expect(hidden([...bound, '25 21 0:50 / HOST/nas ro - nfs4 x rw'], places)).toEqual([]));
test('a later mount that did not propagate is hidden', () => expect(hidden(bound, places)).toEqual(['/nas']));
test('paths below a tmpfs are hidden', () => {
  expect(
    hidden([...bound, '30 22 0:70 / HOST/home rw - tmpfs x rw', '31 24 0:71 / HOST/run rw - tmpfs x rw'], places),
  ).toEqual(['/home', '/home/ada', '/run', '/nas']);
});
test('single file systems of the host in a container are visible, and nothing else', () => {
  expect(
    hidden(
      [
        '20 10 0:60 / / ro - overlay x ro',
        '21 20 8:3 / HOST/home/ada ro - ext4 x rw',
        '22 20 0:50 / HOST/nas ro - nfs4 x rw',
      ],
      places,
    ),
  ).toEqual(['/', '/etc', '/home', '/run']);
});
test('where the host’s root is no mount, as a folder that was recorded, nothing is said to be hidden', () =>
  expect(hidden(['20 10 8:1 / / rw - ext4 x rw'], places)).toEqual([]));

test('mounts are parsed again only after a change', () => {
  const roots = tree({ 'proc/1/mountinfo': '1 0 8:1 / / rw - ext4 x rw\n' });
  const reader = new HostMountsReader(roots);
  const before = reader.read();
  expect(reader.read()).toBe(before);
  writeFileSync(roots.proc('1/mountinfo'), '1 0 8:1 / / rw - ext4 x rw\n2 1 8:2 / /mnt rw - ext4 x rw\n');
  expect(reader.read().points).toEqual(['/', '/mnt']);
});
