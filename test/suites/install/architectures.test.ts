import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import about from '../../../package.json' with { type: 'json' };
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { image } from '../machine/machine.ts';
import { buildRelease } from './release.ts';

const emulators = { arm64: 'qemu-aarch64', armhf: 'qemu-arm' } as const;

let release: string;
beforeAll(async () => {
  release = mkdtempSync(join(tmpdir(), 'infra-monitor-architectures-'));
  await buildRelease(release, { single: true });
  return () => rmSync(release, { recursive: true });
});

const folderArchive = `infra-monitor-${about.version}.tar.gz`;

test.each([
  { architecture: 'arm64', archive: folderArchive, isSingle: false },
  { architecture: 'armhf', archive: folderArchive, isSingle: false },
  { architecture: 'arm64', archive: `infra-monitor-${about.version}-linux-arm64.tar.gz`, isSingle: true },
] as const)('check and once on $architecture: $archive', async ({ architecture, archive, isSingle }) => {
  const root = `${image}-${architecture}`;
  await execa(join(import.meta.dirname, 'foreign-root.sh'), [architecture, root]);
  const { url } = await startMosquitto();
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-architecture-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await execa('tar', ['-xzf', join(release, archive)], { cwd: folder });
  const command = isSingle
    ? ['infra-monitor/bin/infra-monitor']
    : [join(root, 'usr/bin/node'), 'infra-monitor/dist/infra-monitor.js'];
  const run = (...args: string[]) =>
    execa(emulators[architecture], ['-L', root, ...command, ...args], {
      cwd: folder,
      env: { MQTT_URL: url, ROUTER_SCHEDULE: 'off', HOST_FILESYSTEMS: '/', AGENT_NAME: 'foreign' },
    });
  const check = await run('check');
  expect(check.stdout).toContain('✓ Broker: all required topics can be read and written');
  expect(check.stdout).toMatch(/✓ Host: works \((\d+) of \1 read/);
  const once = JSON.parse((await run('once', '--json')).stdout) as { collector: string; devices: object[] }[];
  expect(once.find(({ collector }) => collector === 'host')?.devices).toMatchObject([
    {
      values: { memory_used: { value: expect.any(Number) }, boot_time: { value: expect.stringMatching(/^\d{4}-/) } },
    },
  ]);
});
