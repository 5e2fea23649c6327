import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { image } from '../machine/machine.ts';
import { buildRelease } from './release.ts';

const emulators = { arm64: 'qemu-aarch64', armhf: 'qemu-arm' } as const;

let program: string;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-architectures-'));
  await buildRelease(folder);
  await execa('sh', ['-c', 'tar -xzf infra-monitor-*.tar.gz'], { cwd: folder });
  program = join(folder, 'infra-monitor/dist/infra-monitor.js');
  return () => rmSync(folder, { recursive: true });
});

test.each(['arm64', 'armhf'] as const)('check and once on %s, by the Node of its Debian', async (architecture) => {
  const root = `${image}-${architecture}`;
  await execa(join(import.meta.dirname, 'foreign-root.sh'), [architecture, root]);
  const { url } = await startMosquitto();
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-architecture-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) =>
    execa(emulators[architecture], ['-L', root, join(root, 'usr/bin/node'), program, ...args], {
      cwd: folder,
      env: { MQTT_URL: url, ROUTER_SCHEDULE: 'off', HOST_FILESYSTEMS: '/', AGENT_NAME: 'foreign' },
    });
  const check = await run('check');
  expect(check.stdout).toContain('✓ Broker: all required topics can be read and written');
  expect(check.stdout).toMatch(/✓ Host: works \((\d+) of \1 read/);
  const once = JSON.parse((await run('once', '--json')).stdout) as { collector: string; devices: object[] }[];
  expect(once.find(({ collector }) => collector === 'host')?.devices).toMatchObject([
    { values: { memory_used: { value: expect.any(Number) }, boot_time: { value: expect.stringMatching(/^\d{4}-/) } } },
  ]);
});
