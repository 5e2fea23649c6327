import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommandByDrivesHelper } from '../../../src/collectors/storage/helper/drives-helper-client.ts';
import type { CollectorReadings } from '../../../src/views/status.ts';
import { program } from '../../helpers/agent.ts';
import { patience } from '../../helpers/patience.ts';
import { until } from '../../helpers/until.ts';

const standIns = join(import.meta.dirname, '../../bin/drives');
const agentGroup = 60871;
/** The health of the drives, of nvme-cli's form. */
const health = readFileSync(
  join(import.meta.dirname, '../../cases/nvme/answers/smart-log-2.3-healthy-strings.json'),
  'utf8',
);
const question = ['nvme', 'smart-log', '/dev/nvme0', '-o', 'json'];

/** The helper as root, with the rights of its unit, on a machine with two drives whose tools are stand-ins. Its socket
 * is `socket`. `starter`: what starts it, in place of itself. */
async function startHelper(...starter: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'helper-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (path: string, content: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  for (const drive of ['nvme0', 'nvme1']) {
    for (const [name, text] of Object.entries({
      serial: drive.toUpperCase(),
      model: 'X',
      state: 'live',
      subsysnqn: `nqn:${drive}`,
    }))
      write(`sys/class/nvme/${drive}/${name}`, text);
    write(`sys/block/${drive}n1/device/model`, 'X');
    write(`answers/nvme smart-log ${drive}`, health);
  }
  write('sys/block/sda/device/model', 'X');
  write('sys/block/sda/sda1/partition', '1');
  write('sys/block/dm-0/size', '1');
  mkdirSync(join(folder, 'run'));
  const script = [
    'mount -t tmpfs none /run',
    'mkdir /run/infra-monitor',
    'mount --bind "$1/run" /run/infra-monitor',
    'mount --bind "$1/sys" /sys',
    'shift',
    `exec setpriv --regid ${agentGroup} --clear-groups --no-new-privs --bounding-set=-all,+sys_admin,+sys_rawio --inh-caps=-all "$@"`,
  ];
  const words = [...starter, process.execPath, program, 'drives-helper'];
  const helper: ChildProcess = spawn('unshare', ['--mount', 'sh', '-euc', script.join('\n'), 'sh', folder, ...words], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: `${standIns}:${process.env.PATH}`, DRIVES: join(folder, 'answers') },
  });
  onTestFinished(() => void helper.kill('SIGKILL'));
  const socket = join(folder, 'run/drives.sock');
  await until('it listens', () => existsSync(socket), 30);
  return {
    folder,
    socket,
    helper,
    write,
    /** What the tools were asked so far. */
    calls: () => {
      const file = join(folder, 'answers/calls');
      return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
    },
    ask: (command: readonly string[] = question, seconds = 10 * patience) =>
      runCommandByDrivesHelper(socket, command, seconds),
  };
}

function dial(path: string): { socket: Socket; received(): string; closed: Promise<void> } {
  const socket = connect(path);
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return { socket, received: () => text, closed: new Promise((resolve) => socket.on('close', () => resolve())) };
}

const line = (command: readonly string[]) => `${JSON.stringify({ command })}\n`;

test('the agent’s user, without any right, reads the drives through it; another user may not even connect', async () => {
  const { folder, socket, write } = await startHelper();
  expect([statSync(socket).mode & 0o777, statSync(socket).gid]).toEqual([0o660, agentGroup]);
  execFileSync('cp', ['-r', join(program, '..'), join(folder, 'dist')]);
  mkdirSync(join(folder, 'root/run'), { recursive: true });
  mkdirSync(join(folder, 'root/run/infra-monitor'));
  execFileSync('mount', ['--bind', join(folder, 'run'), join(folder, 'root/run/infra-monitor')]);
  onTestFinished(() => void execFileSync('umount', [join(folder, 'root/run/infra-monitor')]));
  write('answers/calls', '');
  const readAs = (id: number) => {
    const words = [
      `--reuid=${id}`,
      `--regid=${id}`,
      '--clear-groups',
      '--no-new-privs',
      '--bounding-set=-all',
      '--inh-caps=-all',
    ];
    const { NODE_OPTIONS: _, ...env } = process.env;
    const text = execFileSync(
      'setpriv',
      [
        ...words,
        'sh',
        '-c',
        '"$@" || true',
        'sh',
        process.execPath,
        join(folder, 'dist/infra-monitor.js'),
        'once',
        '--json',
      ],
      {
        encoding: 'utf8',
        cwd: '/',
        env: {
          PATH: '/usr/bin:/bin',
          HOST_SYS: join(folder, 'sys'),
          HOST_ROOT: join(folder, 'root'),
          HOST_SCHEDULE: 'off',
          ROUTER_SCHEDULE: 'off',
          STORAGE_SCHEDULE: 'off',
          HOME: env.HOME,
        },
      },
    );
    return (JSON.parse(text) as CollectorReadings[]).find(({ collector }) => collector === 'nvme')?.devices[0];
  };
  expect(readAs(agentGroup)?.values).toMatchObject({ source: { value: 'nvme_cli' }, percentage_used: { value: 4 } });
  const stranger = readAs(65534);
  expect(stranger?.values).toMatchObject({ source: { value: 'sysfs' }, percentage_used: { value: null } });
  expect(stranger?.hint).toBe('no right to ask the drives helper: sudo usermod --append --groups infra-monitor nobody');
});

test('no trick leads to another command or another device', async () => {
  const { ask, calls } = await startHelper();
  const node = (path: string) => ['nvme', 'smart-log', path, '-o', 'json'];
  const tricks = [
    // Paths.
    node('/dev/../dev/nvme0'),
    node('/dev/nvme0/../../etc/shadow'),
    node('/dev/./nvme0'),
    node('//dev/nvme0'),
    node('/dev/nvme0\n/dev/nvme1'),
    node('/dev/nvme0 /dev/nvme1'),
    node('/sys/class/nvme/nvme0'),
    // No drive.
    ...['sda1', 'dm-0', 'mem', 'null', 'sdb', 'nvme2', 'nvme0n1p1', 'loop0', 'mapper/control'].map((name) => [
      'smartctl',
      '-j',
      '-i',
      `/dev/${name}`,
    ]),
    // Commands.
    ['nvme', 'format', '/dev/nvme0', '-o', 'json'],
    ['nvme', 'fw-download', '/dev/nvme0', '-f', '/tmp/x', '-o', 'json'],
    ['nvme', 'io-passthru', '/dev/nvme0', '-o', 'json'],
    ['sh', '-c', 'nvme smart-log /dev/nvme0 -o json'],
    ['/bin/sh', ...question],
    ['env', ...question],
    [...question, '&&', 'id'],
    [...question, ';id'],
    ['$(id)', ...question],
    ['smartctl', '-j', '-i', '-t', 'long', '/dev/sda'],
    ['smartctl', '-j', '-s', 'aam,off', '/dev/sda'],
    ['smartctl', '-j', '-i', '--drivedb=/etc/shadow', '/dev/sda'],
    ['dmsetup', 'remove_all'],
    ['dmsetup', 'table', '--showkeys'],
  ];
  const answered = [];
  for (const trick of tricks)
    if (!(await ask(trick).catch((error: Error) => error.message.includes('refuses')))) answered.push(trick);
  expect(answered).toEqual([]);
  expect(calls()).toEqual([]);
  expect(await ask()).toMatchObject({ status: 0 });
});

test('nothing that is sent keeps it from answering others', async () => {
  const { socket, ask, calls } = await startHelper();
  const long = [
    'x'.repeat(1_000_000),
    line(Array.from({ length: 100_000 }, () => 'nvme')),
    `{"command":${'['.repeat(500_000)}`,
  ];
  const halves = [
    '{"command":[',
    '{"command":["nvme","smart-log","/dev/nvme0","-o","json"]}',
    Buffer.from('{"comm\u00e9').subarray(0, 8),
  ];
  const shapes = [
    '\n\n\n',
    '{}\n',
    '{"command":{"length":1,"0":"nvme"}}\n',
    '{"command":[["nvme"]]}\n',
    '{"command":null}\n',
    '\0\n',
  ];
  for (const sent of [...long, ...halves, ...shapes]) {
    const { socket: connection, received, closed } = dial(socket);
    connection.write(sent);
    await closed;
    expect(received()).toMatch(/^(\{"refused":"[^"]+"\}\n)?$/);
  }
  // Slowly, letter by letter.
  const slow = dial(socket);
  const letters = setInterval(() => slow.socket.write('{'), 100);
  await slow.closed;
  clearInterval(letters);
  // Who asks and closes its side at once, or never reads.
  const gone = dial(socket);
  gone.socket.end(line(question));
  await gone.closed;
  const deaf = connect(socket);
  onTestFinished(() => void deaf.destroy());
  deaf.pause();
  deaf.write(line(question));
  expect(await ask()).toMatchObject({ status: 0 });
  expect(new Set(calls())).toEqual(new Set(['nvme smart-log nvme0']));
});

test('a crowd of connections, silent ones, asking ones and those that come and go', async () => {
  const { socket, ask, helper } = await startHelper();
  const silent = Array.from({ length: 1000 }, () => dial(socket));
  await Promise.all(silent.map(({ closed }) => closed));
  expect(await ask()).toMatchObject({ status: 0 });
  for (let round = 0; round < 20; round += 1)
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const { socket: connection, closed } = dial(socket);
        connection.write(line(question), () => connection.destroy());
        await closed;
      }),
    );
  // The kernel refuses connections while so many wait to be taken.
  const answersAgain = () =>
    ask().then(
      () => true,
      () => false,
    );
  await until('it has taken and dropped them all', answersAgain);
  const answers = await Promise.all(Array.from({ length: 60 }, () => ask(question, 60 * patience)));
  expect(answers.every(({ status }) => status === 0)).toBe(true);
  const { pid = 0 } = helper;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  expect(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])).toBeLessThan(150_000);
});

test('a drive that hangs: one process, ended in time, and others are answered meanwhile', async () => {
  const { ask, write, calls } = await startHelper();
  write('answers/nvme smart-log nvme0.hangs', '');
  const first = ask(question, 20 * patience);
  const second = ask(['smartctl', '-j', '-i', '-H', '-A', '/dev/nvme0n1'], 20 * patience);
  await until('it hangs', () => calls().length === 1);
  expect(await ask(['nvme', 'smart-log', '/dev/nvme1', '-o', 'json'])).toMatchObject({ status: 0 });
  expect(calls()).toEqual(['nvme smart-log nvme0', 'nvme smart-log nvme1']);
  await expect(first).rejects.toMatchObject({ timedOut: true });
  expect(await second).toMatchObject({ status: 1 });
  expect(calls().at(-1)).toBe('smartctl nvme0n1');
});

test('systemd’s socket: it starts with the first question, and ends when nobody asks', async () => {
  const { helper, ask } = await startHelper(
    'systemd-socket-activate',
    '--listen=/run/infra-monitor/drives.sock',
    ...['DRIVES', 'PATH'].flatMap((name) => ['-E', name]),
  );
  expect(await ask()).toMatchObject({ status: 0 });
  const [status] = (await once(helper, 'exit')) as [number];
  expect(status).toBe(0);
});
