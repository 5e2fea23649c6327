import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listFolderSync } from '../../src/lib/files.ts';
import { run } from '../helpers/cli.ts';
import { drives } from '../helpers/drives.ts';
import { freePort } from '../helpers/ports.ts';
import { tree } from '../helpers/tree.ts';

test('once prints a table', async () => {
  const { status, output } = await run({}, 'once');
  expect(status).toBe(0);
  expect(output).toMatch(/^Host\n {2}testling\n {4}CPU +\d+ %/);
  expect(output).toMatch(/^NVMe drives\n {2}No NVMe drive found\.$/m);
  expect(output).not.toContain('\u001b[');
});

test('once --json prints every collector, with rates', async () => {
  const { status, output } = await run(
    { ROUTER_SCHEDULE: '0 0 0 1 1 *', FRITZBOX_HOSTS: 'home=127.0.0.1' },
    'once',
    '--json',
  );
  const [host, ...others] = JSON.parse(output);
  expect(status).toBe(0);
  expect([host, ...others].map(({ collector }) => collector)).toEqual(['host', 'nvme', 'storage', 'router', 'agent']);
  expect(host.devices[0].values.cpu_used.value).toBeGreaterThanOrEqual(0);
});

test('the name that a drive gives itself does not reach the terminal as it is', async () => {
  const rack = drives({});
  rack.sysfs('class/nvme/nvme9000/model', 'Evil\u001b]0;title\u0007\nAll is well\u202e\u009b31m');
  const settings = { PATH: process.env.PATH ?? '', DRIVES: process.env.DRIVES ?? '', HOST_SYS: rack.sys };
  for (const args of [['once'], ['check']]) {
    const { output } = await run(settings, ...args);
    expect(output).toContain('Evil');
    expect(output).not.toMatch(/[^\P{Cc}\n]|\u202e|^All is well/mu);
  }
});

test('once exits with 1 if something can’t be read', async () => {
  const { status, output } = await run({ HOST_PROC: '/nowhere', HOST_FILESYSTEMS: '/none' }, 'once');
  expect(status).toBe(1);
  expect(output).toContain('/nowhere');
});

const hasAptLists = listFolderSync('/var/lib/apt/lists').some((name) => name.endsWith('_InRelease'));

test.runIf(hasAptLists)('once waits for a package manager that no reading waits for', async () => {
  const { host } = tree({
    'root/bin/apt-get': "#!/bin/sh\nsleep 4\necho 'Inst libc6 [2.41-12] (2.41-13 Debian-Security:13/stable [amd64])'\n",
  });
  chmodSync(host('bin/apt-get'), 0o755);
  const { output } = await run(
    { PATH: `${host('bin')}:${process.env.PATH}`, HOST_SYS: '/none', STORAGE_SCHEDULE: 'off' },
    'once',
    '--json',
  );
  expect(JSON.parse(output)[0].devices[0].values.security_updates_pending.value).toBe(1);
});

test('once says in German, too, why the broker is not reached', async () => {
  const port = await freePort();
  const settings = { MQTT_URL: `mqtt://127.0.0.1:${port}`, HOST_SCHEDULE: 'off', STORAGE_SCHEDULE: 'off' };
  const { output } = await run({ ...settings, AGENT_LANGUAGE: 'de' }, 'once');
  expect(output).toMatch(/^Broker: mqtt:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED.* \(läuft der Broker\?/m);
  expect((await run(settings, 'once')).output).toMatch(/^Broker: .*ECONNREFUSED.* \(is the broker running\?/m);
});
