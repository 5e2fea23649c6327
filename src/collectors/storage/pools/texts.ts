import { joinFirstNamesAndMore } from '../texts.ts';
import type { DmCacheState, DmSnapshotState, DmVdoState } from './dm-status.ts';
import { noLongerMember, type PoolMember } from './pool.ts';

/** What has become of mount points, or of what is mounted there. */
const mountEffects = {
  affected: 'affected',
  notUsable: 'not usable',
  missing: 'missing',
  notReadable: 'not readable, or only in part',
  notWritable: 'not writable',
  damaged: 'damaged',
};

/** “LABDISK-4T (serial LAB-0002, ata3, sdh1)”: what a person needs to find the drive. */
function member({ drive, device, number, role }: PoolMember): string {
  const place = [
    ...(drive?.serial === undefined ? [] : [`serial ${drive.serial}`]),
    ...(drive?.slot === undefined ? [] : [drive.slot]),
    ...(number === undefined ? [] : [`slot ${number}`]),
    ...(device === undefined ? [] : [role === 'missing' ? `was ${device}` : device]),
  ];
  const name = drive?.model ?? (drive === undefined && device !== undefined ? device : 'drive');
  const details = place.filter((text) => text !== name);
  return details.length === 0 ? name : `${name} (${details.join(', ')})`;
}

/** By state, else by role. */
const howItIs: Partial<Record<string, string>> = {
  OFFLINE: 'was taken offline',
  [noLongerMember]: 'is there, but no longer a member',
  failed: 'has failed',
  missing: 'is gone',
  rebuilding: 'is being rebuilt',
};

/** Snapshots come and go, as with each backup: they are no pools. */
const lvmSnapshots: Record<Exclude<DmSnapshotState, 'usable'>, (name: string) => string> = {
  full: (name) =>
    `the LVM snapshot ${name} is full: writing to it fails, and the next change of its volume loses it; lvremove ${name}`,
  lost: (name) =>
    `the LVM snapshot ${name} is lost: it was full, or its drive failed; check the drive, then lvremove ${name}`,
  merge_failed: (name) =>
    `the merge of a snapshot into the LVM volume ${name} has failed: check its drives; the merge is tried again when the volume is next activated`,
};

/** A volume with a cache is a layer on the way to the data, and no pool. */
const lvmCaches: Record<Exclude<DmCacheState, 'usable'>, (name: string) => string> = {
  failed: (name) =>
    `the cache of the LVM volume ${name} has failed: nothing on the volume can be read or written; check its drives, then repair it with lvconvert --repair`,
  damaged: (name) =>
    `the metadata of the cache of the LVM volume ${name} are damaged or cannot be written: check its drives, then repair the cache with lvconvert --repair`,
};

/** The pool of a VDO volume, whose file systems show space that it may not have. */
const lvmVdoPools: Record<Exclude<DmVdoState, 'usable'>, (name: string) => string> = {
  nearly_full: (name) =>
    `the LVM VDO pool ${name} is nearly full: at 100 % writing fails, whatever space file systems on it show; grow it with lvextend, or delete files and run fstrim`,
  full: (name) =>
    `the LVM VDO pool ${name} is full: writing fails, though file systems on it show free space; grow it with lvextend`,
  read_only: (name) =>
    `the LVM VDO pool ${name} has become read-only, because it is damaged: check its drives, then repair it with vdoforcerebuild`,
};

/** What is said of pools. `list` is of members or names; `effect` is what becomes of mount points, as `mountsAre` says
 * it, or nothing. */
export const poolTexts = {
  listFirstNames: joinFirstNamesAndMore,
  member,
  mountEffects,
  lvmSnapshots,
  lvmCaches,
  lvmVdoPools,
  mountsAre: (mounts: readonly string[], effect: keyof typeof mountEffects) =>
    mounts.length === 0
      ? ''
      : `; ${joinFirstNamesAndMore(mounts)} ${mounts.length === 1 ? 'is' : 'are'} ${mountEffects[effect]}`,
  itHolds: (mounts: readonly string[]) => (mounts.length === 0 ? '' : `; it holds ${joinFirstNamesAndMore(mounts)}`),
  goesOn(mounts: readonly string[], redundancyLeft: number): string {
    const subject =
      mounts.length === 0 ? 'it goes' : `${joinFirstNamesAndMore(mounts)} ${mounts.length === 1 ? 'goes' : 'go'}`;
    return redundancyLeft === 0
      ? `; ${subject} on without redundancy: the next failure loses data`
      : `; ${subject} on and can lose ${redundancyLeft} more`;
  },
  lackingMember: (one: PoolMember) => `${member(one)} ${howItIs[one.state] ?? howItIs[one.role] ?? one.state}`,
  nothingMounted: 'nothing that is mounted',
  alsoAffects: (others: readonly string[]) => `; this also affects ${joinFirstNamesAndMore(others)}`,
  degraded: 'degraded',
  layoutWithMembers(layout: string | undefined, active: number | undefined, expected: number | undefined): string {
    const count =
      expected === undefined ? `${active} ${active === 1 ? 'member' : 'members'}` : `${active} of ${expected} members`;
    return [layout, ...(active === undefined ? [] : ['with', count])].filter(Boolean).join(' ');
  },
  clearsWhenRebuilt: 'when it has all its members again and the rebuild is done',
  orAcknowledged: (clearsAt: string) => `${clearsAt}, or you acknowledge it`,
  failed: (why: string) => `failed: ${why}`,
  clearsWhenWhole: 'when it is whole again',
  bringMembersBack: 'do not write to its drives; bring back the members that are gone, or restore a backup',
  below: (percent: number) => `below ${percent} %`,
  mismatches: 'the last check found data and parity that do not match',
  clearsWithCleanCheck: 'when a check finds none',
  clearsWhenPoolAcknowledged: 'when you acknowledge it',
  seeDriveValues: 'look at the drive’s own values',
  noSpareLeft: 'no spare left',
  sparesLeft: (left: number | undefined, before: number) => `${left} of ${before} spares left`,
  clearsWithSpare: 'when a spare is added, or you acknowledge it',
  newErrorsOn: (list: string) => `new errors on ${list}`,
  scrubErrors: (effect: string) => `the last scrub found errors that it could not correct${effect}`,
  clearsWithCleanScrub: 'when a scrub finds none',

  lostTooManyMembers: (level: string | undefined) => `${level || 'array'} has lost too many members`,
  notStarted: (list: string, effect: string) => `not started: only ${list} found${effect}`,
  clearsWhenStarted: 'when it is started',
  runWithoutMembers: 'find the other members; mdadm --run starts it without them',
  replaceWithMdadm: 'replace the drive and add it with mdadm --add: docs/storage.md',
  emptySlots: (used: number, slots: number | undefined) =>
    `${used} of ${slots} slots used, and no other member was ever seen`,
  leaveEmptySlots: 'nothing if it was created that way, as on NAS devices; press “Acknowledge”',
  failedSpare: (list: string) => `${list} has failed; the array is complete without it`,
  clearsWhenSpareRemoved: 'when it is removed from the array',
  journalLost: (list: string, effect: string) =>
    `its journal ${list === '' ? 'is gone' : `${list} has failed`}: nothing can be written${effect}`,
  clearsWithJournal: 'when it has a journal again',
  addJournal: 'add one with mdadm --add-journal',
  badBlocks: (list: string) => `${list} has blocks that cannot be read; if another member fails, their data are lost`,
  clearsWithoutBadBlocks: 'when its list of bad blocks is empty',
  correctedReadErrors: (list: string) => `new read errors, corrected from the other members, on ${list}`,
  repairArray: 'look for a failing drive or memory, then let the array repair itself',
  addSpareWithMdadm: 'add a spare with mdadm --add',

  suspendedVolume: (effect: string) => `suspended: what reads or writes it waits${effect}`,
  clearsWhenGoingOn: 'when it goes on',
  resumeVolume: 'if no LVM command is running, dmsetup resume lets it go on',
  lostTooManyLegs: (level: string | undefined) => `${level ?? 'it'} has lost too many legs`,
  repairWithLvconvert: (name: string) => `lvconvert --repair ${name}: docs/storage.md`,
  repairWithLvchange: (name: string) =>
    `look for a failing drive or memory, then run lvchange --syncaction repair ${name}`,
  onDrives: (list: string) => (list === '' ? '' : ` on ${list}`),
  toolSays: (tool: string, state: string | undefined) => `${tool} says ${state}`,
  driveBelowGone: 'a drive below it is gone',
  growThinPool: (name: string) => `add space with lvextend --size +10G ${name}, or delete volumes or snapshots`,
  thinFull: (onDrives: string, effect: string) =>
    `full${onDrives}: writing fails, though file systems on it show free space${effect}`,
  clearsWithSpace: 'when it has space again',
  thinReadOnly: (onDrives: string, effect: string) => `read-only${onDrives}: its metadata are full or damaged${effect}`,
  clearsWhenWritable: 'when it can be written again',
  unmountAndRepair: (name: string) => `unmount what lies on it, then run lvconvert --repair ${name}`,
  metadataNeedCheck: (onDrives: string) => `its metadata${onDrives} need a check`,
  clearsWhenRepaired: 'when they are repaired',
  thinNearlyFull: (onDrives: string, effect: string) =>
    `nearly full${onDrives}: when it is full, writing fails though file systems show free space${effect}`,
  thinMetadataFull: (onDrives: string, effect: string) =>
    `metadata nearly full${onDrives}: when they are full, nothing can be written${effect}`,
  growMetadata: (name: string) => `lvextend --poolmetadatasize +1G ${name}, or delete snapshots`,

  moreGoneThanTolerated: 'more members are gone than it can lose',
  replaceWithBtrfs: 'replace the drive with btrfs replace: docs/storage.md',
  btrfsErrors: (devices: readonly number[], list: string, effect: string) =>
    `new errors on ${devices.map((number) => `device ${number}`).join(', ')} of ${list}${effect}`,
  scrubBtrfs: 'scrub the file system; btrfs device stats says which drive it is',
  btrfsMetadataFull: (list: string, effect: string) =>
    `metadata nearly full, and no room to extend them on ${list}: writing fails though df shows free space${effect}`,
  orWhenChunkFits: (clearsAt: string) => `${clearsAt}, or when a chunk can be allocated`,
  makeRoomInBtrfs: 'delete snapshots, add a drive, or run btrfs balance start -dusage=10',
  allAllocated: 'all space belongs to chunks of data or metadata: neither can grow',
  clearsWhenUnallocated: 'when space is unallocated',
  balance: 'run btrfs balance start -dusage=10',
  restoreAndScrub: 'restore the files that the kernel log names, then scrub again',
  balancePaused: 'a balance is paused',
  clearsWhenResumed: 'when it is resumed or cancelled',
  resumeBalance: 'run btrfs balance resume',
  quotasInconsistent: 'what its quota groups count is no longer correct',
  clearsWhenRecounted: 'when it is recounted',
  rescanQuotas: (mount: string | undefined) => `run btrfs quota rescan${mount === undefined ? '' : ` ${mount}`}`,
  twoProfiles: (profiles: string | undefined) => `chunks with different profiles (${profiles}): the weakest counts`,
  clearsWithOneProfile: 'when all have one profile',
  convertProfiles: 'run btrfs balance start with convert',
  notMounted: (list: string) => `not mounted, because a member is gone: ${list}`,
  clearsWhenMounted: 'when it is mounted',
  mountDegraded: 'mount it with the option degraded, then replace the drive: docs/storage.md',

  startedWithoutCache: (effect: string) =>
    `it was started without its cache, which had data that are not on the backing device${effect}`,
  clearsWhenClean: 'when the kernel calls it clean',
  bringCacheBack: 'stop using it, bring the cache device back, and check the file system',
  cacheGoneWithData: (list: string, effect: string) =>
    `its cache is gone, with data that are not on the backing device: ${list}${effect}`,
  cacheGone: (list: string) => `its cache is gone: ${list}; nothing is lost with it`,
  clearsWithCache: 'when the cache is back or detached',
  attachCache: 'bring the cache device back, or attach another cache set',
  withoutCache: (list: string) => `without its cache: ${list} is gone or detached`,
  clearsWithCacheOrAcknowledged: 'when it has a cache again, or you acknowledge it',
  attachOrAcknowledge: 'attach a cache set, or acknowledge that it has none any more',
  backingDeviceErrors: (list: string) => `new errors on the backing device ${list}`,

  filesDamaged: (effect: string) => `files are damaged, and no copy can repair them${effect}`,
  restoreThenScrub: (name: string) => `sudo zpool status -v ${name} names them: restore them, then scrub`,
  checkDriveAndCable: 'look at the drive and its cable; errors on all drives alike come from the controller or memory',
  errorsSinceImport: (list: string) => `errors since the pool was imported on ${list}`,
  clearsAfterZpoolClear: 'after zpool clear',
  zpoolClear: (name: string) => `zpool clear ${name}, if the cause is known`,
  logFailed: (list: string) => `the log device ${list} does not work: what was written last is lost if the power fails`,
  clearsWhenReplacedOrRemoved: 'when it is replaced or removed',
  replaceLog: (name: string, device: string | undefined) => `zpool replace or zpool remove ${name} ${device}`,
  zpoolRemove: (name: string, device: string | undefined) => `zpool remove ${name} ${device}`,
  cacheFailed: (list: string) => `the cache ${list} does not work; nothing is lost with it`,
  spareFailed: (list: string) => `the spare ${list} does not work`,
  zpoolAddSpare: (name: string) => `zpool add ${name} spare DEVICE`,
  restoreThenScrubAgain: (name: string) =>
    `sudo zpool status -v ${name} names the files: restore them, then scrub again`,
  scrubOverdue: 'not scrubbed for more than 35 days',
  clearsAfterScrub: 'when a scrub is done',
  scrubMonthly: (name: string) => `zpool scrub ${name}, once a month`,
  zfsNearlyFull: (effect: string) => `nearly full: ZFS becomes slow, and writing ends before 100 %${effect}`,
  makeRoomInZfs: (name: string) => `delete snapshots or files of ${name}, or add drives`,
  replaceDriveOfZpool: 'zpool status says which drive; replace it: docs/storage.md',
  waitForResilver: 'wait until the resilver is done',
  replaceSparedDrive: (name: string) =>
    `a spare has taken its place: replace the drive, or run zpool detach ${name} OLD`,
  replaceWithZpool: (name: string) => `replace the drive with zpool replace ${name}: docs/storage.md`,
  poolSuspended: (effect: string) => `suspended: too many drives do not answer, and what uses the pool hangs${effect}`,
  clearsWhenPoolGoesOn: 'when the pool goes on',
  bringDrivesBack: 'bring the drives back, then run zpool clear; do not wait for commands that hang',
  offlinePool: (effect: string) => `offline${effect}`,
  clearsWhenOnline: 'when it is online',
  seeZpoolStatus: 'look at zpool status',
};

export type PoolTexts = typeof poolTexts;

/** “/srv; /home”, each member with its drive. */
export const formatMemberList = (members: readonly PoolMember[], texts: PoolTexts): string =>
  members.map((one) => texts.member(one)).join(', ');
