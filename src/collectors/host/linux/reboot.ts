import { existsSync, realpathSync } from 'node:fs';
import { listFolderSync, tryReadTextSync } from '../../../lib/files.ts';
import { resolveHostPath } from '../../../lib/host-path.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { HostMounts } from './host-mounts.ts';

export interface RebootNeed {
  /** Undefined if nobody knows. */
  required?: boolean;
  /** What wants the reboot: packages, or the newer kernel; undefined if nobody says. */
  packages?: string[];
}

/** Files that exist while a reboot is required: Debian and Ubuntu, openSUSE, image-based Fedora. */
const noticeFiles = ['run/reboot-required', 'run/reboot-needed', 'run/ostree/staged-deployment'];

/** Programs that write /run/reboot-required: without one of them its absence means nothing. */
const notifiers = [
  'etc/kernel/postinst.d/unattended-upgrades',
  'etc/kernel/postinst.d/update-notifier',
  'etc/kernel/postinst.d/reboot-notifier',
  'usr/share/update-notifier/notify-reboot-required',
];

interface KernelRelease {
  release: string;
  /** 6.8.0-45 of 6.8.0-45-generic; −1 stands for “rc”, so that 6.18.0-rc7 comes before 6.18.0. */
  version: number[];
  /** generic: kernels of another flavour are for another machine or purpose. */
  flavour: string;
}

/** Numbers, also those of distributions (deb13, fc41) and of their own revisions (arch1), at the beginning of a
 * release. */
const versionPattern =
  /^\d+\.\d+(?:\.\d+)*(?:[-.+~_](?:\d+(?![a-z])|(?:(?:deb|bpo|fc|el|arch|zen|rc|hardened)\d+|rpt)(?=[-.+~_]|$)))*/i;

/** A distribution's own revision after its name: gentoo-r1, lqx2, xanmod1. The 8 of rpi-v8 names a processor. */
const revisionPattern = /-r(\d+)(?=-|$)|(?<=[a-z]{3})(\d+)$/i;
const preRelease = -1;

function parseKernelRelease(release: string): KernelRelease[] {
  const start = versionPattern.exec(release)?.[0];
  if (start === undefined) return [];
  const rest = release.slice(start.length).replace(/^[-._]/, '');
  const revision = revisionPattern.exec(rest);
  const numbers = [...start.matchAll(/rc|\d+/gi)].map(([word]) => (/\d/.test(word) ? Number(word) : preRelease));
  return [
    {
      release,
      version: revision === null ? numbers : [...numbers, Number(revision[1] ?? revision[2])],
      flavour: rest.replace(revision?.[0] ?? '', ''),
    },
  ];
}

function compareVersions(a: KernelRelease, b: KernelRelease): number {
  const length = Math.max(a.version.length, b.version.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (a.version[index] ?? 0) - (b.version[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Kernels in /boot or, where their files have no version in their names, those with modules. */
function installedKernels(roots: HostRoots, mounts: HostMounts): KernelRelease[] {
  // To list an automount would mount it, and keep it mounted.
  const images = mounts.hasAutomount('/boot') ? [] : listFolderSync(resolveHostPath(roots, 'boot'));
  const inBoot = images
    .flatMap((name) => /^(?:vmlinu[xz]|kernel|linux|Image)-(\d.*)$/.exec(name)?.[1] ?? [])
    .filter((release) => !/\.(old|img|efi|sig)$/.test(release))
    .flatMap(parseKernelRelease);
  return inBoot.length > 0 ? inBoot : listFolderSync(resolveHostPath(roots, 'lib/modules')).flatMap(parseKernelRelease);
}

/** The newest installed kernel of the running one's flavour, or the one that Proxmox is told to boot; undefined if the
 * installed kernels say nothing about the running one. */
function kernelToBoot(roots: HostRoots, mounts: HostMounts, running: KernelRelease): KernelRelease | undefined {
  const kernels = installedKernels(roots, mounts).filter(({ flavour }) => flavour === running.flavour);
  const pinned = tryReadTextSync(resolveHostPath(roots, 'etc/kernel/proxmox-boot-pin'));
  const next =
    kernels.find(({ release }) => release === pinned) ??
    kernels.reduce<KernelRelease | undefined>(
      (newest, kernel) => (newest === undefined || compareVersions(kernel, newest) > 0 ? kernel : newest),
      undefined,
    );
  const isRunningInstalled = kernels.some(({ release }) => release === running.release);
  return next !== undefined && (isRunningInstalled || compareVersions(next, running) > 0) ? next : undefined;
}

/** On NixOS: whether the system that was booted has another kernel, initrd or modules than the current one. */
function isNixosRebootRequired(roots: HostRoots): boolean | undefined {
  const target = (path: string) => {
    try {
      return realpathSync(resolveHostPath(roots, path));
    } catch {
      return undefined;
    }
  };
  const pairs = ['kernel', 'initrd', 'kernel-modules'].map((name) => [
    target(`run/booted-system/${name}`),
    target(`run/current-system/${name}`),
  ]);
  if (pairs.some(([booted, current]) => booted !== undefined && current !== undefined && booted !== current))
    return true;
  return pairs[0]?.[0] !== undefined && pairs[0][1] !== undefined ? false : undefined;
}

/** Whether the system says that it must be restarted, or a newer kernel than the running one is installed. “No” is said
 * only where something would say “yes”. */
export function readRebootNeed(roots: HostRoots, mounts: HostMounts): RebootNeed {
  const exists = (path: string) => existsSync(resolveHostPath(roots, path));
  const [running] = parseKernelRelease(tryReadTextSync(roots.proc('sys/kernel/osrelease')) ?? '');
  const kernel = running && kernelToBoot(roots, mounts, running);
  const newer = kernel !== undefined && kernel.release !== running?.release ? kernel : undefined;
  const isRunHidden = mounts.isHidden('/run');
  const isNoticed = !isRunHidden && noticeFiles.some(exists);
  const byNixos = isRunHidden ? undefined : isNixosRebootRequired(roots);
  if (isNoticed || newer !== undefined || byNixos === true) {
    const listed = isNoticed ? (tryReadTextSync(resolveHostPath(roots, 'run/reboot-required.pkgs')) ?? '') : '';
    const names = [...new Set(listed.split('\n').map((name) => name.trim()))].filter((name) => name !== '');
    const isListed = newer !== undefined && names.some((name) => name.includes(newer.release));
    const packages = [...names, ...(newer === undefined || isListed ? [] : [`Linux ${newer.release}`])];
    return { required: true, ...(packages.length === 0 ? {} : { packages }) };
  }
  const wouldBeKnown = !isRunHidden && (notifiers.some(exists) || kernel !== undefined || byNixos === false);
  return wouldBeKnown ? { required: false, packages: [] } : {};
}
