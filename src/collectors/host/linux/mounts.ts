import { tryReadTextSync } from '../../../lib/files.ts';
import type { IncludeExcludeVerdict } from '../../../lib/include-exclude-matcher.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { decodeByteStringAsUtf8, type HostMounts, type Mount } from './host-mounts.ts';
import { isMountOfWholeFilesystem, isMountWatchedByDefault } from './mount-rules.ts';
import type { MountinfoLine } from './mountinfo.ts';

export interface WatchedAndExcludedMounts {
  watched: Mount[];
  /** Those that the settings exclude. */
  excluded: Mount[];
  /** All mount points. */
  points: readonly string[];
  /** Those of the default selection. */
  defaultPoints: readonly string[];
}

/** The types that the kernel registers as without a device. */
const typesWithoutDevice = (roots: HostRoots): ReadonlySet<string> =>
  new Set(
    [...(tryReadTextSync(roots.proc('filesystems')) ?? '').matchAll(/^nodev\t(.*)$/gm)].map(([, type = '']) => type),
  );

/** Mounts of file systems that are worth watching: whole ones, and folders of those that are mounted in no other
 * way. */
function defaultLines(mounts: HostMounts, withoutDevice: ReadonlySet<string>): MountinfoLine[] {
  // A file system that lies below another one, as below the tmpfs over a home, is told as hidden.
  const lines = mounts.accessible.flatMap(
    (ofPoint) => ofPoint.findLast((line) => isMountWatchedByDefault(line, withoutDevice)) ?? [],
  );
  const whole = lines.filter(isMountOfWholeFilesystem);
  const devices = new Set(whole.map(({ device }) => device));
  return [...whole, ...lines.filter((line) => !devices.has(line.device) && mounts.isFolder(line))];
}

/** The first mount of each file system, of those that can be reached if there are any. */
function firstOfEachDevice(lines: readonly MountinfoLine[], mounts: HostMounts): MountinfoLine[] {
  const isReachable = (line: MountinfoLine) => mounts.hiddenBecause(line) === undefined;
  const first = new Map<string, MountinfoLine>();
  for (const line of lines) {
    const before = first.get(line.device);
    if (before === undefined || (!isReachable(before) && isReachable(line))) first.set(line.device, line);
  }
  return [...first.values()];
}

/** Selects each file system once, at the first of its mounts, or the mounts that the settings include. */
export function listWatchedAndExcludedMounts(
  roots: HostRoots,
  mounts: HostMounts,
  verdict: (point: string) => IncludeExcludeVerdict,
): WatchedAndExcludedMounts {
  const withVerdict = (lines: readonly MountinfoLine[], result: IncludeExcludeVerdict) =>
    lines.filter(({ point }) => verdict(decodeByteStringAsUtf8(point)) === result);
  const byDefault = defaultLines(mounts, typesWithoutDevice(roots));
  const watched = [
    ...withVerdict(
      mounts.accessible.flatMap((ofPoint) => ofPoint.at(-1) ?? []),
      'included',
    ),
    ...firstOfEachDevice(withVerdict(byDefault, 'default'), mounts),
  ];
  return {
    watched: watched.map((line) => mounts.describe(line)),
    excluded: withVerdict(byDefault, 'excluded').map((line) => mounts.describe(line)),
    points: mounts.points,
    defaultPoints: byDefault.map(({ point }) => decodeByteStringAsUtf8(point)),
  };
}
