import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../helpers/until.ts';
import { Home } from './home.ts';
import { once } from './once.ts';

/** The files of /etc that programs in the home see instead of this machine's. */
function etc(home: Home, files: Record<string, string>): void {
  const folder = join('/etc/netns', home.netns('home'));
  mkdirSync(folder, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** A web server of the router, at its IPv4 address alone. */
async function serve(home: Home): Promise<void> {
  home.start('router', {}, '/usr/bin/python3', '-m', 'http.server', '8080', '--bind', Home.addresses.router);
  await until('the web server', () => home.run('router', 'ss', '-ltn').includes(':8080'), 20);
}

/** Drops what comes to the router and fits. */
function drop(home: Home, family: 'ip' | 'ip6', ...matches: string[]): void {
  home.run('router', 'nft', `add table ${family} dropping`);
  home.run('router', 'nft', `add chain ${family} dropping input { type filter hook input priority 0; }`);
  for (const match of matches) home.run('router', 'nft', `add rule ${family} dropping input ${match} drop`);
}

test('of a silent IPv6 address and an IPv4 address of one name the latter is reached', async () => {
  const home = new Home();
  home.ip('home', 'addr', 'add', 'fd00:77::2/64', 'dev', 'lan0', 'nodad');
  home.ip('router', 'addr', 'add', 'fd00:77::1/64', 'dev', 'lan0', 'nodad');
  drop(home, 'ip6', 'tcp dport 1-65535', 'icmpv6 type echo-request');
  etc(home, { hosts: `127.0.0.1 localhost\nfd00:77::1 dual.lan\n${Home.addresses.router} dual.lan\n` });
  await serve(home);
  const targets = 'echo=dual.lan,tcp=tcp://dual.lan:8080,http=http://dual.lan:8080/';
  const settings = { FRITZBOX_HOSTS: 'self=127.0.0.1', PING_TARGETS: targets, PING_COUNT: '2' };
  const read = async () => {
    const things = await once(home, settings);
    return [...things.values()].some(({ error }) => error === 'no answer yet') ? undefined : things;
  };
  const things = await until('a whole reading', read, 120);
  for (const name of ['echo', 'tcp', 'http'])
    expect([name, things.get(name)?.values.reachable?.value, things.get(name)?.values.packet_loss?.value]).toEqual([
      name,
      true,
      0,
    ]);
});

test('a resolver that is silent holds up no name that needs none, nor the end of the reading', async () => {
  const home = new Home();
  home.ip('router', 'addr', 'add', '192.168.77.9/24', 'dev', 'lan0');
  drop(home, 'ip', 'ip daddr 192.168.77.9');
  etc(home, {
    hosts: `127.0.0.1 localhost\n${Home.addresses.router} known.lan\n`,
    'resolv.conf': 'nameserver 192.168.77.9\n',
  });
  await serve(home);
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const unknown = names.map((name) => `${name}=${name}.example`);
  const things = await once(home, {
    FRITZBOX_HOSTS: 'self=127.0.0.1',
    PING_TARGETS: [...unknown, 'http=http://known.lan:8080/', 'echo=known.lan'].join(','),
    PING_COUNT: '2',
  });
  expect(things.get('http')?.values.reachable?.value).toBe(true);
  expect(things.get('echo')?.values.reachable?.value).toBe(true);
  for (const name of names)
    expect(things.get(name)).toMatchObject({ available: false, error: expect.stringContaining('no answer') });
});
