import { bounds } from '../../../model/bounds.ts';
import { parseJsonWithin } from '../../../model/json.ts';

/** A device of a pool, or a group of them, by ZFS's own words. */
export interface Vdev {
  /** `mirror-0`, `raidz1-0`, `ata-DISK_SERIAL-part1`; a device that cannot be opened has its GUID as name. */
  name: string;
  /** `ONLINE`, `DEGRADED`, `FAULTED`, `OFFLINE`, `UNAVAIL`, `REMOVED`; of spares `AVAIL`, `INUSE`. */
  state: string;
  /** Below /dev; of a device that is gone, the one it had. */
  path: string | undefined;
  /** Where it is plugged in, as udev names it: `pci-0000:00:1f.2-ata-2.0`. */
  slot: string | undefined;
  /** Errors of reading, writing and checksums; spares have no counts. */
  errors: number | undefined;
  /** It is being resilvered, or waits for that: it lacks data. */
  isBehind: boolean;
  children: readonly Vdev[];
}

/** The classes of devices that hold data: with one of these vdevs the whole pool is lost. */
export const dataVdevClasses = ['vdevs', 'special', 'dedup'] as const;
export type VdevClass = (typeof dataVdevClasses)[number] | 'logs' | 'l2cache' | 'spares';

export interface ZpoolScan {
  function: 'scrub' | 'resilver';
  state: 'running' | 'paused' | 'finished' | 'canceled';
  finishedAt: Date | undefined;
  /** What it could not repair. */
  errors: number | undefined;
  /** From 0 to 1. */
  ratio: number | undefined;
  secondsLeft: number | undefined;
}

/** What `zpool status` says of a pool. */
export interface ZpoolStatus {
  state: string;
  guid: string | undefined;
  /** The vdevs of each class; the pool itself is not among them. */
  vdevs: Readonly<Record<VdevClass, readonly Vdev[]>>;
  scan: ZpoolScan | undefined;
  /** Files or objects that are damaged; undefined if that is not known. */
  dataErrors: number | undefined;
}

export const isResilverRunningOrPaused = (scan: ZpoolScan | undefined): boolean =>
  scan?.function === 'resilver' && (scan.state === 'running' || scan.state === 'paused');

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Without `--json-int`, numbers are texts. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** More than any pool has; a deeper tree is none. */
const maxDepth = 6;

/** As `zpool status` remarks it (`print_status_config` in cmd/zpool/zpool_main.c). A scrub has the same count, which
 * stays when it ends. */
const isBehind = (fields: Fields, isResilvering: boolean) =>
  (isResilvering && (numberOf(fields.scan_processed) ?? 0) > 0) || (numberOf(fields.resilver_deferred) ?? 0) > 0;

function parseVdev(value: unknown, isResilvering: boolean, depth = 0): Vdev[] {
  const { name, state, path, phys_path: slot, vdevs, ...fields } = fieldsOf(value);
  const [nameText, stateText] = [textOf(name), textOf(state)];
  if (nameText === undefined || stateText === undefined || depth > maxDepth) return [];
  const children = Object.values(fieldsOf(vdevs)).flatMap((child) => parseVdev(child, isResilvering, depth + 1));
  const counts = ['read_errors', 'write_errors', 'checksum_errors'].map((key) => numberOf(fields[key]));
  return [
    {
      name: nameText,
      state: stateText,
      path: textOf(path),
      slot: textOf(slot),
      errors: counts.every((one) => one === undefined)
        ? undefined
        : counts.reduce<number>((sum, one = 0) => sum + one, 0),
      isBehind: children.length === 0 && stateText === 'ONLINE' && isBehind(fields, isResilvering),
      children,
    },
  ];
}

const scanFunctions = new Map<unknown, ZpoolScan['function']>([
  ['SCRUB', 'scrub'],
  ['ERRORSCRUB', 'scrub'],
  ['RESILVER', 'resilver'],
]);

function parseScan(value: unknown, now: number): ZpoolScan | undefined {
  const fields = fieldsOf(value);
  const number = (name: string) => numberOf(fields[name]);
  const scanFunction = scanFunctions.get(fields.function);
  const word = String(fields.state);
  if (scanFunction === undefined || !/^(SCANNING|FINISHED|CANCELED)$/.test(word)) return undefined;
  const isRunning = word === 'SCANNING';
  const [all = 0, issued = 0, end = 0] = [number('to_examine'), number('issued'), number('end_time')];
  // A scrub that is continued counts from the beginning of its newest pass.
  const seconds = now / 1000 - (number('pass_start') ?? now / 1000) - (number('scrub_spent_paused') ?? 0);
  const inPass = number('issued_bytes_per_scan') ?? 0;
  return {
    function: scanFunction,
    state: !isRunning ? (word === 'FINISHED' ? 'finished' : 'canceled') : number('scrub_pause') ? 'paused' : 'running',
    finishedAt: word === 'FINISHED' && end > 0 ? new Date(end * 1000) : undefined,
    errors: number('errors'),
    ratio: isRunning && all > 0 ? Math.min(issued / all, 1) : undefined,
    secondsLeft: isRunning && inPass > 0 && seconds > 0 ? (Math.max(all - issued, 0) * seconds) / inPass : undefined,
  };
}

/** The answer to `zpool status -j --json-int NAME`; undefined if it is none, or of another pool. `now`: in
 * milliseconds. */
export function parseNamedZpoolStatusJson(text: string, name: string, now: number): ZpoolStatus | undefined {
  const pool = fieldsOf(fieldsOf(fieldsOf(parseJsonWithin(text, bounds.commandOutput)).pools)[name]);
  const state = textOf(pool.state);
  if (state === undefined) return undefined;
  const scan = parseScan(pool.scan_stats, now);
  const ofClass = (key: string) =>
    Object.values(fieldsOf(pool[key])).flatMap((vdev) => parseVdev(vdev, isResilverRunningOrPaused(scan)));
  const [root] = ofClass('vdevs');
  return {
    state,
    // A number has lost its last digits when it is parsed.
    guid: /"pool_guid"\s*:\s*"?(\d+)/.exec(text)?.[1],
    vdevs: {
      vdevs: root?.children ?? [],
      special: ofClass('special'),
      dedup: ofClass('dedup'),
      logs: ofClass('logs'),
      l2cache: ofClass('l2cache'),
      spares: ofClass('spares'),
    },
    scan,
    dataErrors: numberOf(pool.error_count),
  };
}

/** How full a pool is. */
export interface ZpoolSpace {
  /** Bytes. */
  size: number | undefined;
  /** From 0 to 1. */
  usedRatio: number | undefined;
  /** Of the free space, from 0 to 1. */
  fragmentation: number | undefined;
}

/** The answer to `zpool list -Hp NAME`: tabs, and columns that differ by version in their middle. */
export function parseZpoolSpace(text: string, name: string): ZpoolSpace | undefined {
  const columns = text
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([first]) => first === name);
  if (columns === undefined || columns.length < 10) return undefined;
  const ratio = (column: string | undefined) => {
    const percent = numberOf(column?.replace('%', ''));
    return percent === undefined ? undefined : Math.min(percent / 100, 1);
  };
  const [size, allocated] = [numberOf(columns[1]), numberOf(columns[2])];
  return {
    size,
    usedRatio: size && allocated !== undefined ? Math.min(allocated / size, 1) : ratio(columns.at(-4)),
    fragmentation: ratio(columns.at(-5)),
  };
}
