import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';

interface Thing {
  id: string;
  kind?: string;
  values: Record<string, { value: number | string | boolean | null }>;
}

const told = (file: string, ...args: string[]) =>
  spawnSync(file, args, { encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C' } }).stdout;
const GiB = 1024 ** 3;

/** Within a share of the greater of the two, or so little that it does not matter. */
function near(ours: unknown, theirs: number, share: number, little = 0): void {
  const far = Math.abs(Number(ours) - theirs);
  expect(far, `${ours} beside ${theirs}`).toBeLessThanOrEqual(
    Math.max(share * Math.max(Math.abs(Number(ours)), Math.abs(theirs)), little),
  );
}

test('values are those of free, df, /proc, ip and lscpu', async () => {
  const agent = startAgent({}, ['once', '--json']);
  expect(await agent.ended).toBe(0);
  const [host] = JSON.parse(agent.output()) as { devices: (Thing & { parts: Thing[] })[] }[];
  const device = host?.devices[0];
  const value = (thing: Thing | undefined, key: string) => thing?.values[key]?.value;
  const part = (kind: string, id: string) => device?.parts.find((one) => one.kind === kind && one.id === id);

  const [, total = 0, , , , , available = 0] = (/^Mem:.*$/m.exec(told('free', '-b'))?.[0] ?? '')
    .split(/\s+/)
    .map(Number);
  near(value(device, 'memory_total'), total / GiB, 0.001, 0.01);
  near(value(device, 'memory_available'), available / GiB, 0.05, 0.05);

  const [size = 0, used = 0, free = 0] = (told('df', '-B1', '--output=size,used,avail', '/').split('\n')[1] ?? '')
    .trim()
    .split(/\s+/)
    .map(Number);
  near(value(part('filesystem', 'root'), 'total'), size / GiB, 0.001, 0.01);
  near(value(part('filesystem', 'root'), 'free'), free / GiB, 0.01, 0.1);
  near(value(part('filesystem', 'root'), 'used'), (100 * used) / (used + free), 0.01, 0.2);

  const load = Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[1]);
  near(value(device, 'load_5'), load, 0.2, 0.2);
  near(
    Date.parse(String(value(device, 'boot_time'))) / 1000,
    Date.now() / 1000 - Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]),
    0,
    3,
  );
  near(value(device, 'processes'), told('ps', '-e', '--no-headers').trim().split('\n').length, 0.1, 5);

  const [one = 0, , fifteen = 0] = told('uptime').split('load average:')[1]?.split(',').map(Number) ?? [];
  near(value(device, 'load_1'), one, 0.3, 0.5);
  near(value(device, 'load_15'), fifteen, 0.1, 0.2);
  const [, swapTotal = 0, swapUsed = 0] = (/^Swap:.*$/m.exec(told('free', '-b'))?.[0] ?? '').split(/\s+/).map(Number);
  if (swapTotal === 0) expect(value(device, 'swap_total')).toBeNull();
  else {
    near(value(device, 'swap_total'), swapTotal / GiB, 0.001, 0.01);
    near(value(device, 'swap_used'), (100 * swapUsed) / swapTotal, 0.05, 1);
  }
  near(Date.parse(String(value(device, 'boot_time'))) / 1000, Date.parse(told('uptime', '-s')) / 1000, 0, 61);

  interface Link {
    ifname: string;
    operstate: string;
    stats64: { rx: { bytes: number }; tx: { bytes: number } };
  }
  const links = (JSON.parse(told('ip', '-s', '-j', 'link')) as Link[]).filter(
    ({ ifname }) => part('interface', ifname) !== undefined,
  );
  expect(links.length).toBeGreaterThan(0);
  for (const { ifname, operstate, stats64 } of links) {
    near(value(part('interface', ifname), 'received'), stats64.rx.bytes / 1e9, 0.01, 0.002);
    near(value(part('interface', ifname), 'sent'), stats64.tx.bytes / 1e9, 0.01, 0.002);
    expect(value(part('interface', ifname), 'link')).toBe(operstate === 'UP' || operstate === 'UNKNOWN');
  }
  const model = /^Model name:\s+(.*)$/m.exec(told('lscpu'))?.[1];
  if (model !== undefined) expect(value(device, 'processor')).toBe(model);
});

/** The agent, and what it last read of the machine. */
async function watch(settings: Record<string, string>) {
  const port = await freePort();
  startAgent({ MQTT_URL: `embedded://127.0.0.1:${await freePort()}`, HTTP_PORT: String(port), ...settings });
  return async (key: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/host/status`).catch(() => undefined);
    const status = (await response?.json()) as { devices: Thing[] } | undefined;
    return status?.devices[0]?.values[key]?.value;
  };
}

test('pending updates are those that apt lists', async () => {
  const value = await watch({ HOST_SCHEDULE: '* * * * * *' });
  await until('apt answers', async () => typeof (await value('updates_pending')) === 'number', 60);
  const upgradable = told('apt', 'list', '--upgradable')
    .split('\n')
    .filter((line) => line.includes('[upgradable from:'));
  // A package that is held back is upgradable, but would not be upgraded.
  const held = told('apt-mark', 'showhold').split('\n').filter(Boolean).length;
  const fromSecurity = upgradable.filter((line) => /^\S*-security/.test(line.split('/')[1] ?? ''));
  near(await value('updates_pending'), upgradable.length, 0, held);
  near(await value('security_updates_pending'), fromSecurity.length, 0, held);
});

test('the use of the processor is that of vmstat', async () => {
  const value = await watch({ HOST_SCHEDULE: '*/2 * * * * *' });
  await until('two readings', async () => typeof (await value('cpu_used')) === 'number', 30);
  const seen: number[] = [];
  const vmstat = execa('vmstat', ['-n', '20', '2']);
  const isDone = vmstat.then(() => true);
  while (!(await Promise.race([isDone, pause(1000, false)]))) seen.push(Number(await value('cpu_used')));
  const lines = (await vmstat).stdout.trim().split('\n');
  const [header, last] = [1, -1].map((line) => (lines.at(line) ?? '').trim().split(/\s+/));
  const column = (name: string) => Number(last?.[header?.indexOf(name) ?? -1]);
  near(seen.reduce((sum, share) => sum + share, 0) / seen.length, 100 - column('id') - column('wa'), 0, 15);
});
