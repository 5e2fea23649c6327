import { Poller } from '../../../lib/poller.ts';
import { NoAnswerError } from '../../../lib/with-timeout.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { translatableTextOfError } from '../../../model/translatable-error.ts';
import type { AnyTranslatableText } from '../../../model/translation.ts';
import { commandTimeoutSeconds, drivesHelperSocketPath } from '../helper/protocol.ts';
import { accessTexts } from '../texts.ts';
import { nvmeDriveLinuxCapability } from '../tools/device-rights.ts';
import { type PrivilegedCommand, runPrivilegedCommand } from '../tools/privileged-command.ts';

/** What device mapper says of one of its devices. */
export interface DmStatus {
  /** `thin-pool`, `raid`, `mirror`, `linear`. */
  target: string;
  /** Words of the target. */
  words: readonly string[];
}

/** By the name of the device; undefined if it can't be asked, and then `hint` says why. */
export interface DmStatusesOrHint {
  byName?: ReadonlyMap<string, DmStatus> | undefined;
  hint?: AnyTranslatableText | undefined;
}

/** From a RAID's status: how its legs are, and what it is busy with (Linux,
 * Documentation/admin-guide/device-mapper/dm-raid.rst). */
export interface DmRaidStatus {
  /** `raid1`, `raid5_ls`. */
  level: string;
  /** How many legs may fail of a whole volume, whichever they are; undefined for a level that is not known. */
  tolerance: number | undefined;
  /** How many may fail by luck: of a raid10, others than all copies of one stripe. */
  toleranceAtBest: number | undefined;
  /** A letter for each leg: `A` in sync, `a` alive but not in sync, `D` dead, `-` not there. */
  health: string;
  /** `idle`, `resync`, `recover`, `check`, `repair`, `reshape`, `frozen`; undefined of a target that does not tell. */
  action: string | undefined;
  /** Sectors. */
  synchronised: number | undefined;
  toSynchronise: number | undefined;
  mismatches: number | undefined;
}

/** From a thin pool's status (Documentation/admin-guide/device-mapper/thin-provisioning.rst). */
export interface DmThinPoolStatus {
  /** `rw`, `ro`, `out_of_data_space`, `Fail`, `Error`. */
  mode: string;
  /** From 0 to 1. */
  usedRatio: number | undefined;
  metadataUsedRatio: number | undefined;
  needsCheck: boolean;
}

const command: PrivilegedCommand = {
  program: 'dmsetup',
  // Without --noflush a thin pool would write what it holds.
  args: ['status', '--noflush'],
  packageName: 'dmsetup',
  node: 'mapper/control',
  // The kernel asks for it beside the node (drivers/md/dm-ioctl.c).
  capability: nvmeDriveLinuxCapability,
};

/** `vgdata-pool-tpool: 0 122880 thin-pool 2 113/1024 …`, a line for each target of a device. */
export function parseDmStatus(text: string): Map<string, DmStatus> {
  const statuses = new Map<string, DmStatus>();
  for (const [, name = '', target = '', rest = ''] of text.matchAll(/^(\S+): \d+ \d+ (\S+)(.*)$/gm))
    statuses.set(name, { target, words: rest.split(/\s+/).filter((word) => word !== '') });
  return statuses;
}

/** `65536/131072`. */
function parseShare(text: string | undefined): { part: number; all: number } | undefined {
  const [, part, all] = /^(\d+)\/(\d+)$/.exec(text ?? '') ?? [];
  return Number(all) > 0 ? { part: Number(part), all: Number(all) } : undefined;
}

function ratioOf(text: string | undefined): number | undefined {
  const share = parseShare(text);
  return share && Math.min(share.part / share.all, 1);
}

const count = (text: string | undefined) => (/^\d+$/.test(text ?? '') ? Number(text) : undefined);

function tolerancesOf(level: string, legs: number): Pick<DmRaidStatus, 'tolerance' | 'toleranceAtBest'> {
  const [, number = ''] = /^raid(10|[01456])(_|$)/.exec(level === 'mirror' ? 'raid1' : level) ?? [];
  const tolerance = { '0': 0, '1': legs - 1, '4': 1, '5': 1, '6': 2, '10': 1 }[number];
  return { tolerance, toleranceAtBest: number === '10' ? legs - 1 : tolerance };
}

/** `raid raid1 2 AD 65536/65536 idle 0 0 -`, or `mirror 2 254:1 254:2 64/64 1 AD 3 disk 254:0 A`; undefined if it is
 * neither. */
export function parseDmRaid({ target, words }: DmStatus): DmRaidStatus | undefined {
  if (target === 'raid') {
    const [level = '', , health = '', share, action, mismatches] = words;
    const { part, all } = parseShare(share) ?? {};
    if (!/^[AaD-]+$/.test(health)) return undefined;
    return {
      level,
      ...tolerancesOf(level, health.length),
      health,
      action,
      synchronised: part,
      toSynchronise: all,
      mismatches: count(mismatches),
    };
  }
  if (target !== 'mirror') return undefined;
  const legs = count(words[0]) ?? 0;
  const [share, , health = ''] = words.slice(1 + legs);
  if (legs === 0 || health.length !== legs) return undefined;
  const { part, all } = parseShare(share) ?? {};
  // Anything but A is a leg with errors (drivers/md/dm-raid1.c, device_status_char).
  const letters = health.replaceAll(/[^A]/g, 'D');
  const action = part === undefined ? undefined : part === all ? 'idle' : 'resync';
  return {
    level: 'mirror',
    ...tolerancesOf('mirror', legs),
    health: letters,
    action,
    synchronised: part,
    toSynchronise: all,
    mismatches: undefined,
  };
}

/** `thin-pool 2 118/1024 960/960 - out_of_data_space discard_passdown error_if_no_space - 256`, or only `Fail`. */
export function parseDmThinPool({ target, words }: DmStatus): DmThinPoolStatus | undefined {
  if (target !== 'thin-pool') return undefined;
  const [transaction = '', metadata, data, , mode = ''] = words;
  if (words.length === 1)
    return { mode: transaction, usedRatio: undefined, metadataUsedRatio: undefined, needsCheck: false };
  return {
    mode,
    usedRatio: ratioOf(data),
    metadataUsedRatio: ratioOf(metadata),
    needsCheck: words.includes('needs_check'),
  };
}

/** `lost`: nothing can be read from the snapshot any more, because it was full or its store could not be read or
 * written. `full`: what it kept can still be read, until the volume changes again. */
export type DmSnapshotState = 'usable' | 'full' | 'lost' | 'merge_failed';

/** `snapshot Invalid`, `snapshot-merge Merge failed`, or how full it is (drivers/md/dm-snap.c, snapshot_status);
 * undefined if it is neither. */
export function parseDmSnapshot({ target, words }: DmStatus): DmSnapshotState | undefined {
  if (words.length === 0) return undefined;
  const state = words.join(' ');
  if (target === 'snapshot-merge') return state === 'Merge failed' || state === 'Invalid' ? 'merge_failed' : 'usable';
  if (target !== 'snapshot') return undefined;
  if (state === 'Invalid') return 'lost';
  return state === 'Overflow' ? 'full' : 'usable';
}

/** `failed`: nothing on the volume can be read or written any more. `damaged`: the cache cannot read or record what it
 * holds, or what it has recorded must be checked. */
export type DmCacheState = 'usable' | 'failed' | 'damaged';

/** `cache 8 27/2048 128 0/8192 … smq 0 rw -`, or only `Fail` or `Error`; `writecache 0 …` with the number of an error
 * first (Linux, Documentation/admin-guide/device-mapper/cache.rst, writecache.rst). Undefined if it is neither. */
export function parseDmCache({ target, words }: DmStatus): DmCacheState | undefined {
  const [first] = words;
  if (target === 'writecache') return first === undefined ? undefined : first === '0' ? 'usable' : 'failed';
  if (target !== 'cache' || first === undefined) return undefined;
  if (first === 'Fail') return 'failed';
  const modeAndCheck = words.slice(-2);
  return ['ro', 'needs_check', 'Error'].some((word) => modeAndCheck.includes(word)) ? 'damaged' : 'usable';
}

/** `read_only`: VDO has found something damaged, or its drive gave errors. */
export type DmVdoState = 'usable' | 'nearly_full' | 'full' | 'read_only';

const nearlyFullVdoRatio = 0.9;

/** `vdo /dev/dm-0 normal - online online 51 1000`: the last are the blocks used, and all (Linux,
 * Documentation/admin-guide/device-mapper/vdo.rst). Undefined if it is none. */
export function parseDmVdo({ target, words }: DmStatus): DmVdoState | undefined {
  const [, mode] = words;
  const [used, all] = words.slice(-2).map(count);
  if (target !== 'vdo' || mode === undefined) return undefined;
  if (mode === 'read-only') return 'read_only';
  if (used === undefined || all === undefined) return undefined;
  if (used >= all) return 'full';
  return used >= all * nearlyFullVdoRatio ? 'nearly_full' : 'usable';
}

/** Asks device mapper for the state of all its devices. No drive is read: the kernel knows it. */
export class DeviceMapper {
  readonly #poller: Poller<ReadonlyMap<string, DmStatus>>;

  constructor(roots: HostRoots) {
    this.#poller = new Poller(
      async () => {
        const { stdout, stderr, status } = await runPrivilegedCommand(command, roots.host(drivesHelperSocketPath));
        if (status !== 0) throw new Error(`dmsetup: ${stderr.split('\n')[0] || `exit status ${status}`}`);
        return parseDmStatus(stdout);
      },
      { timeoutSeconds: commandTimeoutSeconds },
    );
  }

  async read(): Promise<DmStatusesOrHint> {
    try {
      return { byName: await this.#poller.pollCurrent() };
    } catch (error) {
      const isSilent = error instanceof NoAnswerError;
      return {
        hint: isSilent ? (texts = accessTexts) => texts.silent(command.program) : translatableTextOfError(error),
      };
    }
  }
}
