import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { countFailedUnits } from '../../../src/collectors/host/linux/system.ts';
import { readDbusUint32Property } from '../../../src/lib/dbus.ts';
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
    [join(import.meta.dirname, 'systemd-stand-in.py'), `unix:path=${socket}`, '3'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void standIn.kill());
  let said = '';
  standIn.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until('the stand-in', () => said.includes('ready'));
  expect(await countFailedUnits(roots(root))).toBe(3);
  const other = {
    destination: 'org.freedesktop.systemd1',
    path: '/org/freedesktop/systemd1',
    interface: 'org.freedesktop.systemd1.Manager',
    property: 'Nothing',
  };
  await expect(readDbusUint32Property(socket, other, 2)).rejects.toThrow('no such property');
});

test('a bus without systemd, or no bus: unknown', async () => {
  const { root } = await rootWithBus();
  expect(await countFailedUnits(roots(root))).toBeUndefined();
  expect(await countFailedUnits(roots('/nowhere'))).toBeUndefined();
});
