import type { ActiveFinding, Finding } from '../../../model/problem.ts';
import type { AnyTranslatableText } from '../../../model/translation.ts';
import type { RedundancyGroup } from '../block-graph.ts';
import type { PoolTexts } from './texts.ts';

export const poolKinds = ['md', 'btrfs', 'zfs', 'lvm_raid', 'lvm_thin', 'bcache'] as const;
export type PoolKind = (typeof poolKinds)[number];

/** What a pool is busy with; none of it is a problem by itself. */
export const poolActivities = [
  'idle',
  'check',
  'repair',
  'resync',
  'rebuild',
  'reshape',
  'balance',
  'replace',
  'resize',
  'waiting',
  'other',
] as const;
export type PoolActivity = (typeof poolActivities)[number];

export const memberRoles = ['active', 'rebuilding', 'spare', 'failed', 'missing', 'cache', 'log', 'unknown'] as const;
export type MemberRole = (typeof memberRoles)[number];

/** A drive, as far as a member that is gone can still be named. */
export interface MemberDrive {
  /** The id of the drive's own device: its serial number, else another one that never changes. */
  id: string;
  model?: string | undefined;
  serial?: string | undefined;
  /** Where it is or was: `ata3`. */
  slot?: string | undefined;
}

/** State of a member whose drive is in the machine, though the pool does without it: it was taken out, or came back too
 * late. */
export const noLongerMember = 'no longer a member';

export interface PoolMember {
  /** Stable wherever the drive is plugged in. */
  id: string;
  /** Kernel name; of a member that is gone the last one. */
  device?: string | undefined;
  drive?: MemberDrive | undefined;
  /** Number in the pool. */
  number?: number | undefined;
  role: MemberRole;
  /** The kernel's or the tool's own word. */
  state: string;
  /** Errors that the pool has counted on it, or the kinds of them. */
  errors?: number | undefined;
  /** A seed of Btrfs, which udev knows as a file system of its own. */
  seed?: boolean | undefined;
  /** What Btrfs copies a member to, in whose place it will be. */
  target?: boolean | undefined;
}

/** Counts that are compared with what the user has seen, by what they count. */
export type PoolErrorCounts = Readonly<Record<string, number>>;

/** What is read of a pool, before it is known what lies on it. */
export interface PoolFacts {
  kind: PoolKind;
  /** Never changes: UUID, file system id, pool GUID. */
  id: string;
  /** What people call it: `srv`. */
  name: string;
  /** Its node in the graph. */
  node: string;
  /** `raid1`, `mirror`. */
  layout?: string | undefined;
  /** The kernel's or the tool's own word. */
  state: string | undefined;
  members: readonly PoolMember[];
  /** How many members it should have. */
  expectedMembers?: number | undefined;
  /** The living members and how many of them may fail; undefined while that is not known. */
  groups?: readonly RedundancyGroup[] | undefined;
  activity?: PoolActivity | undefined;
  /** From 0 to 1. */
  progress?: number | undefined;
  secondsLeft?: number | undefined;
  lastCheck?: Date | undefined;
  lastCheckErrors?: number | undefined;
  /** Bytes. */
  size?: number | undefined;
  usedRatio?: number | undefined;
  metadataUsedRatio?: number | undefined;
  /** Bytes that are in a cache and not on the backing device yet. */
  dirtyBytes?: number | undefined;
  /** Of the free space, from 0 to 1. */
  fragmentation?: number | undefined;
  /** Counts that only rise; those that can't be read are left out. */
  counts: PoolErrorCounts;
  /** Devices or slots of which there may be fewer later: spares. */
  spares?: number | undefined;
  /** What is wrong, as far as this kind of pool is concerned. */
  judge(pool: PoolFindingsInput, texts: PoolTexts): readonly Finding[];
  /** What is missing of the reading and how to get it. */
  hint?: AnyTranslatableText | undefined;
}

/** What is known of a pool when it is judged. */
export interface PoolFindingsInput extends PoolFacts {
  /** Mount points of what lies on it. */
  mounts: readonly string[];
  /** How many drives may fail before data are lost; undefined if unknown. */
  redundancyLeft: number | undefined;
  /** Members that it had and that are gone. */
  gone: readonly PoolMember[];
  /** What was wrong with it at the reading before, by key. */
  before: ReadonlyMap<string, ActiveFinding>;
  /** How far each count is above what the user has seen; undefined until it is known what that is. */
  newCounts: PoolErrorCounts | undefined;
  /** Spares that it had and the user has not given up. */
  sparesBefore: number;
  /** Slots without a member that the user knows of. */
  knownEmptySlots: number;
}

export interface PoolReading extends PoolFindingsInput {
  /** Undefined if unknown. */
  problem: boolean | undefined;
  findings: (texts?: PoolTexts) => readonly Finding[];
}

export interface MemberReading {
  member: PoolMember;
}
