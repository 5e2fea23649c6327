import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { program } from '../../helpers/agent.ts';
import { until } from '../../helpers/until.ts';

interface Part {
  id: string;
  kind: string;
  name: string;
  error?: string;
  values: Record<string, { value: unknown }>;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mounts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const settings = {
  PATH: process.env.PATH,
  HTTP_PORT: '0',
  AGENT_NAME: 'testling',
  ROUTER_SCHEDULE: 'off',
  NVME_SCHEDULE: 'off',
  STORAGE_SCHEDULE: 'off',
};
const python = '/usr/bin/python3';
const scripts = import.meta.dirname;

/** What one reading says after these commands, in namespaces of its own; `$W` is an empty folder, `$AGENT` the command
 * of the reading. */
function readAfter(commands: string, namespaces = ['--mount'], more: Record<string, string> = {}): Part[] {
  const folder = temporaryFolder();
  const agent = `${process.execPath} ${program} once --json`;
  const script = `set -e\nmount --make-rprivate /\nmount -t tmpfs none ${folder}\ncd ${folder}
    trap 'kill $(jobs -p)' EXIT\n${commands}`;
  const { stdout, stderr } = spawnSync('unshare', [...namespaces, 'bash', '-c', `exec 3>&1 >&2\n${script}\n`], {
    encoding: 'utf8',
    env: { ...settings, W: folder, AGENT: agent, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  expect(stdout, stderr).toMatch(/^\[/);
  const [host] = JSON.parse(stdout.replaceAll(folder, '$W')) as { devices: { parts: Part[] }[] }[];
  return host?.devices[0]?.parts ?? [];
}
const once = '$AGENT >&3';
/** Mounts a file system with these answers to statfs at `m`, as root or another command's user. */
const mountStatfs = (numbers: string, as = '') =>
  `mkdir -p m; ${as} ${python} ${scripts}/statfs-fs.py m odd ${numbers} & until grep -q fuse.odd /proc/self/mountinfo; do sleep 0.1; done`;
const filesystems = (parts: Part[]) =>
  Object.fromEntries(
    parts
      .filter(({ kind, id }) => kind === 'filesystem' && id.startsWith('$W'))
      .map(({ id, error, values }) => [id, error ?? values.total?.value]),
  );
const image = (name: string, megabytes: number) => `truncate -s ${megabytes}M ${name}; mkfs.ext4 -q -F ${name}`;

test('a mount that another covers is unavailable, never the other’s numbers', () => {
  const parts = readAfter(`
    ${image('a', 64)}; ${image('b', 128)}; ${image('c', 192)}; mkdir data new
    mount -o loop c new; mkdir new/inner; umount new
    mount -o loop a data; mkdir data/inner; mount -o loop b data/inner; mount -o loop c data
    ${once}`);
  expect(filesystems(parts)).toEqual({
    '$W/data': expect.closeTo(0.17, 1),
    '$W/data/inner': '$W/data/inner: covered by another mount, $W/data (ext4)',
  });
});

test('a bind mount of a folder is told if it is all that is there of a file system', () => {
  const parts = readAfter(`
    ${image('a', 64)}; ${image('b', 128)}; mkdir a.d b.d sub both
    mount -o loop a a.d; mkdir a.d/media; mount --bind a.d/media sub; umount a.d
    mount -o loop b b.d; mkdir b.d/media; mount --bind b.d/media both
    touch file; ${image('c', 64)}; mkdir c.d; mount -o loop c c.d; touch c.d/file; mount --bind c.d/file file; umount c.d
    ${once}`);
  expect(filesystems(parts)).toEqual({ '$W/sub': expect.closeTo(0.05, 1), '$W/b.d': expect.closeTo(0.11, 1) });
});

test('a name that is no UTF-8, of a local mount and of one that another process serves', () => {
  const name = 'Fotos \\xe4lter';
  const parts = readAfter(`
    ${image('a', 64)}; mkdir $'${name}' $'f\\xfc'; mount -o loop a $'${name}'
    ${mountStatfs('1000000 500000 500000 100 50 4096')}; mount --move m $'f\\xfc'
    ${once}; umount $'f\\xfc'`);
  expect(filesystems(parts)).toEqual({
    [`$W/${name}`]: expect.closeTo(0.05, 1),
    '$W/f\\xfc': expect.closeTo(3.81, 1),
  });
  expect(parts.map(({ name }) => name)).toContain('File system $W/Fotos \ufffdlter');
});

test.each([
  ['CephFS', '262144 131072 131072 5000000 -1 4194304', { used: 50, free: 512, total: 1024, inodes_used: null }],
  ['none of its own', '0 0 0 0 0 4096', { used: null, free: null, total: null, inodes_used: null }],
  [
    'more free than there is',
    '1000 2000 2000 100 200 4096',
    { used: null, free: null, total: null, inodes_used: null },
  ],
  ['less than nothing left', '1000000 50000 -20000 0 0 4096', { used: 100, free: 0, inodes_used: null }],
  ['a made-up petabyte', '274877906944 274877906944 274877906944 0 0 4096', { used: null, free: null, total: null }],
])('what a file system with %s does not know', (_, numbers, expected) => {
  const parts = readAfter(`
    ${mountStatfs(numbers)}
    ${once}; umount m`);
  const values = parts.find(({ id }) => id === '$W/m')?.values ?? {};
  expect(Object.fromEntries(Object.entries(values).map(([key, { value }]) => [key, value]))).toMatchObject(expected);
});

test('a FUSE mount of another user tells root nothing, and says so', () => {
  const parts = readAfter(`
    mknod fuse c 10 229; chmod 666 fuse; mount --bind fuse /dev/fuse; mkdir m; chown 1000 m; chmod 755 .
    ${mountStatfs('9000 5000 5000 0 0 4096', 'setpriv --reuid 1000 --regid 1000 --clear-groups')}
    ${once}; umount m`);
  expect(filesystems(parts)).toEqual({
    '$W/m': '$W/m (fuse.odd): does not let this user see anything: mount it with the option allow_other',
  });
});

test('what is mounted after a container’s start is unavailable there without rslave', async () => {
  const folder = temporaryFolder();
  for (const name of ['host', 'later']) mkdirSync(join(folder, name));
  spawnSync('bash', ['-c', image(join(folder, 'image'), 64)]);
  const view = `mount --rbind / host; touch ready; until [ -e go ]; do sleep 0.1; done; exec ${process.execPath} ${program} once --json`;
  const container = spawn('unshare', ['--mount', 'bash', '-c', view], {
    cwd: folder,
    env: { ...settings, HOST_ROOT: join(folder, 'host') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  container.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise((resolve) => container.on('close', resolve));
  onTestFinished(() => void container.kill('SIGKILL'));
  await until('the container has its mounts', () => existsSync(join(folder, 'ready')));
  onTestFinished(() => void spawnSync('umount', [join(folder, 'later')]));
  expect(spawnSync('mount', ['-o', 'loop', 'image', 'later'], { cwd: folder }).status).toBe(0);
  writeFileSync(join(folder, 'go'), '');
  await ended;
  const [host] = JSON.parse(output) as { devices: { parts: Part[] }[] }[];
  const parts = host?.devices[0]?.parts ?? [];
  expect(parts.find(({ id }) => id === join(folder, 'later'))?.error).toMatch(
    /: the container has a different file system there/,
  );
  expect(parts.find(({ id }) => id === 'root')?.error).toBeUndefined();
});

test('an automount expires although the agent watches it every second', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'nas'));
  spawnSync('bash', ['-c', image(join(folder, 'image'), 64)]);
  const script = `${python} ${scripts}/automount.py ${folder}/nas ${folder}/image 3 & daemon=$!
    ${process.execPath} ${program} run & agent=$!
    trap 'kill $agent $daemon; umount -l ${folder}/nas' EXIT; read; setsid ls ${folder}/nas; read`;
  const namespace = spawn('unshare', ['--mount', 'bash', '-c', script], {
    env: {
      ...settings,
      HTTP_PORT: '0',
      HOST_SCHEDULE: '* * * * * *',
      HOST_FILESYSTEMS: '/,/tmp/**',
      MQTT_URL: 'mqtt://127.0.0.1:9',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [namespace.stdout, namespace.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  onTestFinished(() => void namespace.stdin.end());
  await until('both run', () => /^ready$/m.test(output) && output.includes('is monitoring'));
  namespace.stdin.write('\n');
  await until('mounted', () => /^mounted$/m.test(output));
  await until('expired', () => /^expired$/m.test(output), 20);
  await until('the agent has seen it', () => output.includes(`File system ${folder}/nas: no longer present`));
});

test('a container with IPv6 alone has its interface, and the address that lasts', () => {
  const parts = readAfter(
    `ip link add eth9 type veth peer name out; ip link set lo up; ip link set eth9 up; ip link set out up
    ip -6 address add 2001:db8::1/64 dev eth9 nodad
    ip -6 address add 2001:db8::2/64 dev eth9 nodad preferred_lft 0
    ip -6 route add default via fe80::1 dev eth9
    mount -t sysfs none /sys; ${once}`,
    ['--mount', '--net'],
  );
  const [eth9] = parts.filter(({ kind }) => kind === 'interface');
  expect(eth9).toMatchObject({ id: 'eth9', values: { ipv6: { value: '2001:db8::1' }, link: { value: true } } });
});

test('an unprivileged user in a namespace of its own reads the same root', () => {
  const { stdout, stderr } = spawnSync(
    'setpriv',
    [
      '--reuid',
      '1000',
      '--regid',
      '1000',
      '--clear-groups',
      'unshare',
      '--user',
      '--map-root-user',
      '--mount',
      process.execPath,
      program,
      'once',
      '--json',
    ],
    { encoding: 'utf8', env: settings, cwd: '/' },
  );
  expect(stdout, stderr).toMatch(/^\[/);
  const [host] = JSON.parse(stdout) as { devices: { parts: Part[] }[] }[];
  expect(host?.devices[0]?.parts.find(({ id }) => id === 'root')).toMatchObject({
    values: { total: { value: expect.any(Number) } },
  });
});
