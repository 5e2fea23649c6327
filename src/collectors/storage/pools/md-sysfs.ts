import { join } from 'node:path';
import { listFolderSync, parseFiniteNumber, tryReadTextSync } from '../../../lib/files.ts';
import type { BlockDevice } from '../block-devices.ts';
import type { PoolActivity } from './pool.ts';

/** A member of an array, by the kernel's words (Documentation/admin-guide/md.rst). */
export interface MdMember {
  /** Kernel name. */
  device: string;
  states: readonly string[];
  /** Undefined for spares and failed members. */
  slot: number | undefined;
  /** Read errors that were corrected. */
  errors: number | undefined;
  /** It has blocks that it cannot give. */
  hasBadBlocks: boolean;
}

export interface MdArray {
  device: BlockDevice;
  uuid: string | undefined;
  state: string | undefined;
  /** Empty for a container and for an array that was not started. */
  level: string;
  /** Bits 0 to 7: near copies; bits 8 to 15: far copies (raid10). */
  layout: number | undefined;
  slots: number | undefined;
  /** Slots without an in-sync member; undefined where there is no redundancy. */
  degraded: number | undefined;
  metadata: string;
  syncAction: string | undefined;
  lastSyncAction: string | undefined;
  /** From 0 to 1. */
  syncProgress: number | undefined;
  mismatches: number | undefined;
  /** It writes to a journal first, and without that not at all. */
  hasJournal: boolean;
  members: readonly MdMember[];
}

/** What /proc/mdstat says of an array that is busy. sysfs lags behind: it counts checkpoints. */
export interface MdProgress {
  ratio?: number | undefined;
  secondsLeft?: number | undefined;
  /** It waits for another array on the same drives, or for the first write. */
  waits?: 'DELAYED' | 'PENDING' | 'REMOTE' | undefined;
}

const activities: Record<string, PoolActivity> = {
  idle: 'idle',
  frozen: 'idle',
  check: 'check',
  repair: 'repair',
  resync: 'resync',
  recover: 'rebuild',
  reshape: 'reshape',
};

/** What md is busy with, by its own word (`md_sync_action_name` in drivers/md/md.c), which LVM's RAID has from it. */
export const mdActivityOf = (syncAction: string): PoolActivity => activities[syncAction] ?? 'other';

/** A reshape has both numbers: `4 (3)`. */
const leadingNumber = (text: string | undefined) => parseFiniteNumber(/^-?\d+/.exec(text ?? '')?.[0]);

/** `15616 / 79872`; `none`, `delayed`. */
function parseCompleted(text: string | undefined): number | undefined {
  const [, done, all] = /^(\d+) \/ (\d+)$/.exec(text ?? '') ?? [];
  return Number(all) > 0 ? Number(done) / Number(all) : undefined;
}

function readMember(folder: string, device: string): MdMember | undefined {
  const text = (name: string) => tryReadTextSync(join(folder, name));
  const state = text('state');
  if (state === undefined) return undefined;
  return {
    device,
    states: state.split(',').filter(Boolean),
    slot: leadingNumber(text('slot')),
    errors: leadingNumber(text('errors')),
    hasBadBlocks: (text('bad_blocks') ?? '') !== '' || (text('unacknowledged_bad_blocks') ?? '') !== '',
  };
}

/** The array that a block device is; undefined if it is none, or has gone meanwhile. */
export function readMdArray(device: BlockDevice): MdArray | undefined {
  const folder = join(device.folder, 'md');
  const text = (name: string) => tryReadTextSync(join(folder, name));
  const names = listFolderSync(folder);
  if (names.length === 0) return undefined;
  return {
    device,
    uuid: text('uuid'),
    state: text('array_state'),
    level: text('level') ?? '',
    layout: leadingNumber(text('layout')),
    slots: leadingNumber(text('raid_disks')),
    degraded: leadingNumber(text('degraded')),
    metadata: text('metadata_version') ?? '',
    syncAction: text('sync_action'),
    lastSyncAction: text('last_sync_action'),
    syncProgress: parseCompleted(text('sync_completed')),
    mismatches: leadingNumber(text('mismatch_cnt')),
    hasJournal: text('consistency_policy') === 'journal',
    members: names
      .filter((name) => name.startsWith('dev-'))
      .flatMap((name) => readMember(join(folder, name), name.slice('dev-'.length)) ?? []),
  };
}

/** Progress by array: `[==>….]  recovery = 25.3% (10368/39936) finish=0.4min speed=1152K/sec`, or `resync=DELAYED`. */
export function parseMdstatProgress(text: string): Map<string, MdProgress> {
  const progress = new Map<string, MdProgress>();
  let name: string | undefined;
  for (const line of text.split('\n')) {
    name = /^(md\S*) : /.exec(line)?.[1] ?? (line.trim() === '' ? undefined : name);
    if (name === undefined) continue;
    const [, percent, minutes] = /\b\w+ *= *([\d.]+)% [^%]*?\bfinish=([\d.]+)min/.exec(line) ?? [];
    const waits = /\bresync=(DELAYED|PENDING|REMOTE)\b/.exec(line)?.[1] as MdProgress['waits'];
    if (percent !== undefined) progress.set(name, { ratio: Number(percent) / 100, secondsLeft: Number(minutes) * 60 });
    else if (waits !== undefined) progress.set(name, { waits });
  }
  return progress;
}
