import { tryReadTextSync } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { RedundancyGroup } from '../block-graph.ts';
import type { StorageLayout } from '../storage-layout.ts';
import { mdFindings } from './md-findings.ts';
import {
  type MdArray,
  type MdMember,
  type MdProgress,
  mdActivityOf,
  parseMdstatProgress,
  readMdArray,
} from './md-sysfs.ts';
import type { MemberRole, PoolFacts } from './pool.ts';

/** How many members may fail of a whole array; undefined for a level that is not known. A raid10 may survive more, by
 * luck. */
function toleranceOf({ level, slots = 0, layout = 0 }: MdArray): number | undefined {
  const copies = (layout & 0xff) * ((layout >> 8) & 0xff);
  const tolerances: Record<string, number> = {
    raid0: 0,
    linear: 0,
    raid1: Math.max(slots - 1, 0),
    raid4: 1,
    raid5: 1,
    raid6: 2,
    raid10: Math.max(copies - 1, 1),
  };
  return tolerances[level];
}

function roleOf({ states, slot }: MdMember): MemberRole {
  if (states.includes('faulty')) return 'failed';
  if (states.includes('journal')) return 'log';
  if (states.includes('in_sync')) return 'active';
  if (states.includes('spare')) return slot === undefined ? 'spare' : 'rebuilding';
  return 'unknown';
}

/** A container holds the arrays of a mainboard's RAID; it is never started itself. */
export const isMdContainer = ({ level, metadata, state }: MdArray): boolean =>
  level === 'container' || (level === '' && state === 'inactive' && /^external:[^/]/.test(metadata));

/** The living members and how many of them may still fail; undefined if that is unknown. */
function groupsOf(array: MdArray, isThere: (device: string) => boolean): readonly RedundancyGroup[] | undefined {
  const tolerance = toleranceOf(array);
  if (tolerance === undefined || (array.degraded === undefined && tolerance > 0)) return undefined;
  const active = array.members.filter((member) => roleOf(member) === 'active' && isThere(member.device));
  const lost = Math.max(array.degraded ?? 0, (array.slots ?? 0) - active.length);
  return [{ members: active.map(({ device }) => device), canLose: tolerance - lost }];
}

const allZeros = /^[0:-]*$/;

/** As the kernel writes a UUID, whoever wrote it: udev has `cd712c29:673498cb:…`. */
const formatUuid = (text: string) =>
  text.replaceAll(/[^0-9a-f]/gi, '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** UUID and name of an array: its kernel name changes at every assembly. udev does not know them of one that was not
 * started, but its members have them. */
function identityOf(array: MdArray, layout: StorageLayout): { uuid: string | undefined; name: string } {
  const udev = layout.udevOf(array.device);
  const members = array.members
    .flatMap(({ device }) => layout.devices.get(device) ?? [])
    .map((one) => layout.udevOf(one));
  const member = members.find((one) => one.get('ID_FS_TYPE') === 'linux_raid_member');
  return {
    uuid: [array.uuid, udev.get('MD_UUID'), member?.get('ID_FS_UUID')].find((text) => text && !allZeros.test(text)),
    name:
      udev.get('MD_DEVNAME') ||
      [udev.get('MD_NAME'), member?.get('ID_FS_LABEL')].find(Boolean)?.split(':').at(-1) ||
      array.device.name,
  };
}

function mdFacts(array: MdArray, progress: MdProgress | undefined, layout: StorageLayout): PoolFacts {
  const { isThere } = layout;
  const identify = (member: string) => layout.identifyMember(member);
  const { device, state, level, slots, syncAction } = array;
  const { uuid, name } = identityOf(array, layout);
  /** What has failed and is still listed may be well there. */
  const isGone = (member: MdMember) =>
    roleOf(member) === 'failed' ? !layout.devices.has(member.device) : !isThere(member.device);
  const isBusy = syncAction !== undefined && syncAction !== 'idle' && syncAction !== 'frozen';
  return {
    kind: 'md',
    id: uuid === undefined ? device.name : formatUuid(uuid),
    name,
    node: device.name,
    layout: level || undefined,
    state,
    members: array.members.map((member) => ({
      ...identify(member.device),
      device: member.device,
      number: member.slot,
      role: isGone(member) ? 'missing' : roleOf(member),
      state: member.states.join(', '),
      errors: member.errors,
    })),
    expectedMembers: slots,
    groups: groupsOf(array, isThere),
    activity:
      progress?.waits === 'DELAYED'
        ? 'waiting'
        : syncAction === undefined
          ? // What has no redundancy has nothing to check either.
            toleranceOf(array) === 0
            ? 'idle'
            : undefined
          : mdActivityOf(syncAction),
    progress: isBusy ? (progress?.ratio ?? array.syncProgress) : undefined,
    secondsLeft: isBusy ? progress?.secondsLeft : undefined,
    lastCheckErrors: array.lastSyncAction === 'check' ? array.mismatches : undefined,
    counts: Object.fromEntries(
      array.members.flatMap(({ device: member, errors }) =>
        errors === undefined ? [] : [[`errors ${identify(member).id}`, errors]],
      ),
    ),
    spares: array.members.filter((member) => roleOf(member) === 'spare').length,
    judge: (pool, texts) => mdFindings(array, pool, texts),
  };
}

/** All arrays of this machine. */
export function readMdPools(layout: StorageLayout, roots: HostRoots): PoolFacts[] {
  const progress = parseMdstatProgress(tryReadTextSync(roots.proc('mdstat')) ?? '');
  return [...layout.devices.values()].flatMap((device) => {
    if (device.partitionOf !== undefined) return [];
    const array = readMdArray(device);
    if (array === undefined || isMdContainer(array)) return [];
    return mdFacts(array, progress.get(device.name), layout);
  });
}
