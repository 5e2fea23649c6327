import type { Vdev, VdevClass, ZpoolScan, ZpoolStatus } from './zpool-status.ts';

const classes = new Map<string, VdevClass>([
  ['special', 'special'],
  ['dedup', 'dedup'],
  ['logs', 'logs'],
  ['cache', 'l2cache'],
  ['spares', 'spares'],
]);

interface OpenVdev extends Vdev {
  children: OpenVdev[];
}

/** `1.2K` without -p. */
function parseCount(text: string): number | undefined {
  const [, number, unit = ''] = /^([\d.]+)([KMGT]?)$/.exec(text) ?? [];
  return number === undefined ? undefined : Math.round(Number(number) * 1000 ** ' KMGT'.indexOf(unit || ' '));
}

/** `    wwn-0x5000c5001-part1  ONLINE  0  0  130  (resilvering)`; a remark names the path of a device that cannot be
 * opened. */
function parseLine(line: string): { depth: number; vdev: OpenVdev } | undefined {
  const [, indent = '', name, state = '', read, write, checksum, remark = ''] =
    /^\t( *)(\S+)(?: +([A-Z]+)(?: +(\S+) +(\S+) +(\S+))?(.*))?$/.exec(line.trimEnd()) ?? [];
  if (name === undefined) return undefined;
  const counts = [read, write, checksum].map((text) => parseCount(text ?? ''));
  const hasCounts = counts.every((one) => one !== undefined);
  const before = /\bwas (\/\S+)/.exec(remark)?.[1];
  return {
    depth: Math.floor(indent.length / 2),
    vdev: {
      name: name.split('/').at(-1) ?? name,
      state,
      path: before ?? (name.startsWith('/') ? name : undefined),
      slot: undefined,
      errors: hasCounts ? counts.reduce<number>((sum, one = 0) => sum + one, 0) : undefined,
      isBehind: /\((resilvering|awaiting resilver)\)/.test(remark),
      children: [],
    },
  };
}

function parseConfig(lines: readonly string[]): Record<VdevClass, Vdev[]> {
  const found: Record<VdevClass, OpenVdev[]> = { vdevs: [], special: [], dedup: [], logs: [], l2cache: [], spares: [] };
  let current: VdevClass = 'vdevs';
  // The last vdev of each depth; depth 0 is the pool or the name of a class.
  const open: OpenVdev[] = [];
  for (const line of lines) {
    const parsed = parseLine(line);
    if (parsed === undefined) continue;
    const { depth, vdev } = parsed;
    open.length = Math.min(open.length, depth);
    if (depth === 0) current = vdev.state === '' ? (classes.get(vdev.name) ?? current) : 'vdevs';
    else if (depth === 1) found[current].push(vdev);
    else open[depth - 1]?.children.push(vdev);
    open[depth] = vdev;
  }
  return found;
}

const secondsOf = (days: string | undefined, time: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return Number(days ?? 0) * 86_400 + hours * 3600 + minutes * 60 + seconds;
};

/** The date is in the time zone of the machine. */
function parseDate(text: string | undefined): Date | undefined {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function parseScan(text: string): ZpoolScan | undefined {
  const scanFunction = /^resilver/.test(text) ? 'resilver' : /^scrub/.test(text) ? 'scrub' : undefined;
  if (scanFunction === undefined) return undefined;
  const [, errors, end] = /with (\d+) errors on (.*)/.exec(text) ?? [];
  const [, percent] = /(?<![\d.])([\d.]+)% done/.exec(text) ?? [];
  const [, days, left] = /, (?:(\d+) days )?(\d+:\d+:\d+) to go/.exec(text) ?? [];
  const state = /canceled/.test(text)
    ? 'canceled'
    : /paused/.test(text)
      ? 'paused'
      : errors === undefined
        ? 'running'
        : 'finished';
  return {
    function: scanFunction,
    state,
    finishedAt: parseDate(end),
    errors: errors === undefined ? undefined : Number(errors),
    ratio: percent === undefined ? undefined : Math.min(Number(percent) / 100, 1),
    secondsLeft: left === undefined ? undefined : secondsOf(days, left),
  };
}

function parseErrors(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^No known data errors/.test(text)) return 0;
  const [, count] = /^(\d+) data errors/.exec(text) ?? [];
  if (count !== undefined) return Number(count);
  // The list that root gets.
  return /^Permanent errors/.test(text) ? 1 : undefined;
}

/** The answer to `zpool status -p -P NAME`, which OpenZFS before 2.3 has; undefined if it is none, or of another
 * pool. */
export function parseNamedZpoolStatusText(text: string, pool: string): ZpoolStatus | undefined {
  const fields = new Map<string, string[]>();
  let field: string[] | undefined;
  for (const line of text.split('\n')) {
    const [, key, rest] =
      /^ *(pool|state|status|action|see|scan|scrub|config|errors|remove|expand|checkpoint): ?(.*)$/.exec(line) ?? [];
    if (key === 'pool' && fields.has('pool')) break;
    if (key === undefined || rest === undefined) field?.push(line);
    else {
      field = [rest];
      fields.set(key, field);
    }
  }
  const first = (key: string) => fields.get(key)?.[0]?.trim();
  const state = first('state');
  if (first('pool') !== pool || !state) return undefined;
  return {
    state,
    guid: undefined,
    vdevs: parseConfig((fields.get('config') ?? []).filter((line) => !/^\tNAME +STATE/.test(line))),
    scan: parseScan((fields.get('scan') ?? []).map((line) => line.trim()).join(' ')),
    dataErrors: parseErrors(first('errors')),
  };
}
