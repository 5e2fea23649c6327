import { symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HostMountsReader } from '../../../../src/collectors/host/linux/host-mounts.ts';
import { readRebootNeed } from '../../../../src/collectors/host/linux/reboot.ts';
import type { HostRoots } from '../../../../src/model/host-roots.ts';
import { tree } from '../../../helpers/tree.ts';

const rebootNeedOf = (roots: HostRoots) => readRebootNeed(roots, new HostMountsReader(roots).read());
/** A machine that runs this kernel, with these files below its root. */
const machine = (release: string, ...paths: string[]) =>
  tree({
    'proc/sys/kernel/osrelease': `${release}\n`,
    ...Object.fromEntries(paths.map((path) => [`root/${path}`, ''])),
  });
const need = (release: string, ...paths: string[]) => rebootNeedOf(machine(release, ...paths));
const modules = (...releases: string[]) => releases.map((release) => `lib/modules/${release}/modules.dep`);
const images = (...releases: string[]) => releases.map((release) => `boot/vmlinuz-${release}`);
const no = { required: false, packages: [] };
const yes = (...packages: string[]) => ({ required: true, ...(packages.length === 0 ? {} : { packages }) });

test('nobody knows: unknown', () => {
  expect(need('6.8.0-1-amd64')).toEqual({});
  expect(need('6.8.0-1-amd64', 'var/lib/dpkg/status', 'etc/kernel/postinst.d/initramfs-tools')).toEqual({});
  expect(rebootNeedOf(tree({}))).toEqual({});
});

test.each([
  'etc/kernel/postinst.d/unattended-upgrades',
  'etc/kernel/postinst.d/update-notifier',
  'etc/kernel/postinst.d/reboot-notifier',
  'usr/share/update-notifier/notify-reboot-required',
])('who would say yes says no by silence: %s', (notifier) => expect(need('6.8.0-1-amd64', notifier)).toEqual(no));

test.each(['run/reboot-required', 'run/reboot-needed', 'run/ostree/staged-deployment'])('%s', (notice) =>
  expect(need('6.8.0', notice)).toEqual(yes()),
);

test('the packages that want it, each once', () => {
  const files = {
    'root/run/reboot-required': '*** System restart required ***\n',
    'root/run/reboot-required.pkgs': 'libc6\nlinux-image-6.8.0-45-generic\nlinux-base\nlibc6\n\n',
    'proc/sys/kernel/osrelease': '6.8.0-44-generic\n',
    'root/boot/vmlinuz-6.8.0-45-generic': '',
  };
  expect(rebootNeedOf(tree(files))).toEqual(yes('libc6', 'linux-image-6.8.0-45-generic', 'linux-base'));
});

test.each([
  ['Debian', '6.12.48+deb13-amd64', '6.12.57+deb13-amd64'],
  ['Debian’s backports', '6.1.0-26-amd64', '6.5.0-0.deb12.4-amd64'],
  ['Ubuntu', '6.8.0-45-generic', '6.8.0-101-generic'],
  ['Proxmox', '6.8.12-4-pve', '6.14.8-2-pve'],
  ['Raspberry Pi OS', '6.6.51+rpt-rpi-2712', '6.12.25+rpt-rpi-2712'],
  ['Fedora', '6.11.4-301.fc41.x86_64', '6.11.10-300.fc41.x86_64'],
  ['RHEL', '5.14.0-427.13.1.el9_4.x86_64', '5.14.0-503.11.1.el9_5.x86_64'],
  ['openSUSE', '6.4.0-150600.23.7-default', '6.4.0-150600.23.25-default'],
  ['Arch, which leaves no modules of the running kernel', '6.11.4-arch1-1', '6.11.5-arch1-1'],
  ['Gentoo', '6.6.58-gentoo', '6.6.58-gentoo-r1'],
  ['Alpine', '6.6.58-0-lts', '6.6.60-0-lts'],
  ['a revision after the name of the flavour', '6.12.0-lqx1', '6.12.1-lqx2'],
  ['XanMod', '6.12.58-x64v3-xanmod1', '6.12.58-x64v3-xanmod2'],
  ['a release after its candidates', '6.18.0-rc7', '6.18.0'],
  ['a candidate after another', '6.18.0-rc7', '6.18.0-rc10'],
])('a newer kernel than the running one is installed: %s', (_, running, newer) => {
  expect(need(running, ...modules(newer))).toEqual(yes(`Linux ${newer}`));
  expect(need(running, ...images(running, newer))).toEqual(yes(`Linux ${newer}`));
  expect(need(newer, ...images(running, newer))).toEqual(no);
  expect(need(newer, ...modules(newer))).toEqual(no);
});

test.each([
  ['for another board', '6.6.51+rpt-rpi-v8', '6.12.25+rpt-rpi-2712'],
  ['for another purpose', '6.6.58-1-lts', '6.11.5-arch1-1'],
  ['with debugging', '6.4.0-150600.23.7-default', '6.4.0-150600.23.25-debug'],
  ['as zen', '6.11.5-arch1-1', '6.11.6-zen1-1-zen'],
])('a newer kernel %s says nothing', (_, running, other) => {
  expect(need(running, ...images(running, other))).toEqual(no);
  expect(need(running, ...images(other))).toEqual({});
});

test('an installed kernel that is older than the running one says nothing', () =>
  expect(need('6.9.0-1-amd64', ...images('6.1.0-1-amd64'))).toEqual({}));

test('modules behind a link that would lead out of the host’s root', () => {
  const roots = machine('6.8.0-1-amd64', 'usr/lib/modules/6.8.1-1-amd64/modules.dep');
  symlinkSync('/usr/lib', roots.host('lib'));
  expect(rebootNeedOf(roots)).toEqual(yes('Linux 6.8.1-1-amd64'));
});

test('a container has the kernel of its host, about which its own kernels say nothing', () =>
  expect(need('6.8.12-4-pve', ...images('6.1.0-26-amd64'))).toEqual({}));

test('files of /boot that are no kernels', () =>
  expect(
    need('6.8.0-45-generic', ...images('6.8.0-45-generic', '6.9.0-1-generic.old', '0-rescue-4f1c'), 'boot/vmlinuz'),
  ).toEqual(no));

test('the kernel that Proxmox is told to boot', () => {
  const files = {
    'proc/sys/kernel/osrelease': '6.5.13-5-pve\n',
    'root/boot/vmlinuz-6.5.13-5-pve': '',
    'root/boot/vmlinuz-6.8.12-4-pve': '',
    'root/etc/kernel/proxmox-boot-pin': '6.5.13-5-pve\n',
  };
  expect(rebootNeedOf(tree(files))).toEqual(no);
  expect(rebootNeedOf(tree({ ...files, 'proc/sys/kernel/osrelease': '6.8.12-4-pve\n' }))).toEqual(
    yes('Linux 6.5.13-5-pve'),
  );
});

test('an automount at /boot is not looked into', () => {
  const mountinfo = '40 22 0:35 / /boot rw,relatime shared:20 - autofs systemd-1 rw,fd=60\n';
  const files = { 'proc/sys/kernel/osrelease': '6.8.0-case\n', 'root/boot/vmlinuz-6.9.0-case': '' };
  expect(rebootNeedOf(tree(files))).toEqual(yes('Linux 6.9.0-case'));
  expect(rebootNeedOf(tree({ ...files, 'proc/1/mountinfo': mountinfo }))).toEqual({});
});

test('NixOS: the booted system beside the current one', () => {
  const store = (name: string) => `nix/store/${name}/kernel`;
  const roots = machine('6.6.58', store('a-system'), store('b-system'), 'run/x');
  symlinkSync('/nix/store/a-system', roots.host('run/booted-system'));
  symlinkSync('/nix/store/a-system', roots.host('run/current-system'));
  expect(rebootNeedOf(roots)).toEqual(no);
  const updated = machine('6.6.58', store('a-system'), store('b-system'), 'run/x');
  symlinkSync('/nix/store/a-system', updated.host('run/booted-system'));
  symlinkSync('/nix/store/b-system', updated.host('run/current-system'));
  expect(rebootNeedOf(updated)).toEqual(yes());
});

test('where a tmpfs of the container covers the host’s /run, only a newer kernel is known', () => {
  const { host } = tree({ 'root/etc/kernel/postinst.d/unattended-upgrades': '' });
  const root = host().replace(/\/$/, '');
  const files = {
    'proc/sys/kernel/osrelease': '6.8.0-case\n',
    'proc/1/mountinfo': '1 0 8:1 / / rw - ext4 x rw\n2 1 0:25 / /run rw - tmpfs x rw\n',
    'proc/self/mountinfo': `10 9 0:60 / / ro - overlay x ro\n11 10 8:1 / ${root} ro - ext4 x rw\n12 11 0:25 / ${root}/run ro - tmpfs x rw\n`,
  };
  const seeing = (more = '') =>
    Object.assign(tree({ ...files, 'proc/self/mountinfo': files['proc/self/mountinfo'] + more }), { host });
  const covered = `13 12 0:70 / ${root}/run rw - tmpfs x rw\n`;
  expect(rebootNeedOf(seeing())).toEqual(no);
  expect(rebootNeedOf(seeing(covered))).toEqual({});
});
