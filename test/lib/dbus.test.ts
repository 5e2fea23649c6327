import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readDbusUint32Property } from '../../src/lib/dbus.ts';

const units = {
  destination: 'org.freedesktop.systemd1',
  path: '/org/freedesktop/systemd1',
  interface: 'org.freedesktop.systemd1.Manager',
  property: 'NFailedUnits',
};

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

test.each([4096, 1, 7])('a number, in chunks of %d bytes', async (piece) => {
  const { path } = await replay('number', piece);
  expect(await readDbusUint32Property(path, units, 5)).toBe(3);
});

test('the request equals, byte by byte, one that a real bus accepted', async () => {
  const { path, heard } = await replay('number');
  await readDbusUint32Property(path, units, 5);
  const said = Buffer.concat(recorded('number').flatMap(({ ours, bytes }) => (ours ? [bytes] : [])));
  const login = (bytes: Buffer) => bytes.subarray(bytes.indexOf('BEGIN'));
  expect(login(heard())).toEqual(login(said));
  expect(heard().toString('latin1')).toMatch(/^\0AUTH EXTERNAL [0-9a-f]+\r\n/);
});

test('an error has the message of the bus', async () => {
  const property = await replay('no-property');
  await expect(readDbusUint32Property(property.path, { ...units, property: 'Nothing' }, 5)).rejects.toThrow(
    /^org.freedesktop.systemd1 Nothing on .*: no such property$/,
  );
  const nobody = await replay('no-owner');
  await expect(readDbusUint32Property(nobody.path, { ...units, destination: 'org.example.Nobody' }, 5)).rejects.toThrow(
    'Name "org.example.Nobody" does not exist',
  );
});

test('a bus that is silent, refuses, hangs up or is missing', async () => {
  await expect(readDbusUint32Property(await socket(() => undefined), units, 0.1)).rejects.toThrow('no answer in 0.1 s');
  await expect(
    readDbusUint32Property(await socket((client) => void client.write('REJECTED EXTERNAL\r\n')), units, 5),
  ).rejects.toThrow('refused');
  await expect(readDbusUint32Property(await socket((client) => void client.end()), units, 5)).rejects.toThrow('closed');
  await expect(readDbusUint32Property('/nowhere/bus', units, 5)).rejects.toThrow('ENOENT');
});
