import { expect, test } from 'vitest';
import { createHiddenPathCheck, selectWatchedAndExcludedMounts } from '../../../../src/collectors/host/linux/mounts.ts';
import { createGlobClassifier } from '../../../../src/lib/glob-classifier.ts';
import { tree } from '../../../helpers/tree.ts';

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
].join('\n');

/** What is watched and left out of these lines: mount point, device, folder within, type, options. */
function judge(lines: string[], settings: Partial<Parameters<typeof createGlobClassifier>[0]> = {}) {
  const mountinfo = lines.map((line) => {
    const [point, device, root, type, options = 'rw', source = 'source'] = line.split(' ');
    return `1 1 ${device} ${root} ${point} rw,relatime shared:1 master:2 - ${type} ${source} ${options}`;
  });
  const roots = tree({ 'proc/filesystems': filesystems, 'proc/1/mountinfo': `${mountinfo.join('\n')}\n` });
  const { watched, excluded } = selectWatchedAndExcludedMounts(
    roots,
    createGlobClassifier({ include: [], exclude: [], ...settings }),
  );
  return {
    watched: watched.map(({ point, readOnly }) => (readOnly ? `${point} read-only` : point)),
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
  expect(watched('/ 0:9 / overlay', '/etc/hosts 8:1 /docker/hosts ext4')).toEqual(['/']);
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
  expect(selectWatchedAndExcludedMounts(mixed, () => 'default').watched.map(({ point }) => point)).toEqual([
    '/',
    '/mnt',
  ]);
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
  return places.filter(createHiddenPathCheck(roots));
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
