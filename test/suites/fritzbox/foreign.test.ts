import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FritzBox } from '../../helpers/fritzbox/index.ts';
import type { ProfileName } from '../../helpers/fritzbox/profiles.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';

/** What another’s client takes for a FRITZ!Box is one. */
async function readAt(address: string, password = 'gürkensalat$1'): Promise<Record<string, unknown>> {
  const [host = '', port = ''] = address.split(':');
  const child = spawn('python3', [join(import.meta.dirname, 'foreign.py'), host, port, 'monitor', password], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  return JSON.parse(output);
}

async function readAs(profile: ProfileName, password?: string) {
  const box = await new FritzBox(profile).start();
  onTestFinished(() => box.stop());
  return { box, seen: await readAt(box.address, password) };
}

test.each([
  [
    'dsl',
    {
      model: 'FRITZ!Box 7599',
      firmware: '199.08.02',
      dsl: true,
      external: '198.51.100.23',
      ipv6: '2001:db8:23::1',
      received: 120_000_000_000,
      connected: true,
    },
  ],
  [
    'cable',
    { model: 'FRITZ!Box 6699 Cable', firmware: '198.07.57', dsl: 'FritzActionError', received: 120_000_000_000 },
  ],
  ['fibre', { model: 'FRITZ!Box 5599', firmware: '197.08.25', connected: true }],
  ['mobile', { model: 'FRITZ!Box 6899 5G', firmware: '196.08.20', connected: true }],
  ['repeater', { model: 'FRITZ!Repeater 3099', firmware: '195.08.03' }],
] as const)('fritzconnection logs in and reads: %s', async (profile, expected) => {
  const { box, seen } = await readAs(profile);
  expect(seen).toMatchObject({ ...expected, uptime: expect.any(Number), channel: 6, clients: 3 });
  expect(seen.listed).toEqual(box.profile.hosts.map(({ mac, isActive }) => [mac === '' ? null : mac, isActive]));
  expect(box.guard.wrongTries).toBe(0);
});

test('and is refused with a wrong password', async () => {
  const { box, seen } = await readAs('dsl', 'wrong');
  expect(seen).toMatchObject({ model: 'FRITZ!Box 7599', refused: 'FritzAuthorizationError' });
  expect(seen.uptime).toBe(undefined);
  expect(box.guard.wrongTries).toBeGreaterThan(0);
});

test('it is the same as a process of its own', async () => {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../helpers/fritzbox/stand-alone.mjs'), 'cable', '--port', String(await freePort())],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'close');
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [, address = ''] = await until('it is ready', () => /ready address=(\S+)/.exec(output) ?? undefined, 30);
  expect(await readAt(address)).toMatchObject({ model: 'FRITZ!Box 6699 Cable', channel: 6 });
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
