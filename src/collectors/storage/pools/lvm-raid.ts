import { type BlockDevice, readBlockDeviceSizeBytes } from '../block-devices.ts';
import type { RedundancyGroup } from '../block-graph.ts';
import type { StorageLayout } from '../storage-layout.ts';
import { type DmRaidStatus, type DmStatusesOrHint, parseDmRaid } from './dm-status.ts';
import { lvmRaidFindings } from './lvm-findings.ts';
import { devicesBelowLvmVolume, type LvmVolume, legsOf } from './lvm-sysfs.ts';
import { mdActivityOf } from './md-sysfs.ts';
import type { MemberRole, PoolFacts, PoolMember } from './pool.ts';

/** While a whole volume is synchronised for the first time, or reshaped, each letter is an `a` (drivers/md/dm-raid.c,
 * rs_get_progress): no leg is behind the others. */
function roleOf(letter: string | undefined, health: string, isThere: boolean): MemberRole {
  if (!isThere || letter === '-') return 'missing';
  if (letter === 'D') return 'failed';
  if (letter === 'a' && health.includes('A')) return 'rebuilding';
  return letter === undefined ? 'unknown' : 'active';
}

/** A leg as a member; one that the kernel has no device for has none. */
interface Leg extends PoolMember {
  leg?: string;
}

/** LVM numbers the legs of a RAID as the kernel counts them; those of a mirror may have gaps. */
function placedLegs(
  volume: LvmVolume,
  health: string,
  layout: StorageLayout,
): { place: number; number: number; device?: BlockDevice }[] {
  const legs = legsOf(volume.device, layout);
  const isByNumber = legs.every(({ number }) => number < health.length);
  const placed = legs.map((leg, index) => ({ ...leg, place: isByNumber ? leg.number : index }));
  const absent = [...health].flatMap((_, place) =>
    placed.some((leg) => leg.place === place) ? [] : [{ place, number: place }],
  );
  return [...placed, ...absent].sort((a, b) => a.place - b.place);
}

function membersOf(volume: LvmVolume, health: string, layout: StorageLayout): Leg[] {
  const members = placedLegs(volume, health, layout).map(({ place, number, device }): Leg => {
    const letter = health[place];
    if (device === undefined) return { id: `leg ${number}`, number, role: 'missing', state: letter ?? '-' };
    const { names, isWhole } = devicesBelowLvmVolume(device, layout);
    const [only] = names.length === 1 ? names : [];
    // A leg on several devices has the name that LVM gave it.
    const identity = layout.identifyMember(only !== undefined && layout.isThere(only) ? only : device.name);
    const role = roleOf(letter, health, isWhole);
    return { ...identity, leg: device.name, device: only, number, role, state: letter ?? 'present' };
  });
  const shared = members.map(({ id }) => id).filter((id, index, ids) => ids.indexOf(id) !== index);
  return members.map((member) =>
    shared.includes(member.id) ? { ...member, id: `${member.id} leg ${member.number}` } : member,
  );
}

/** The living legs and how many of them may still fail; undefined if that is unknown. */
function groupsOf(members: readonly Leg[], status: DmRaidStatus | undefined): readonly RedundancyGroup[] | undefined {
  const tolerance = status?.tolerance;
  if (tolerance === undefined) return undefined;
  const active = members.filter(({ role }) => role === 'active');
  return [{ members: active.flatMap(({ leg }) => leg ?? []), canLose: tolerance - (members.length - active.length) }];
}

export function lvmRaidFacts(
  volume: LvmVolume,
  { byName, hint }: DmStatusesOrHint,
  layout: StorageLayout,
  secondsLeft: (id: string, status: DmRaidStatus) => number | undefined,
): PoolFacts {
  const { device, id, name } = volume;
  const found = byName?.get(device.mapping?.name ?? '');
  const status = found && parseDmRaid(found);
  const members = membersOf(volume, status?.health ?? '', layout);
  const { action, synchronised = 0, toSynchronise = 0 } = status ?? {};
  const activity = action === undefined ? undefined : mdActivityOf(action);
  const isBusy = activity !== undefined && activity !== 'idle' && toSynchronise > 0;
  return {
    kind: 'lvm_raid',
    id,
    name,
    node: device.name,
    layout: status?.level,
    state: volume.isSuspended ? 'suspended' : status?.health,
    members: members.map(({ leg: _, ...member }) => member),
    expectedMembers: members.length,
    groups: groupsOf(members, status),
    activity,
    progress: isBusy ? Math.min(synchronised / toSynchronise, 1) : undefined,
    secondsLeft: isBusy && status ? secondsLeft(id, status) : undefined,
    lastCheckErrors: status?.mismatches,
    size: readBlockDeviceSizeBytes(device),
    counts: {},
    judge: (pool, texts) => lvmRaidFindings(volume, status, pool, texts),
    ...(status === undefined && hint !== undefined ? { hint } : {}),
  };
}
