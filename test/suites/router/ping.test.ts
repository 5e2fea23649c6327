import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../helpers/until.ts';
import { Home } from './home.ts';
import { once } from './once.ts';

/** Loses two of five echoes, and all that knocks: 192.168.77.9. */
const lossy = `
add table ip lossy
add chain ip lossy input { type filter hook input priority 0; }
add rule ip lossy input ip daddr 192.168.77.9 icmp type echo-request numgen inc mod 5 < 2 drop
add rule ip lossy input ip daddr 192.168.77.9 tcp dport 1-65535 drop
`;

const targets = [
  'plain=192.168.77.1',
  'lossy=192.168.77.9',
  'late=10.66.0.2',
  'twice=10.66.0.3',
  'jittery=10.66.0.4',
  'dead=10.66.0.5',
  'nowhere=no-such-name.invalid',
];

test.each(['iputils', 'busybox'])('%s: loss, delay, duplicates, jitter, silence', async (tool) => {
  const home = new Home();
  home.ip('router', 'addr', 'add', '192.168.77.9/24', 'dev', 'lan0');
  for (const line of lossy.trim().split('\n')) home.run('router', 'nft', line);
  const far = home.start('home', {}, '/usr/bin/python3', join(import.meta.dirname, 'far-away.py'));
  await until(`TUN: ${far.output()}`, () => far.output().includes('ready'), 20);
  const bin = join(home.folder, 'bin');
  mkdirSync(bin);
  if (tool === 'busybox') symlinkSync('/bin/busybox', join(bin, 'ping'));

  const settings = {
    PATH: `${bin}:${process.env.PATH}`,
    FRITZBOX_HOSTS: 'self=127.0.0.1',
    PING_TARGETS: targets.join(','),
    PING_COUNT: '10',
    PING_LOSS_LIMIT: '30',
  };
  const read = async () => {
    const things = await once(home, settings);
    // On a busy machine an answer may come too late for its reading.
    return [...things.values()].some(({ error }) => error === 'no answer yet') ? undefined : things;
  };
  const things = await until('a whole reading', read, 120);
  const value = (name: string, key: string) => things.get(name)?.values[key]?.value;
  const number = (name: string, key: string) => Number(value(name, key));

  expect([value('plain', 'reachable'), value('plain', 'packet_loss'), value('plain', 'problem')]).toEqual([
    true,
    0,
    false,
  ]);
  expect([value('lossy', 'reachable'), value('lossy', 'packet_loss'), value('lossy', 'problem')]).toEqual([
    true,
    40,
    true,
  ]);
  expect([value('late', 'packet_loss'), value('twice', 'packet_loss'), value('jittery', 'packet_loss')]).toEqual([
    0, 0, 0,
  ]);
  expect(number('late', 'latency_min')).toBeGreaterThanOrEqual(60);
  expect(number('late', 'latency')).toBeLessThan(400);
  expect(number('twice', 'latency_min')).toBeGreaterThanOrEqual(10);
  expect(number('jittery', 'latency_max')).toBeGreaterThanOrEqual(80);
  expect(number('jittery', 'jitter')).toBeGreaterThan(15);
  for (const name of ['plain', 'lossy', 'late', 'twice', 'jittery'])
    expect(value(name, 'reached_by'), name).toBe('icmp');
  expect(
    ['reachable', 'packet_loss', 'latency', 'reached_by'].map((key) => value('dead', key)),
    'what is not reached is reached by nothing',
  ).toEqual([false, 100, null, null]);
  expect(things.get('nowhere')).toMatchObject({
    available: false,
    error: expect.stringContaining('cannot resolve'),
  });
});

test('without a right to send echoes: a connection, even a refused one, says that it lives; silence says nothing', async () => {
  const home = new Home();
  home.run('router', 'nft', 'add table ip silent');
  home.ip('router', 'addr', 'add', '192.168.77.9/24', 'dev', 'lan0');
  home.run('router', 'nft', 'add chain ip silent input { type filter hook input priority 0; }');
  home.run('router', 'nft', 'add rule ip silent input ip daddr 192.168.77.9 drop');
  const bin = join(home.folder, 'bin');
  mkdirSync(bin);
  symlinkSync('/bin/busybox', join(bin, 'ping'));
  const settings = { PATH: `${bin}:${process.env.PATH}`, PING_TARGETS: 'alive=192.168.77.1,silent=192.168.77.9' };
  const things = await once(home, settings, ['setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw']);
  expect(things.get('alive')?.values).toMatchObject({
    reachable: { value: true },
    reached_by: { value: 'tcp' },
    packet_loss: { value: 0 },
  });
  expect(things.get('silent')).toMatchObject({
    available: false,
    error: expect.stringMatching(/none of the ports .* ever answered/),
  });
});
