import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import type { CollectorReadings } from '../../../src/views/status.ts';
import { program } from '../../helpers/agent.ts';

const repository = join(import.meta.dirname, '../../..');
const { services } = parse(readFileSync(join(repository, 'docker-compose.yml'), 'utf8')) as {
  services: { agent: { volumes: string[]; tmpfs: string[] } & Record<string, unknown> };
};
const agent = services.agent;
const uid = Number(/^USER (\d+)$/m.exec(readFileSync(join(repository, 'Dockerfile'), 'utf8'))?.[1]);

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a program as the agent's container does, as far as a machine without Docker can: its user, no rights, and
 * `host` mounted as docker-compose.yml says, below `container`. */
function inContainer(host: string, container: string, words: string[], env: Record<string, string> = {}): string {
  const root = join(container, 'host/root');
  mkdirSync(root, { recursive: true });
  const covers = agent.tmpfs
    .map((line) => line.split(':'))
    .map(([place = '', options = '']) => `mount -t tmpfs -o ${options} none ${join(container, place)}`);
  const script = [
    `mount --rbind ${host} ${root}`,
    `mount -o remount,bind,ro ${root}`,
    ...covers,
    `exec setpriv --reuid ${uid} --regid ${uid} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"`,
  ];
  return execFileSync('unshare', ['--mount', 'sh', '-euc', script.join('\n'), 'sh', ...words], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', ...env },
  });
}

test('whoever took the agent over reaches no file, no socket and no process of a person', async () => {
  expect(agent).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], read_only: true });
  expect(agent.volumes).toContain('/:/host/root:ro,rslave');
  const folder = scratch();
  const host = join(folder, 'host-tree');
  const ada = 1000;
  // Open to everyone, as many are: the first two are not to be there at all.
  const files = { 'home/ada/letter': 0o644, 'root/notes': 0o644, 'home/ada/key': 0o600, 'var/ada/key': 0o600 };
  for (const [path, mode] of Object.entries(files)) {
    mkdirSync(dirname(join(host, path)), { recursive: true });
    writeFileSync(join(host, path), 'KEY');
    chownSync(join(host, path), ada, ada);
    chmodSync(join(host, path), mode);
  }
  const socket = join(host, 'run/user/1000/bus');
  const display = join(host, 'tmp/.X11-unix/X0');
  for (const path of [socket, display]) {
    mkdirSync(dirname(path), { recursive: true });
    const server = createServer((connection) => connection.end('in')).listen(path);
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    chmodSync(path, 0o777);
  }
  const person = spawn('setpriv', ['--reuid', String(ada), '--regid', String(ada), '--clear-groups', 'sleep', '60'], {
    env: { PATH: process.env.PATH, SECRET: 'sesame' },
  });
  onTestFinished(() => void person.kill());
  const tries = [
    ...Object.keys(files).map((path) => `cat host/root/${path}`),
    ...['run/user/1000/bus', 'tmp/.X11-unix/X0'].map(
      (path) =>
        `node -e 'require("node:net").connect("host/root/${path}").on("connect", () => process.exit(0)).on("error", () => process.exit(1))'`,
    ),
    `cat /proc/${person.pid}/environ`,
    `kill -0 ${person.pid}`,
    'touch host/root/run/file',
    'touch host/root/var/file',
  ];
  const reached = tries.filter(
    (command) =>
      inContainer(host, folder, ['sh', '-c', `cd ${folder}; if ${command} >&2 2>/dev/null; then echo reached; fi`]) !==
      '',
  );
  expect(reached).toEqual([]);
});

test('the agent sees the host through it, and says what it can’t know', () => {
  const folder = scratch();
  // The checkout may lie where the container's user may not go.
  execFileSync('cp', ['-r', dirname(program), join(folder, 'dist')]);
  const env = {
    HOST_PROC: '/proc',
    HOST_SYS: '/sys',
    HOST_ROOT: join(folder, 'host/root'),
    ROUTER_SCHEDULE: 'off',
    NVME_SCHEDULE: 'off',
    STORAGE_SCHEDULE: 'off',
    HOST_FILESYSTEMS: '/',
    AGENT_NAME: 'testling',
  };
  const [host] = JSON.parse(
    inContainer('/', folder, [process.execPath, join(folder, 'dist/infra-monitor.js'), 'once', '--json'], env),
  ) as CollectorReadings[];
  const device = host?.devices[0];
  expect(device?.parts.find(({ kind }) => kind === 'filesystem')).toMatchObject({ id: 'root', available: true });
  expect(device?.values.reboot_required?.value).toBeNull();
  expect(device?.values.failed_units?.value).toBeNull();
  expect(device?.values.processes?.value).toBeGreaterThan(0);
});
