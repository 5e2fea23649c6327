import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import about from '../../../package.json' with { type: 'json' };
import { image } from '../machine/machine.ts';

const root = join(import.meta.dirname, '../../..');
const base = `${image}-container`;
/** Stands in for what the Dockerfiles start from. */
const baseImage = 'docker.io/library/base:latest';
const certificates = '/etc/ssl/certs';

let scratch: string;
/** Keeps its images in the scratch folder. */
const buildah = (...args: string[]) =>
  execa('buildah', [
    '--root',
    join(scratch, 'root'),
    '--runroot',
    join(scratch, 'run'),
    '--storage-driver',
    'vfs',
    ...args,
  ]);

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'infra-monitor-image-'));
  await execa(join(import.meta.dirname, 'container-base.sh'), [base]);
  const { stdout: container } = await buildah('from', 'scratch');
  await buildah('add', container, join(base, 'base.tar'), '/');
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  // Where a proxy has a certificate of its own, npm has to know it.
  await buildah('config', '--env', path, '--env', `NODE_EXTRA_CA_CERTS=${certificates}/ca-certificates.crt`, container);
  await buildah('commit', '--rm', container, baseImage);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs every step of a Dockerfile; returns what an image of it says of itself. */
async function build(folder: string, name: string) {
  const isolation = ['--isolation', 'chroot', '--network', 'host'];
  const ways = [
    '--format',
    'docker',
    '--from',
    baseImage,
    '--pull-never',
    '--volume',
    `${certificates}:${certificates}:ro`,
  ];
  await buildah('build', ...isolation, ...ways, '--tag', name, folder);
  const { stdout } = await buildah('inspect', '--type', 'image', name);
  return (JSON.parse(stdout) as { Docker: { config: { User: string; Healthcheck: { Test: string[] } } } }).Docker
    .config;
}

async function inImage(name: string, ...command: string[]): Promise<string> {
  const { stdout: container } = await buildah('from', '--pull-never', name);
  return (await buildah('run', '--isolation', 'chroot', container, '--', ...command)).stdout;
}

test('the image: every step of its Dockerfile, a user that no host has, a health check', async () => {
  const { User, Healthcheck } = await build(root, 'infra-monitor');
  expect({ User, test: Healthcheck.Test }).toEqual({
    User: '60871',
    test: ['CMD', 'node', '/app/dist/infra-monitor.js', 'health'],
  });
  expect(
    await inImage(
      'infra-monitor',
      'sh',
      '-c',
      'id -u; node /app/dist/infra-monitor.js --version; ping -V; nvme version',
    ),
  ).toMatch(new RegExp(`^60871\\n${about.version}\\nping from iputils[\\s\\S]*\\nnvme version`));
});

test('the app’s image', async () => {
  const folder = join(scratch, 'app');
  await execa('npm', ['run', 'build'], { cwd: root });
  cpSync(join(root, 'ha-config/app'), folder, { recursive: true });
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  const { Healthcheck } = await build(folder, 'infra-monitor-app');
  expect(Healthcheck.Test).toEqual(['CMD', 'node', '/app/run.mjs', 'health']);
  expect(await inImage('infra-monitor-app', 'node', '/app/dist/infra-monitor.js', '--version')).toBe(about.version);
});
