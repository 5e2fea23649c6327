import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { image } from '../machine/machine.ts';

const root = join(import.meta.dirname, '../../..');
/** Programs of Debian 13. */
const newer = `${image}-programs`;
const podmanCompose = join(newer, 'usr/bin/podman-compose');
const python = { PYTHONPATH: join(newer, 'usr/lib/python3/dist-packages') };

beforeAll(() => execa(join(import.meta.dirname, 'newer-programs.sh'), [newer]));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [from, to] of [
    ['docker-compose.yml', 'docker-compose.yml'],
    ['docs/mosquitto/compose.conf', 'docs/mosquitto/compose.conf'],
    ['.env.example', '.env'],
  ] as const) {
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    cpSync(join(root, from), join(folder, to));
  }
});

interface Service {
  network_mode?: string;
  healthcheck?: { test: string[] };
  volumes: (string | { source: string; target: string; read_only?: boolean })[];
}

/** Debian 12's own, and Debian 13's. */
const tools = [
  ['docker-compose 1.29', 'docker-compose', {}],
  ['Docker Compose 2', join(newer, 'usr/libexec/docker/cli-plugins/docker-compose'), {}],
  ['podman-compose 1.3', podmanCompose, python],
] as const;

test.each(tools)(
  '%s takes the file, with the broker’s configuration and a health check',
  async (_name, command, env) => {
    const { stdout } = await execa(command, ['config'], { cwd: folder, env });
    const { services } = parse(stdout) as { services: Record<'agent' | 'mosquitto', Service> };
    expect(services.agent).toMatchObject({
      network_mode: 'host',
      healthcheck: { test: ['CMD', 'node', '/app/dist/infra-monitor.js', 'health'] },
    });
    const mounts = services.mosquitto.volumes.map((volume) =>
      typeof volume === 'string' ? volume : `${volume.source}:${volume.target}:${volume.read_only ? 'ro' : 'rw'}`,
    );
    expect(mounts).toContainEqual(
      expect.stringMatching(/docs\/mosquitto\/compose\.conf:\/mosquitto\/config\/mosquitto\.conf:ro$/),
    );
  },
);

test('podman-compose gives both containers what the file says', async () => {
  const { all } = await execa(podmanCompose, ['--dry-run', '--verbose', 'up', '-d', '--no-build'], {
    cwd: folder,
    env: python,
    all: true,
  });
  const [agent = '', mosquitto = ''] = all
    .split('\n')
    .filter((line) => line.includes('podman create') || line.includes('podman run'));
  expect(agent).toContain('/app/dist/infra-monitor.js');
  expect(mosquitto).toContain('compose.conf:/mosquitto/config/mosquitto.conf:ro');
});

/** The command that Podman's generator makes of a quadlet. */
async function startCommand(name: string): Promise<string> {
  cpSync(join(root, 'docs/podman', name), join(folder, name));
  const { stdout, stderr } = await execa(join(newer, 'usr/libexec/podman/quadlet'), ['-dryrun'], {
    env: { QUADLET_UNIT_DIRS: folder },
  });
  expect(stderr).not.toMatch(/unsupported|error/i);
  return /^ExecStart=(.*)$/m.exec(stdout)?.[1] ?? '';
}

async function composeServices() {
  const { stdout } = await execa('docker-compose', ['--profile', 'drives', 'config'], { cwd: folder });
  return (parse(stdout) as { services: Record<'agent' | 'drives', Service & Record<string, unknown>> }).services;
}

test('Podman makes a service of the quadlet, with the rights of the compose file', async () => {
  const start = await startCommand('infra-monitor.container');
  const { agent } = await composeServices();
  for (const words of [
    '--network host',
    '--pid=host',
    '--read-only',
    '--cap-drop all',
    '--security-opt=no-new-privileges',
    '--health-cmd "node /app/dist/infra-monitor.js health"',
    ...agent.volumes.map((volume) => `-v ${String(volume)}`),
    ...(agent.tmpfs as string[]).map((place) => `--tmpfs ${place}`),
  ])
    expect(start).toContain(words);
});

test('the drives have a container of their own, without network and files; the agent’s has no right, no capability and no device', async () => {
  const { agent, drives } = await composeServices();
  expect(agent).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  expect(['cap_add', 'devices', 'user', 'privileged'].filter((name) => name in agent)).toEqual([]);
  expect(drives).toMatchObject({
    command: ['drives-helper'],
    user: '0:60871',
    network_mode: 'none',
    read_only: true,
    cap_drop: ['ALL'],
    cap_add: ['SYS_ADMIN', 'SYS_RAWIO'],
    devices: ['/dev/nvme0:/dev/nvme0:r'],
    security_opt: ['no-new-privileges:true'],
  });
  expect(drives.volumes).toEqual(['infra-monitor-drives:/run/infra-monitor:rw']);
  expect(['env_file', 'environment', 'pid'].filter((name) => name in drives)).toEqual([]);
  const start = await startCommand('infra-monitor-drives.container');
  for (const words of [
    '--network none',
    '--read-only',
    '--user 0:60871',
    '--cap-drop all',
    '--cap-add sys_admin',
    '--cap-add sys_rawio',
    '--device /dev/nvme0:/dev/nvme0:r',
    '--security-opt=no-new-privileges',
    '-v infra-monitor-drives:/run/infra-monitor',
  ])
    expect(start).toContain(words);
  expect(start).toMatch(/localhost\/infra-monitor drives-helper$/);
});
