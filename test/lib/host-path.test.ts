import { symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { resolveHostPath } from '../../src/lib/host-path.ts';
import { hostRoots, tree } from '../helpers/tree.ts';

test.each([
  ['no link', {}, 'etc/os-release', 'etc/os-release'],
  ['an absolute link', { 'etc/os-release': '/usr/lib/os-release' }, 'etc/os-release', 'usr/lib/os-release'],
  ['a relative one', { 'etc/os-release': '../usr/lib/os-release' }, 'etc/os-release', 'usr/lib/os-release'],
  ['one that would lead out', { 'etc/os-release': '../../../../usr/lib/x' }, 'etc/os-release', 'usr/lib/x'],
  ['a folder', { var: '/mnt/var' }, 'var/lib/dpkg/status', 'mnt/var/lib/dpkg/status'],
  [
    'links to links, as on NixOS',
    { 'etc/os-release': '/etc/static/os-release', 'etc/static': '/nix/store/x-etc/etc' },
    'etc/os-release',
    'nix/store/x-etc/etc/os-release',
  ],
])('a path on the host: %s', (_, links, path, resolved) => {
  const roots = tree({ 'root/etc/hostname': '', 'root/usr/lib/os-release': '' });
  for (const [place, target] of Object.entries(links as Record<string, string>)) symlinkSync(target, roots.host(place));
  expect(resolveHostPath(roots, path)).toBe(roots.host(resolved));
});

test('links in a circle end below the root', () => {
  const roots = tree({ 'root/etc/hostname': '' });
  symlinkSync('/etc/b', roots.host('etc/a'));
  symlinkSync('/etc/a', roots.host('etc/b'));
  expect(resolveHostPath(roots, 'etc/a')).toContain(roots.host().replace(/\/$/, ''));
});

test('the kernel follows the links of this process’s own root', () =>
  expect(resolveHostPath(hostRoots(), 'etc/os-release')).toBe('/etc/os-release'));
