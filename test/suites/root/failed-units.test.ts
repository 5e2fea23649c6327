import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { FailedUnitsReader } from '../../../src/collectors/host/linux/failed-units.ts';
import { SystemdUnitLister } from '../../../src/lib/dbus.ts';
import { hostRoots } from '../../helpers/tree.ts';
import { until } from '../../helpers/until.ts';

/** A host root with a real D-Bus daemon in it. */
async function rootWithBus(): Promise<{ root: string; socket: string }> {
  const root = mkdtempSync(join(tmpdir(), 'bus-'));
  mkdirSync(join(root, 'run/dbus'), { recursive: true });
  mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
  const socket = join(root, 'run/dbus/system_bus_socket');
  const rules =
    '<policy context="default"><allow send_destination="*"/><allow own="*"/><allow receive_sender="*"/></policy>';
  writeFileSync(
    join(root, 'bus.conf'),
    `<busconfig><type>custom</type><listen>unix:path=${socket}</listen><auth>EXTERNAL</auth>${rules}</busconfig>`,
  );
  const daemon = spawn('dbus-daemon', [`--config-file=${join(root, 'bus.conf')}`, '--nofork'], { stdio: 'inherit' });
  onTestFinished(() => {
    daemon.kill();
    rmSync(root, { recursive: true, force: true });
  });
  await until('the bus', () => existsSync(socket));
  return { root, socket };
}

const roots = (root: string) => hostRoots({ HOST_ROOT: root });

test('systemd is asked over the bus', async () => {
  const { root, socket } = await rootWithBus();
  const standIn = spawn(
    '/usr/bin/python3',
    [
      join(import.meta.dirname, 'systemd-stand-in.py'),
      `unix:path=${socket}`,
      'smbd.service',
      'backup@nas.timer',
      'a'.repeat(200),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void standIn.kill());
  let said = '';
  standIn.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until('the stand-in', () => said.includes('ready'));
  const reader = new FailedUnitsReader(roots(root));
  const names = ['a'.repeat(200), 'backup@nas.timer', 'smbd.service'];
  expect(await reader.read()).toEqual({ names });
  expect(await reader.read()).toEqual({ names });
  await expect(new SystemdUnitLister(2).list(socket, 'odd')).rejects.toThrow('no such state');
});

test('a bus without systemd, or no bus: unknown', async () => {
  const { root } = await rootWithBus();
  expect(await new FailedUnitsReader(roots(root)).read()).toEqual({});
  expect(await new FailedUnitsReader(roots('/nowhere')).read()).toEqual({});
});

test('a user that the bus can’t look up, as of a service with DynamicUser: what helps is told', async () => {
  const { root, socket } = await rootWithBus();
  chmodSync(root, 0o755);
  chmodSync(socket, 0o777);
  const { stdout } = await execa(
    'setpriv',
    ['--reuid=61200', '--regid=61200', '--clear-groups', process.execPath, 'dist/infra-monitor.js', 'once', '--json'],
    { env: { HOST_ROOT: root, ROUTER_SCHEDULE: 'off', NVME_SCHEDULE: 'off', STORAGE_SCHEDULE: 'off' } },
  );
  const [host] = JSON.parse(stdout) as { devices: { hint?: string }[] }[];
  expect(host?.devices[0]?.hint).toMatch(/: the bus does not know user 61200: .*sudo useradd --system .*infra-monitor/);
});
