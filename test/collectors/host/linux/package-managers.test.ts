import { expect, test } from 'vitest';
import {
  parseAptSimulation,
  parseDnfUpdateCount,
  parsePacmanUpdateCount,
} from '../../../../src/collectors/host/linux/package-managers.ts';

test('apt: what is updated, and which of it for security', () => {
  const text = `Reading package lists...
Building dependency tree...
The following packages have been kept back:
  held
Inst libc6 [2.41-12] (2.41-12+deb13u1 Debian-Security:13/stable-security [amd64])
Inst linux-image-6.12.57+deb13-amd64 (6.12.57-1 Debian:13.2/stable [amd64])
Inst tzdata [2025a-2] (2025b-4+deb13u1 Debian:13.2/stable [all]) []
Inst openssl [3.0.13-0ubuntu3.4] (3.0.13-0ubuntu3.6 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [amd64])
Inst security-misc [1] (2 Vendor:1/main [all])
Conf libc6 (2.41-12+deb13u1 Debian-Security:13/stable-security [amd64])
Remv old [1.0]
`;
  expect(parseAptSimulation(text)).toEqual({ count: 4, securityCount: 2 });
  expect(parseAptSimulation('0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n')).toEqual({
    count: 0,
    securityCount: 0,
  });
});

test('dnf: a line a package, without what is obsolete', () => {
  const text = `
kernel.x86_64                     6.11.4-301.fc41            updates
python3.13-libs.i686              3.13.0-1.fc41              updates
java-17-openjdk.x86_64            1:17.0.13.0.11-1.fc41      @commandline
Obsoleting Packages
grub2-tools.x86_64                1:2.12-11.fc41             updates
    grub2-tools.x86_64            1:2.12-10.fc41             @System
`;
  expect(parseDnfUpdateCount(text)).toBe(3);
  expect(parseDnfUpdateCount('')).toBe(0);
  expect(parseDnfUpdateCount('Last metadata expiration check: 0:12:01 ago on Wed 1 Jan 2026.\n')).toBe(0);
});

test('pacman: without packages that are held back', () => {
  expect(parsePacmanUpdateCount('linux 6.11.4.arch1-1 -> 6.11.5.arch1-1\nzlib 1:1.3-1 -> 1:1.4-1 [ignored]\n')).toBe(1);
  expect(parsePacmanUpdateCount('')).toBe(0);
});
