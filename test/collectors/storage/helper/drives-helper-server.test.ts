import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  DrivesHelperError,
  isDrivesHelperPresent,
  runCommandByDrivesHelper,
} from '../../../../src/collectors/storage/helper/drives-helper-client.ts';
import { DrivesHelperServer } from '../../../../src/collectors/storage/helper/drives-helper-server.ts';
import { commandTimeoutSeconds } from '../../../../src/collectors/storage/helper/protocol.ts';
import { CommandError } from '../../../../src/lib/command.ts';
import { bounds } from '../../../../src/model/bounds.ts';
import { stopClock } from '../../../helpers/clock.ts';
import { drives, smartLog } from '../../../helpers/drives.ts';
import { until } from '../../../helpers/until.ts';

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'helper-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A helper on a machine with two drives, whose tools are stand-ins. */
async function startHelper() {
  const rack = drives({ name: 'nvme9000' }, { name: 'nvme9001', serial: 'S2' });
  const path = join(scratch(), 'drives.sock');
  const server = new DrivesHelperServer(rack.sys);
  await server.listen({ path });
  onTestFinished(() => server.close());
  return {
    rack,
    server,
    path,
    ask: (words: string, seconds = 10) => runCommandByDrivesHelper(path, words.split(' '), seconds),
  };
}

const question = 'nvme smart-log /dev/nvme9000 -o json';
const request = (words = question) => `${JSON.stringify({ command: words.split(' ') })}\n`;

/** A connection by hand, and what came over it. */
function dial(path: string): { socket: Socket; received(): string; closed: Promise<void> } {
  const socket = connect(path);
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  return { socket, received: () => text, closed };
}

test('the helper runs a question and hands over what the tool printed', async () => {
  const { rack, ask } = await startHelper();
  rack.tell('nvme smart-log nvme9000', smartLog());
  expect(await ask(question)).toEqual({ status: 0, stdout: smartLog().trimEnd(), stderr: '' });
  rack.fail('nvme smart-log nvme9000', 'NVMe status: Invalid Field');
  expect(await ask(question)).toEqual({ status: 1, stdout: '', stderr: 'NVMe status: Invalid Field' });
});

test('it refuses what is no question, and runs nothing', async () => {
  const { rack, ask } = await startHelper();
  await expect(ask('nvme format /dev/nvme9000')).rejects.toThrow(
    new DrivesHelperError('the drives helper refuses nvme format /dev/nvme9000: not a command on the list'),
  );
  await expect(ask('nvme smart-log /dev/nvme9002 -o json')).rejects.toThrow('nvme9002 is not an NVMe controller');
  expect(rack.calls()).toEqual([]);
});

test('a command that does not end in time is the same error as without the helper', async () => {
  const { rack, ask } = await startHelper();
  rack.hang('nvme smart-log nvme9000');
  await expect(ask(question, 0)).rejects.toMatchObject({ timedOut: true, missing: false });
});

/** Something at the helper's place that answers every request so. */
async function startOther(answer: string): Promise<string> {
  const path = join(scratch(), 'drives.sock');
  const other = createServer((socket) => socket.on('data', () => socket.end(answer)));
  await new Promise<void>((resolve) => other.listen(path, resolve));
  onTestFinished(() => void other.close());
  return path;
}

test('what could not be run is the same error as without the helper', async () => {
  const path = await startOther('{"failure":"nvme: not installed","missing":true,"timedOut":false}\n');
  const failure = runCommandByDrivesHelper(path, ['nvme'], 5);
  await expect(failure).rejects.toThrow(CommandError);
  await expect(failure).rejects.toMatchObject({ message: 'nvme: not installed', missing: true, timedOut: false });
});

test('without a helper, or with something else at its place', async () => {
  const path = join(scratch(), 'drives.sock');
  expect(isDrivesHelperPresent(path)).toBe(false);
  await expect(runCommandByDrivesHelper(path, ['nvme'], 1)).rejects.toThrow(DrivesHelperError);
  for (const answer of ['', 'hello\n', '{"status":"0"}\n', '[]\n', '{'])
    await expect(runCommandByDrivesHelper(await startOther(answer), ['nvme'], 5)).rejects.toThrow(
      'the drives helper gave no answer',
    );
  const endless = join(scratch(), 'endless');
  const flood = createServer((socket) => {
    const more = () => {
      if (!socket.destroyed) socket.write('x'.repeat(500_000), () => setImmediate(more));
    };
    socket.on('error', () => undefined);
    more();
  });
  await new Promise<void>((resolve) => flood.listen(endless, resolve));
  onTestFinished(() => void flood.close());
  await expect(runCommandByDrivesHelper(endless, ['nvme'], 30)).rejects.toThrow('the drives helper can’t be reached');
});

test.each([
  ['an empty line', '\n'],
  ['no JSON', 'nvme smart-log /dev/nvme9000 -o json\n'],
  ['another kind of JSON', '["nvme","smart-log","/dev/nvme9000","-o","json"]\n'],
  ['null', 'null\n'],
  ['a command in one word', '{"command":"nvme smart-log /dev/nvme9000 -o json"}\n'],
  ['numbers', '{"command":[1,2]}\n'],
  ['a prototype', '{"__proto__":{"command":["nvme"]}}\n'],
  ['deep nesting', `${'['.repeat(400)}\n`],
])('%s is refused', async (_what, text) => {
  const { path, rack } = await startHelper();
  const { socket, received, closed } = dial(path);
  socket.write(text);
  await closed;
  expect(received()).toMatch(/^\{"refused":"not a (request|command on the list)"\}\n$/);
  expect(rack.calls()).toEqual([]);
});

test.each([
  ['a long line', 'x'.repeat(2000)],
  ['a long line that ends', `${JSON.stringify({ command: ['nvme', 'x'.repeat(2000)] })}\n`],
  ['two questions in one', `${request()}${request()}`],
  ['something after the question', `${request()} `],
])('%s ends the connection without an answer', async (_what, text) => {
  const { path, rack } = await startHelper();
  const { socket, received, closed } = dial(path);
  socket.write(text);
  await closed;
  expect(received()).toBe('');
  expect(rack.calls()).toEqual([]);
});

test('half a line ends the connection after two seconds, and so does silence', async () => {
  const { path, rack } = await startHelper();
  const half = dial(path);
  half.socket.write('{"command":["nvme","smart-log"');
  const silent = dial(path);
  await Promise.all([half.closed, silent.closed]);
  expect([half.received(), silent.received()]).toEqual(['', '']);
  expect(rack.calls()).toEqual([]);
});

test('a question may come in pieces', async () => {
  const { path, rack } = await startHelper();
  rack.tell('nvme smart-log nvme9000', smartLog());
  const { socket, received, closed } = dial(path);
  for (const piece of request().match(/.{1,7}|\n/g) ?? []) await new Promise((sent) => socket.write(piece, sent));
  await closed;
  expect(JSON.parse(received())).toMatchObject({ status: 0 });
});

test('one command at a time for each drive; other drives do not wait', async () => {
  const { path, rack, ask } = await startHelper();
  rack.hang('nvme smart-log nvme9000');
  rack.tell('nvme smart-log nvme9001', smartLog());
  rack.tell('nvme id-ctrl nvme9000', '{}');
  const hanging = dial(path);
  hanging.socket.write(request());
  await until('it hangs', () => rack.calls().includes('nvme smart-log nvme9000'));
  const waiting = ask('nvme id-ctrl /dev/nvme9000 -o json');
  const withdrawn = dial(path);
  withdrawn.socket.write(request());
  expect(await ask('nvme smart-log /dev/nvme9001 -o json')).toMatchObject({ status: 0 });
  expect(rack.calls()).toEqual(['nvme smart-log nvme9000', 'nvme smart-log nvme9001']);
  withdrawn.socket.destroy();
  // A client that goes takes its command with it.
  hanging.socket.destroy();
  expect(await waiting).toMatchObject({ status: 0 });
  expect(rack.calls()).toEqual(['nvme smart-log nvme9000', 'nvme smart-log nvme9001', 'nvme id-ctrl nvme9000']);
});

/** A tool that a kill does not end, as one that waits in the kernel for a dead drive: what holds its output left its
 * process group. */
function unkillableNvme(): { hangs(): boolean; end(): void } {
  const folder = scratch();
  const started = join(folder, 'started');
  const { PATH } = process.env;
  const script = `#!/bin/sh\nsetsid sleep 600 &\necho $! > ${started}.new\nmv ${started}.new ${started}\nexec sleep 600\n`;
  writeFileSync(join(folder, 'nvme'), script, { mode: 0o755 });
  process.env.PATH = `${folder}:${PATH}`;
  const end = () => {
    if (existsSync(started)) process.kill(Number(readFileSync(started, 'utf8')), 'SIGKILL');
    rmSync(started, { force: true });
    process.env.PATH = PATH;
  };
  onTestFinished(end);
  return { hangs: () => existsSync(started), end };
}

test('while a killed command does not end, others for its drive fail at once', async () => {
  const { turn } = stopClock();
  const { path, rack, ask } = await startHelper();
  rack.tell('nvme id-ctrl nvme9000', '{}');
  const tool = unkillableNvme();
  dial(path).socket.write(request());
  await until('it hangs', tool.hangs);
  turn(commandTimeoutSeconds + 2);
  const other = 'nvme id-ctrl /dev/nvme9000 -o json';
  await expect(ask(other)).rejects.toMatchObject({
    message: `${other}: an earlier command for nvme9000 does not end`,
    timedOut: true,
  });
  tool.end();
  await until('it has ended', async () => (await ask(other).catch(() => undefined))?.status === 0);
});

test('more connections than agents open are closed at once, and the helper goes on', async () => {
  const { path, rack, ask } = await startHelper();
  rack.tell('nvme smart-log nvme9000', smartLog());
  const many = Array.from({ length: 300 }, () => dial(path));
  await Promise.all(many.map(({ closed }) => closed));
  expect(await ask(question)).toMatchObject({ status: 0 });
});

test('forty questions at once are all answered', async () => {
  const { rack, ask } = await startHelper();
  for (const drive of ['nvme9000', 'nvme9001']) rack.tell(`nvme smart-log ${drive}`, smartLog());
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => ask(`nvme smart-log /dev/nvme900${index % 2} -o json`, 60)),
  );
  expect(answers.every(({ status }) => status === 0)).toBe(true);
});

test('it is idle when nobody has asked for a while and no command is running', async () => {
  const { path, rack, server } = await startHelper();
  rack.hang('nvme smart-log nvme9000');
  const { socket } = dial(path);
  socket.write(request());
  await until('it hangs', () => rack.calls().length === 1);
  let isIdle = false;
  const idle = server.waitUntilIdle(50).then(() => (isIdle = true));
  rack.tell('nvme smart-log nvme9001', smartLog());
  await runCommandByDrivesHelper(path, 'nvme smart-log /dev/nvme9001 -o json'.split(' '), 10);
  expect(isIdle).toBe(false);
  socket.destroy();
  await idle;
});

test('output without end, or of errors, is bounded', async () => {
  const { rack, ask } = await startHelper();
  rack.tell('nvme smart-log nvme9000', 'x'.repeat(3_000_000));
  await expect(ask(question, 30)).rejects.toMatchObject({ timedOut: false });
  rack.fail('nvme smart-log nvme9000', 'e'.repeat(100_000));
  expect((await ask(question, 30)).stderr.length).toBe(bounds.commandError.characters);
  rack.tell('nvme smart-log nvme9001', '"\n'.repeat(400_000));
  expect((await ask('nvme smart-log /dev/nvme9001 -o json', 30)).stdout.length).toBeGreaterThan(700_000);
});

test('a link below /sys/block to nowhere is no drive', async () => {
  const { rack, ask } = await startHelper();
  mkdirSync(join(rack.sys, 'block/sdq'));
  symlinkSync('nowhere', join(rack.sys, 'block/sdq/device'));
  await expect(ask('smartctl -j -i /dev/sdq')).rejects.toThrow('sdq is not a drive');
  rmSync(join(rack.sys, 'block/sdq/device'));
  writeFileSync(join(rack.sys, 'block/sdq/device'), '');
  expect(existsSync(join(rack.sys, 'block/sdq/device'))).toBe(true);
});
