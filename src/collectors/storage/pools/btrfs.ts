import type { HostRoots } from '../../../model/host-roots.ts';
import { readBlockDeviceSizeBytes } from '../block-devices.ts';
import type { RedundancyGroup } from '../block-graph.ts';
import type { StorageLayout } from '../storage-layout.ts';
import { btrfsFindings, unmountedBtrfsFindings } from './btrfs-findings.ts';
import type { BtrfsScrubKnowledge, BtrfsScrubReader } from './btrfs-scrub.ts';
import { btrfsMetadataUsedRatio, btrfsProfilesOf, btrfsTolerableDeviceLosses } from './btrfs-space.ts';
import { type BtrfsFilesystem, readBtrfsFilesystems } from './btrfs-sysfs.ts';
import type { PoolActivity, PoolFacts, PoolMember } from './pool.ts';
import type { PoolMemory } from './pool-memory.ts';

const activities: Record<string, PoolActivity> = {
  none: 'idle',
  balance: 'balance',
  'balance paused': 'waiting',
  'device replace': 'replace',
  resize: 'resize',
};

function groupsOf(
  filesystem: BtrfsFilesystem,
  living: readonly string[],
  missing: number,
): RedundancyGroup[] | undefined {
  const tolerance = btrfsTolerableDeviceLosses(filesystem);
  return tolerance === undefined ? undefined : [{ members: living, canLose: tolerance - missing }];
}

/** What a device is replaced by, if the file system was seen before: no link says which one it is, and a device that is
 * gone has no id by which it could be remembered. Of several that were not there before, it may be any. */
function replaceTargetOf(
  { hasReplaceTarget, deviceNames }: BtrfsFilesystem,
  layout: StorageLayout,
  memory: PoolMemory | undefined,
): string | undefined {
  if (!hasReplaceTarget || memory === undefined) return undefined;
  const before = new Set(memory.pool_members.flatMap(({ id, target }) => (target ? [] : [id])));
  const [target, ...others] = deviceNames.filter(
    (name) => layout.isThere(name) && !before.has(layout.identifyMember(name).id),
  );
  return others.length === 0 ? target : undefined;
}

function btrfsFacts(
  filesystem: BtrfsFilesystem,
  scrubKnowledge: BtrfsScrubKnowledge,
  layout: StorageLayout,
  recall: (id: string) => PoolMemory | undefined,
): PoolFacts {
  const { fsid, label, hasTemporaryId, deviceNames, devices, exclusiveOperation, allocation } = filesystem;
  const { scrub, hint } = scrubKnowledge;
  const target = replaceTargetOf(filesystem, layout, recall(fsid));
  const ownNames = deviceNames.filter((name) => name !== target);
  const living = ownNames.filter(layout.isThere);
  // The file system has no link for a device that it was mounted without; of one that was pulled the link stays. A
  // target that is not known as such has no number of its own yet.
  const missing = Math.max(
    devices.length - living.length,
    devices.filter(({ isMissing }) => isMissing).length + ownNames.length - living.length,
  );
  const members = deviceNames.map((name): PoolMember => {
    const isThere = layout.isThere(name);
    const only = devices.length === 1 && deviceNames.length === 1 ? devices[0] : undefined;
    return {
      ...layout.identifyMember(name),
      device: name,
      number: only?.number,
      role: !isThere ? 'missing' : name === target ? 'rebuilding' : 'active',
      state: isThere ? 'present' : 'gone',
      errors: only?.errors,
      ...(name === target ? { target: true } : {}),
      ...(!hasTemporaryId && isSeed(layout, name, fsid) ? { seed: true } : {}),
    };
  });
  const sizes = living.map((name) => {
    const device = layout.devices.get(name);
    return device && readBlockDeviceSizeBytes(device);
  });
  const size = sizes.some((bytes) => bytes === undefined)
    ? undefined
    : sizes.reduce((sum = 0, bytes = 0) => sum + bytes, 0);
  const diskUsed = allocation && Object.values(allocation).reduce((sum, one) => sum + one.diskUsed, 0);
  return {
    kind: 'btrfs',
    id: hasTemporaryId
      ? `btrfs on ${members
          .map(({ id }) => id)
          .sort()
          .join(' ')}`
      : fsid,
    name: label || mountPointsOf(layout, deviceNames)[0] || fsid.slice(0, 8),
    node: `btrfs ${fsid}`,
    layout: [...new Set(btrfsProfilesOf(filesystem))].join(', ') || undefined,
    state: missing > 0 ? 'degraded' : 'mounted',
    members,
    expectedMembers: devices.length === 0 ? undefined : living.length + missing,
    groups: groupsOf(filesystem, living, missing),
    activity: scrub?.isRunning
      ? 'check'
      : exclusiveOperation === undefined
        ? undefined
        : (activities[exclusiveOperation] ?? 'other'),
    lastCheck: scrub?.finishedAt,
    lastCheckErrors: scrub?.finishedAt && scrub.errors,
    usedRatio: missing > 0 || !size || diskUsed === undefined ? undefined : Math.min(diskUsed / size, 1),
    metadataUsedRatio: btrfsMetadataUsedRatio(filesystem),
    counts: Object.fromEntries(
      devices.flatMap(({ number, errors }) => (errors === undefined ? [] : [[`errors device ${number}`, errors]])),
    ),
    // The space of a device that is gone is not known.
    judge: (pool, texts) =>
      btrfsFindings(filesystem, { missing, size: missing > 0 ? undefined : size, ...scrubKnowledge }, pool, texts),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Names that mountinfo has for a device: its own, or the one that people gave it. */
const sourceNamesOf = (layout: StorageLayout, name: string) => {
  const mapping = layout.devices.get(name)?.mapping?.name;
  return [`/dev/${name}`, ...(mapping === undefined ? [] : [`/dev/mapper/${mapping}`])];
};

/** mountinfo has one of the devices as the source; all subvolumes share a number. */
function mountPointsOf(layout: StorageLayout, deviceNames: readonly string[]): string[] {
  const sources = new Set(deviceNames.flatMap((name) => sourceNamesOf(layout, name)));
  return layout.filesystems.flatMap(({ type, source, points }) =>
    type === 'btrfs' && sources.has(source) ? points : [],
  );
}

const fsidOnDevice = (layout: StorageLayout, name: string): string | undefined => {
  const device = layout.devices.get(name);
  const udev = device && layout.udevOf(device);
  return udev?.get('ID_FS_TYPE') === 'btrfs' ? udev.get('ID_FS_UUID') : undefined;
};

/** Whether a device of a mounted file system is its seed: that keeps the id that it had before. */
const isSeed = (layout: StorageLayout, name: string, fsid: string) => (fsidOnDevice(layout, name) ?? fsid) !== fsid;

/** File systems that are known but not mounted: udev knows their devices. */
function unmountedPools(
  layout: StorageLayout,
  mounted: ReadonlySet<string>,
  recall: (id: string) => PoolMemory | undefined,
): PoolFacts[] {
  const namesById = new Map<string, string[]>();
  const labels = new Map<string, string>();
  for (const device of layout.devices.values()) {
    const fsid = fsidOnDevice(layout, device.name);
    if (fsid === undefined || mounted.has(fsid)) continue;
    namesById.set(fsid, [...(namesById.get(fsid) ?? []), device.name]);
    labels.set(fsid, layout.udevOf(device).get('ID_FS_LABEL') ?? fsid.slice(0, 8));
  }
  const btrfsNames = [...layout.devices.keys()].filter((name) => fsidOnDevice(layout, name) !== undefined);
  return [...namesById].flatMap(([fsid, names]): PoolFacts[] => {
    const memory = recall(fsid);
    if (memory === undefined) return [];
    const seeds = new Set(memory.pool_members.flatMap(({ id, seed }) => (seed ? [id] : [])));
    const isItsSeed = (name: string) => seeds.size > 0 && seeds.has(layout.identifyMember(name).id);
    return [
      {
        kind: 'btrfs',
        id: fsid,
        name: labels.get(fsid) ?? fsid,
        node: `btrfs ${fsid}`,
        state: 'not mounted',
        members: [...new Set([...names, ...btrfsNames.filter(isItsSeed)])].map((name) => ({
          ...layout.identifyMember(name),
          device: name,
          role: 'active',
          state: 'present',
          ...(isItsSeed(name) ? { seed: true } : {}),
        })),
        expectedMembers: memory.pool_members.length,
        groups: undefined,
        activity: 'idle',
        counts: {},
        judge: unmountedBtrfsFindings,
      },
    ];
  });
}

/** All Btrfs file systems that are mounted, and those that were. */
export async function readBtrfsPools(
  layout: StorageLayout,
  roots: HostRoots,
  scrubs: BtrfsScrubReader,
  recall: (id: string) => PoolMemory | undefined,
): Promise<PoolFacts[]> {
  const filesystems = readBtrfsFilesystems(roots.sys());
  for (const { fsid, deviceNames } of filesystems)
    for (const point of mountPointsOf(layout, deviceNames)) layout.graph.addMount(`btrfs ${fsid}`, point);
  const fsids = new Set(filesystems.map(({ fsid }) => fsid));
  scrubs.forgetAllBut(fsids);
  const facts = await Promise.all(
    filesystems.map(async (filesystem) => btrfsFacts(filesystem, await scrubs.read(filesystem.fsid), layout, recall)),
  );
  return [...facts, ...unmountedPools(layout, fsids, recall)];
}
