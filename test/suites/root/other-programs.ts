import { spawnSync } from 'node:child_process';

/** What another program says of a value, by table and key, in the unit in which people see it. `within`: by how much
 * the value may differ, since both are read at different moments; 0 if it is left out. */
export type Claims = Record<string, { value: number | string | boolean | null; within?: number }>;

export const outputOf = (file: string, ...args: string[]): string =>
  spawnSync(file, args, { encoding: 'utf8', env: { PATH: `${process.env.PATH}:/usr/sbin`, LC_ALL: 'C' } }).stdout;
const fieldsOf = (line = '') => line.trim().split(/\s+/);
const numbersOf = (line = '') => fieldsOf(line).map(Number);
const GiB = 1024 ** 3;

export function claimsOfFree(): Claims {
  const output = outputOf('free', '-b');
  const row = (name: string) => numbersOf(new RegExp(`^${name}:(.*)$`, 'm').exec(output)?.[1]);
  const [total = 0, , , , , available = 0] = row('Mem');
  const [swapTotal = 0, swapUsed = 0] = row('Swap');
  const hasSwap = swapTotal > 0;
  return {
    'host memory_total': { value: total / GiB, within: 0.01 },
    'host memory_available': { value: available / GiB, within: (0.05 * total) / GiB },
    'host memory_used': { value: (100 * (total - available)) / total, within: 5 },
    'host swap_total': hasSwap ? { value: swapTotal / GiB, within: 0.01 } : { value: null },
    'host swap_used': hasSwap ? { value: (100 * swapUsed) / swapTotal, within: 2 } : { value: null },
  };
}

/** Of a mounted file system. */
export function claimsOfDfAndFindmnt(point: string): Claims {
  const columns = ['size', 'used', 'avail', 'itotal', 'iused'];
  const [size = 0, used = 0, free = 0, inodes = 0, inodesUsed = 0] = numbersOf(
    outputOf('df', '-B1', `--output=${columns.join(',')}`, point).split('\n')[1],
  );
  const options = outputOf('findmnt', '-n', '-o', 'OPTIONS', '--target', point).trim().split(',');
  return {
    'filesystem total': { value: size / GiB, within: 0.01 },
    'filesystem free': { value: free / GiB, within: 0.2 },
    'filesystem used': { value: (100 * used) / (used + free), within: 1 },
    'filesystem inodes_used': { value: (100 * inodesUsed) / inodes, within: 1 },
    'filesystem read_only': { value: options.includes('ro') },
  };
}

export function claimsOfUptimeAndPs(): Claims {
  const loads = /load average: (.*)$/m.exec(outputOf('uptime'))?.[1]?.split(',').map(Number) ?? [];
  const [one = 0, five = 0, fifteen = 0] = loads;
  return {
    'host load_1': { value: one, within: 0.5 + 0.3 * one },
    'host load_5': { value: five, within: 0.2 + 0.2 * five },
    'host load_15': { value: fifteen, within: 0.2 + 0.1 * fifteen },
    'host boot_time': { value: Date.parse(outputOf('uptime', '-s')), within: 61_000 },
    'host processes': { value: outputOf('ps', '-e', '--no-headers').trim().split('\n').length, within: 25 },
  };
}

/** The kernel's averages change every two seconds. */
export function claimsOfPressure(): Claims {
  const claim = (resource: string) => {
    const script = '$1 == "some" { sub("avg60=", "", $3); print $3 }';
    return { value: Number(outputOf('awk', script, `/proc/pressure/${resource}`)), within: 8 };
  };
  return {
    'host pressure_cpu': claim('cpu'),
    'host pressure_memory': claim('memory'),
    'host pressure_io': claim('io'),
  };
}

export function claimsOfLscpu(): Claims {
  const output = outputOf('lscpu');
  const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(output)?.[1] ?? null;
  return {
    'host processor': { value: field('Model name') },
    'host virtualization': { value: field('Hypervisor vendor') },
  };
}

interface Link {
  operstate: string;
  stats64: Record<'rx' | 'tx', { bytes: number; errors: number; dropped: number }>;
}
interface Addresses {
  addr_info: { family: string; scope: string; local: string }[];
}

export function bytesOfIp(name: string): { received: number; sent: number } {
  const [link] = JSON.parse(outputOf('ip', '-s', '-j', 'link', 'show', name)) as Link[];
  return { received: link?.stats64.rx.bytes ?? Number.NaN, sent: link?.stats64.tx.bytes ?? Number.NaN };
}

export function claimsOfIpAndEthtool(name: string): Claims {
  const [link] = JSON.parse(outputOf('ip', '-s', '-j', 'link', 'show', name)) as Link[];
  const [addresses] = JSON.parse(outputOf('ip', '-j', 'address', 'show', name)) as Addresses[];
  const global = addresses?.addr_info.filter(({ scope }) => scope === 'global') ?? [];
  const addressOf = (wanted: string) => global.find(({ family }) => family === wanted)?.local ?? null;
  const speed = /Speed: (\d+)Mb\/s/.exec(outputOf('ethtool', name))?.[1];
  const { rx, tx } = link?.stats64 ?? {};
  return {
    'interface received': { value: (rx?.bytes ?? Number.NaN) / 1e9, within: 0.01 },
    'interface sent': { value: (tx?.bytes ?? Number.NaN) / 1e9, within: 0.01 },
    'interface receive_errors': { value: rx?.errors ?? Number.NaN },
    'interface send_errors': { value: tx?.errors ?? Number.NaN },
    'interface receive_drops': { value: rx?.dropped ?? Number.NaN, within: 10 },
    'interface send_drops': { value: tx?.dropped ?? Number.NaN, within: 10 },
    'interface link': { value: link?.operstate === 'UP' || link?.operstate === 'UNKNOWN' },
    'interface speed': { value: speed === undefined ? null : Number(speed) },
    'interface ipv4': { value: addressOf('inet') },
    'interface ipv6': { value: addressOf('inet6') },
  };
}

/** Packages that apt would upgrade. One that is held back is upgradable, but would not be upgraded. */
export function claimsOfApt(): Claims {
  const upgradable = outputOf('apt', 'list', '--upgradable')
    .split('\n')
    .filter((line) => line.includes('[upgradable from:'));
  const within = outputOf('apt-mark', 'showhold').split('\n').filter(Boolean).length;
  const fromSecurity = upgradable.filter((line) => /^\S*-security/.test(line.split('/')[1] ?? ''));
  return {
    'host updates_pending': { value: upgradable.length, within },
    'host security_updates_pending': { value: fromSecurity.length, within },
  };
}

/** The shares of the processors' time that vmstat prints in a line. */
export function claimsOfVmstat(output: string): Claims {
  const [header, last] = [1, -1].map((line) => fieldsOf(output.trim().split('\n').at(line)));
  const column = (name: string) => Number(last?.[header?.indexOf(name) ?? -1]);
  const claim = (value: number) => ({ value, within: 15 });
  return {
    'host cpu_used': claim(100 - column('id') - column('wa')),
    'host cpu_user': claim(column('us')),
    'host cpu_system': claim(column('sy')),
    'host cpu_iowait': claim(column('wa')),
    'host cpu_steal': claim(column('st')),
  };
}

/** What a disk has done since the machine started, in sectors of 512 bytes and in seconds. */
export function totalsOfVmstat(disk: string): { read: number; written: number; busySeconds: number } {
  const line = outputOf('vmstat', '-d')
    .split('\n')
    .find((row) => fieldsOf(row)[0] === disk);
  const [, , , read = 0, , , , written = 0, , , busySeconds = 0] = numbersOf(line);
  return { read: read * 512, written: written * 512, busySeconds };
}
