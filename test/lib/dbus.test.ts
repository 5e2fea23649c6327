import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SystemdUnitLister, UnknownDbusUserError } from '../../src/lib/dbus.ts';
import { until } from '../helpers/until.ts';

const listSystemdUnits = (path: string, state: string, seconds: number) =>
  new SystemdUnitLister(seconds).list(path, state);

/** What a real dbus-daemon (1.14) was told (C) and answered (S), in hexadecimal. */
const recorded = (name: string) =>
  readFileSync(join(import.meta.dirname, '../cases/dbus', `${name}.txt`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => ({ ours: line.startsWith('C'), bytes: Buffer.from(line.slice(2), 'hex') }));

/** A socket where `serve` answers. */
async function socket(serve: (client: Socket) => void): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'dbus-'));
  const path = join(folder, 'bus');
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client.on('error', () => undefined));
    serve(client);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => {
    for (const client of clients) client.destroy();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return path;
}

/** Plays the bus's side as it was recorded, and collects ours; in pieces of so many bytes. */
async function replay(name: string, piece = 4096) {
  const steps = recorded(name);
  let heard = Buffer.alloc(0);
  let wanted = 0;
  const path = await socket((client) => {
    const play = () => {
      for (let step = steps[0]; step !== undefined; step = steps[0]) {
        if (step.ours && heard.length < wanted + step.bytes.length) return;
        if (step.ours) wanted += step.bytes.length;
        else for (let at = 0; at < step.bytes.length; at += piece) client.write(step.bytes.subarray(at, at + piece));
        steps.shift();
      }
    };
    client.setNoDelay();
    client.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      play();
    });
  });
  return { path, heard: () => heard };
}

test.each([4096, 1, 7])('names of units, in chunks of %d bytes', async (piece) => {
  const { path } = await replay('units', piece);
  expect(await listSystemdUnits(path, 'failed', 5)).toEqual(['smbd.service', 'backup@nas.timer']);
});

test('no unit is an answer too', async () => {
  const { path } = await replay('no-units');
  expect(await listSystemdUnits(path, 'failed', 5)).toEqual([]);
});

test('the request equals, byte by byte, one that a real bus accepted', async () => {
  const { path, heard } = await replay('units');
  await listSystemdUnits(path, 'failed', 5);
  const said = Buffer.concat(recorded('units').flatMap(({ ours, bytes }) => (ours ? [bytes] : [])));
  const login = (bytes: Buffer) => bytes.subarray(bytes.indexOf('BEGIN'));
  expect(login(heard())).toEqual(login(said));
  expect(heard().toString('latin1')).toMatch(/^\0AUTH EXTERNAL [0-9a-f]+\r\n/);
});

test('an error has the message of the bus', async () => {
  const state = await replay('no-state');
  await expect(listSystemdUnits(state.path, 'odd', 5)).rejects.toThrow(/^systemd’s units on .*: no such state$/);
  const nobody = await replay('no-owner');
  await expect(listSystemdUnits(nobody.path, 'failed', 5)).rejects.toThrow(
    'Name "org.freedesktop.systemd1" does not exist',
  );
});

/** A bus that logs everybody in and says no more than these bytes. */
const saying = (bytes: Buffer) => (client: Socket) =>
  client.once('data', () => {
    client.write('OK 00\r\n');
    client.once('data', () => client.write(bytes));
  });

test('a bus that is silent, refuses, hangs up or is missing', async () => {
  const list = (path: string, seconds = 5) => listSystemdUnits(path, 'failed', seconds);
  await expect(list(await socket(() => undefined), 0.1)).rejects.toThrow('no answer in 0.1 s');
  await expect(list(await socket((client) => void client.write('REJECTED EXTERNAL\r\n')))).rejects.toThrow('refused');
  await expect(list(await socket((client) => void client.end()))).rejects.toThrow('closed');
  await expect(list('/nowhere/bus')).rejects.toThrow('ENOENT');
});

test('a bus that hangs up after the login does not know the user', async () => {
  const path = await socket((client) =>
    client.once('data', () => {
      client.write('OK 00\r\n');
      client.once('data', () => client.end());
    }),
  );
  await expect(listSystemdUnits(path, 'failed', 5)).rejects.toThrow(UnknownDbusUserError);
});

test('a reply whose lengths lead out of it, or of another type', async () => {
  const reply = Buffer.concat(recorded('units').flatMap(({ ours, bytes }) => (ours ? [] : [bytes]))).subarray(37);
  const broken = Buffer.from(reply);
  broken.fill(0xff, broken.indexOf('smbd.service') - 4, broken.indexOf('smbd.service'));
  await expect(listSystemdUnits(await socket(saying(broken)), 'failed', 5)).rejects.toThrow('malformed reply');
  const other = Buffer.from(reply.toString('latin1').replace('a(ssssssouso)', 'a(sssssouuso)'), 'latin1');
  await expect(listSystemdUnits(await socket(saying(other)), 'failed', 5)).rejects.toThrow('unexpected type');
});

/** The messages in what a bus said after the login: a header of 16 bytes with the lengths of body and fields, the
 * fields, and the body from a multiple of eight on. */
function* messagesIn(data: Buffer): Generator<Buffer> {
  for (let at = 0; at < data.length; ) {
    const end = at + Math.ceil((16 + data.readUInt32LE(at + 12)) / 8) * 8 + data.readUInt32LE(at + 4);
    yield data.subarray(at, end);
    at = end;
  }
}

/** What the bus said after the login: its greeting, a signal, and the list of units. */
function messagesOfBus(): Buffer[] {
  const said = recorded('units').flatMap(({ ours, bytes }) => (ours ? [] : [bytes]));
  return [...messagesIn(Buffer.concat(said.slice(1)))];
}

/** A bus that closes a connection after so many lists of units. */
async function busThatCloses(lists: number) {
  const [{ bytes: login } = { bytes: Buffer.alloc(0) }] = recorded('units').filter(({ ours }) => !ours);
  const messages = messagesOfBus();
  const list = messages.pop() ?? Buffer.alloc(0);
  /** The list as the reply to the call with this number, which is in header field 5. */
  const replyTo = (serial: number) => {
    const reply = Buffer.from(list);
    reply.writeUInt32LE(serial, reply.indexOf(Buffer.from([5, 1, 'u'.charCodeAt(0), 0])) + 4);
    return reply;
  };
  let connections = 0;
  const path = await socket((client) => {
    connections += 1;
    let asked = 0;
    client.once('data', () => {
      client.write(login);
      client.on('data', () => {
        asked += 1;
        client.write(Buffer.concat([...(asked === 1 ? messages : []), replyTo(asked + 1)]));
        if (asked === lists) client.end();
      });
    });
  });
  return { path, connections: () => connections };
}

test('later questions go over the same connection, and over another one once the bus has closed it', async () => {
  const bus = await busThatCloses(3);
  const units = new SystemdUnitLister(5);
  const names = ['smbd.service', 'backup@nas.timer'];
  for (const _ of [1, 2, 3]) expect(await units.list(bus.path, 'failed')).toEqual(names);
  expect(bus.connections()).toBe(1);
  await until('another connection', async () => {
    await units.list(bus.path, 'failed').catch(() => undefined);
    return bus.connections() === 2;
  });
  expect(await units.list(bus.path, 'failed')).toEqual(names);
});

test('a bus that hangs up on a question, since it is started again, is asked once more', async () => {
  const clients: Socket[] = [];
  const bus = await busThatCloses(9);
  const path = await socket((client) => {
    clients.push(client);
    const upstream = connect(bus.path);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
  });
  const units = new SystemdUnitLister(5);
  await units.list(path, 'failed');
  clients[0]?.unpipe().resume();
  const question = units.list(path, 'failed');
  clients[0]?.end();
  expect(await question).toEqual(['smbd.service', 'backup@nas.timer']);
  expect(clients).toHaveLength(2);
});

test('a bus that says other things than the answer is not waited for any longer', async () => {
  const [, signal = Buffer.alloc(0)] = messagesOfBus();
  const path = await socket((client) => {
    const repeat = setInterval(() => client.write(signal), 10);
    client.on('close', () => clearInterval(repeat));
    saying(signal)(client);
  });
  await expect(listSystemdUnits(path, 'failed', 0.1)).rejects.toThrow('no answer in 0.1 s');
});

test('a connection keeps the program running only while there is a question', async () => {
  const bus = await busThatCloses(9);
  const units = new SystemdUnitLister(60);
  await units.list(bus.path, 'failed');
  const pipes = () => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length;
  const before = pipes();
  const question = units.list(bus.path, 'failed');
  expect(pipes()).toBe(before + 1);
  await question;
  expect(pipes()).toBe(before);
});
