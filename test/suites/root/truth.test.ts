import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { hostTables } from '../../../src/collectors/host/metrics/index.ts';
import { program, startAgent } from '../../helpers/agent.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';
import { makeLoad } from './load.ts';
import * as other from './other-programs.ts';

interface Values {
  id: string;
  kind?: string;
  values: Record<string, { value: number | string | boolean | null }>;
}
type Machine = Values & { parts: Values[] };

/** Why a value is held against no other program here. */
const notHere: Record<string, string> = {
  'host failed_units': 'systemctl makes and names a failed unit in the suite machine: systemd has to run',
  'host failed_unit_names': 'as failed_units',
  'host clock_synchronized': 'what systemd-timesyncd says in a file; timedatectl asks the kernel, which others set too',
  'host throttled': 'only the firmware of a Raspberry Pi knows; vcgencmd asks the same firmware',
  'host under_voltage': 'as throttled',
  'host throttle_events': 'no program prints the counter; virtual machines have none',
  'filesystem time_to_full': 'an extrapolation of our own over hours: test/collectors/host/time-to-full.test.ts',
};

/** The values that a test has held against another program's. */
const held = new Set<string>();

function hold(machine: Machine, claims: other.Claims, partId?: string): void {
  for (const [name, { value, within = 0 }] of Object.entries(claims)) {
    const [table = '', key = ''] = name.split(' ');
    const subject = table === 'host' ? machine : machine.parts.find(({ kind, id }) => kind === table && id === partId);
    // A metric that the machine lacks has no entity.
    const ours = subject?.values[key]?.value ?? null;
    const comparable = key === 'boot_time' ? Date.parse(String(ours)) : ours;
    if (typeof value === 'number') {
      const far = Math.abs(Number(comparable ?? Number.NaN) - value);
      expect(far, `${name}: ${ours} beside ${value}`).toBeLessThanOrEqual(within + 0.01);
    } else expect(comparable, name).toBe(value);
    held.add(name);
  }
}

async function readOnce(settings: Record<string, string> = {}): Promise<Machine> {
  const agent = startAgent(settings, ['once', '--json']);
  await agent.ended;
  const [host] = JSON.parse(agent.output()) as { devices: Machine[] }[];
  return host?.devices[0] ?? { id: '', values: {}, parts: [] };
}

test('values are those of free, df, findmnt, uptime, ps, lscpu, ip and ethtool, and of awk in /proc/pressure', async () => {
  const machine = await readOnce();
  hold(machine, other.claimsOfPressure());
  hold(machine, other.claimsOfFree());
  hold(machine, other.claimsOfUptimeAndPs());
  hold(machine, other.claimsOfLscpu());
  hold(machine, other.claimsOfDfAndFindmnt('/'), 'root');
  const interfaces = machine.parts.filter(({ kind }) => kind === 'interface');
  expect(interfaces.length).toBeGreaterThan(0);
  for (const { id } of interfaces) hold(machine, other.claimsOfIpAndEthtool(id), id);
});

/** What a reading says, and the output of another command, in a namespace whose /sys/class and /boot are these
 * files. */
function readBeside(files: Record<string, string>, ...command: string[]): { machine: Machine; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'truth-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const writes = Object.entries(files).map(
    ([path, content]) => `mkdir -p "$(dirname ${path})"; printf '%s\\n' '${content}' > ${path}`,
  );
  const script = `mount --make-rprivate /; mount -t tmpfs none /sys/class; mount -t tmpfs none /boot
    ${writes.join('\n')}\n${process.execPath} ${program} once --json > ${folder}/document; "$@"`;
  const { stdout, stderr } = spawnSync('unshare', ['--mount', 'bash', '-c', script, 'bash', ...command], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      HTTP_PORT: '0',
      ROUTER_SCHEDULE: 'off',
      NVME_SCHEDULE: 'off',
      STORAGE_SCHEDULE: 'off',
      LC_ALL: 'C',
    },
  });
  const document = other.outputOf('cat', `${folder}/document`);
  expect(document, stderr).toMatch(/^\[/);
  const [host] = JSON.parse(document) as { devices: Machine[] }[];
  return { machine: host?.devices[0] ?? { id: '', values: {}, parts: [] }, output: stdout };
}

test('temperatures and fans are those of sensors', () => {
  const chips = {
    'hwmon0/name': 'coretemp',
    'hwmon0/temp1_label': 'Package id 0',
    'hwmon0/temp1_input': '61500',
    'hwmon0/temp2_label': 'Core 0',
    'hwmon0/temp2_input': '58000',
    'hwmon1/name': 'nct6798',
    'hwmon1/temp1_label': 'SYSTIN',
    'hwmon1/temp1_input': '34500',
    'hwmon1/fan1_label': 'CPU Fan',
    'hwmon1/fan1_input': '1210',
    'hwmon1/fan2_input': '0',
  };
  const files = Object.entries(chips).map(([path, content]) => [`/sys/class/hwmon/${path}`, content]);
  const { machine, output } = readBeside(Object.fromEntries(files), 'sensors', '-j');
  const sensors = JSON.parse(output) as Record<string, Record<string, Record<string, number>>>;
  const { 'coretemp-virtual-0': coretemp, 'nct6798-virtual-0': board } = sensors;
  const claim = (name: string, value: number | undefined, within = 0) => ({
    [name]: { value: value ?? Number.NaN, within },
  });
  hold(machine, claim('host cpu_temperature', coretemp?.['Package id 0']?.temp1_input, 0.5));
  hold(machine, claim('temperature temperature', coretemp?.['Core 0']?.temp2_input, 0.5), 'coretemp Core 0');
  hold(machine, claim('temperature temperature', board?.SYSTIN?.temp1_input, 0.5), 'nct6798 SYSTIN');
  hold(machine, claim('fan speed', board?.['CPU Fan']?.fan1_input), 'nct6798 CPU Fan');
  hold(machine, claim('fan speed', board?.fan2?.fan2_input), 'nct6798 fan2');
});

test('a newer kernel is the one that sort --version-sort has last', () => {
  const running = other.outputOf('uname', '-r').trim();
  const newer = running.replace(/^\d+/, (major) => String(Number(major) + 1));
  const { machine, output } = readBeside(
    { [`/boot/vmlinuz-${running}`]: '', [`/boot/vmlinuz-${newer}`]: '' },
    ...['sh', '-c', 'ls /boot | sort --version-sort | tail -n 1'],
  );
  const last = output.trim().replace('vmlinuz-', '');
  hold(machine, {
    'host reboot_required': { value: last !== running },
    'host reboot_packages': { value: `Linux ${last}` },
  });
});

test('the frequency of the processor is that of lscpu', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'truth-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // lscpu looks below each processor, the agent at the frequency domains.
  const cpu = `${folder}/sys/devices/system/cpu`;
  const script = `mkdir -p ${folder}/proc ${cpu}/cpufreq; cp /proc/cpuinfo ${folder}/proc
    for file in possible present online; do echo 0-1 > ${cpu}/$file; done
    for n in 0 1; do
      mkdir -p ${cpu}/cpufreq/policy$n ${cpu}/cpu$n; ln -s ../cpufreq/policy$n ${cpu}/cpu$n/cpufreq; cd ${cpu}/cpufreq/policy$n
      echo $((1400000 + n * 800000)) > scaling_cur_freq; echo 3600000 > cpuinfo_max_freq; echo 800000 > cpuinfo_min_freq
    done`;
  expect(spawnSync('bash', ['-ec', script]).status).toBe(0);
  const output = other.outputOf('lscpu', '--sysroot', folder);
  const field = (name: string) => Number(new RegExp(`^${name}: +([\\d.]+)%?$`, 'm').exec(output)?.[1]);
  const scaling = field('CPU\\(s\\) scaling MHz') / 100;
  hold(await readOnce({ HOST_SYS: `${folder}/sys` }), {
    'host cpu_frequency': { value: scaling * field('CPU max MHz'), within: 20 },
  });
});

/** The agent, and what it last read of the machine. */
async function watch(settings: Record<string, string>) {
  const port = await freePort();
  startAgent({ MQTT_URL: `embedded://127.0.0.1:${await freePort()}`, HTTP_PORT: String(port), ...settings });
  return async () => {
    const response = await fetch(`http://127.0.0.1:${port}/host/status`).catch(() => undefined);
    const status = (await response?.json()) as { lastSuccess?: string; devices: Machine[] } | undefined;
    return { at: Date.parse(status?.lastSuccess ?? ''), machine: status?.devices[0] };
  };
}

test('pending updates are those that apt lists', async () => {
  const look = await watch({ HOST_SCHEDULE: '* * * * * *' });
  const answered = await until(
    'apt answers',
    async () => {
      const { machine } = await look();
      return typeof machine?.values.updates_pending?.value === 'number' ? machine : undefined;
    },
    60,
  );
  hold(answered, other.claimsOfApt());
});

test('rates are those of vmstat and ip', async () => {
  const { disk } = await makeLoad();
  const look = await watch({ HOST_SCHEDULE: '*/2 * * * * *', HOST_INTERFACES: 'lo', HOST_DISKS: disk });
  const hasRates = async () => typeof (await look()).machine?.values.cpu_used?.value === 'number';
  await until('two readings', hasRates, 30);
  const totals = () => ({ at: performance.now(), ...other.bytesOfIp('lo'), ...other.totalsOfVmstat(disk) });
  const before = totals();
  const vmstat = execa('vmstat', ['-n', '20', '2']);
  const isDone = vmstat.then(() => true);
  const seen: Machine[] = [];
  while (!(await Promise.race([isDone, pause(1000, false)]))) {
    const { machine } = await look();
    if (machine !== undefined) seen.push(machine);
  }
  const after = totals();
  const mean = (table: string, key: string, id?: string) => {
    const values = seen.map((machine) => {
      const subject = table === 'host' ? machine : machine.parts.find((part) => part.kind === table && part.id === id);
      return Number(subject?.values[key]?.value ?? Number.NaN);
    });
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const claimRate = (bytes: number, unitBytes: number, least: number) => {
    const value = bytes / unitBytes / ((after.at - before.at) / 1000);
    return { value, within: Math.max(least, 0.25 * value) };
  };
  const claims = {
    ...other.claimsOfVmstat((await vmstat).stdout),
    'interface receive_rate': claimRate(after.received - before.received, 125_000, 1),
    'interface send_rate': claimRate(after.sent - before.sent, 125_000, 1),
    'disk read_rate': claimRate(after.read - before.read, 1e6, 1),
    'disk write_rate': claimRate(after.written - before.written, 1e6, 1),
    'disk busy': {
      value: (100 * (after.busySeconds - before.busySeconds)) / ((after.at - before.at) / 1000),
      within: 15,
    },
  };
  const ids: Record<string, string> = { interface: 'lo', disk };
  const means = Object.keys(claims).map((name) => {
    const [table = '', key = ''] = name.split(' ');
    return { table, key, value: mean(table, key, ids[table]) };
  });
  const valuesOf = (wanted: string) =>
    Object.fromEntries(means.filter(({ table }) => table === wanted).map(({ key, value }) => [key, { value }]));
  const parts = Object.entries(ids).map(([kind, id]) => ({ id, kind, values: valuesOf(kind) }));
  const machine = { id: 'mean', values: valuesOf('host'), parts };
  for (const [name, claim] of Object.entries(claims)) hold(machine, { [name]: claim }, ids[name.split(' ')[0] ?? '']);
});

test('every value of the machine is held against another program, or it is said why not', () => {
  const all = Object.entries(hostTables).flatMap(([table, { metrics }]) =>
    Object.keys(metrics).map((key) => `${table} ${key}`),
  );
  expect([...new Set([...held, ...Object.keys(notHere)])].sort()).toEqual(all.sort());
});
