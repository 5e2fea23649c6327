import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';

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
