import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { resolveHostName, socketLookupFunction } from '../../../src/lib/names/name-lookup.ts';

/** Puts a `getent` in place of the system's, which answers by a shell script: `$2` is the database, `$3` the name. */
function standIn(script: string): void {
  const bin = mkdtempSync(join(tmpdir(), 'getent-'));
  const { PATH } = process.env;
  onTestFinished(() => {
    process.env.PATH = PATH;
    rmSync(bin, { recursive: true });
  });
  writeFileSync(join(bin, 'getent'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'getent'), 0o755);
  process.env.PATH = `${bin}:${PATH}`;
}

const v4 = { address: '192.0.2.1', family: 4 };

test('a silent resolver holds up no other name', async () => {
  standIn('case $3 in silent*) exec sleep 1000 ;; esac; echo "192.0.2.1 STREAM $3"; echo "192.0.2.1 DGRAM"');
  const silent = Array.from({ length: 8 }, (_, index) => resolveHostName(`silent${index}.lan`));
  const settled: string[] = [];
  for (const one of silent) one.catch(() => settled.push('silent'));
  expect(await resolveHostName('a.lan')).toEqual([v4]);
  expect(await resolveHostName('b.lan')).toEqual([v4]);
  expect(settled).toEqual([]);
});

test('a name that is being looked up already is not looked up twice, but anew later', async () => {
  const count = join(mkdtempSync(join(tmpdir(), 'count-')), 'count');
  onTestFinished(() => rmSync(join(count, '..'), { recursive: true }));
  // Where it takes long, each family is asked for by itself as well: these are not counted.
  standIn(`[ $2 = ahosts ] || exec sleep 1000; echo x >> ${count}; echo "192.0.2.$(wc -l < ${count}) STREAM"`);
  expect(await Promise.all([resolveHostName('a.lan'), resolveHostName('a.lan')])).toEqual([[v4], [v4]]);
  expect(await resolveHostName('a.lan')).toEqual([{ address: '192.0.2.2', family: 4 }]);
});

test('each address comes once, with its family, in the order of the system', async () => {
  standIn(`printf 'fe80::1%%eth0 STREAM a.lan\nfe80::1%%eth0 DGRAM\n192.0.2.1 STREAM\n192.0.2.1 DGRAM\n'`);
  expect(await resolveHostName('a.lan')).toEqual([{ address: 'fe80::1%eth0', family: 6 }, v4]);
});

test('a server that is silent for one family costs not the other one', async () => {
  standIn('[ $2 = ahostsv4 ] || exec sleep 1000; echo "192.0.2.1 STREAM"');
  expect(await resolveHostName('half.lan')).toEqual([v4]);
});

test('an IPv4 address that is written as one of IPv6 is no address of that family', async () => {
  standIn('[ $2 = ahostsv6 ] || exec sleep 1000; echo "::ffff:192.0.2.1 STREAM"; echo "2001:db8::1 STREAM"');
  expect(await resolveHostName('half.lan')).toEqual([{ address: '2001:db8::1', family: 6 }]);
});

test('a name that is not known has the code of Node', async () => {
  standIn('exit 2');
  await expect(resolveHostName('nowhere.lan')).rejects.toMatchObject({
    code: 'ENOTFOUND',
    message: 'nowhere.lan is not known, or no DNS server answers for it',
  });
});

test('where getent cannot do it, the system’s resolver is called in this process', async () => {
  standIn('echo "Unknown database: ahosts" >&2; exit 1');
  expect(await resolveHostName('127.0.0.3')).toEqual([{ address: '127.0.0.3', family: 4 }]);
});

test('a look-up that is killed, as at the end of this process, is not begun anew', async () => {
  standIn('kill -9 $$');
  await expect(resolveHostName('127.0.0.3')).rejects.toMatchObject({
    code: 'ENOTFOUND',
    message: 'no DNS server answers for 127.0.0.3',
  });
});

test('without getent, names are looked up one after the other', async () => {
  const { PATH } = process.env;
  onTestFinished(() => {
    process.env.PATH = PATH;
  });
  process.env.PATH = '/nowhere';
  const found = Promise.all([resolveHostName('127.0.0.1'), resolveHostName('127.0.0.2')]);
  expect(await found).toEqual([[{ address: '127.0.0.1', family: 4 }], [{ address: '127.0.0.2', family: 4 }]]);
});

const ask = (lookup: LookupFunction, host: string, options: object) =>
  new Promise<unknown>((resolve, reject) => {
    lookup(host, options, (error, address, family) => {
      if (error) reject(error);
      else resolve(family === undefined ? address : { address, family });
    });
  });

test('a socket gets all addresses, the first one, or those of one family', async () => {
  const v6 = { address: '2001:db8::1', family: 6 };
  const lookup = socketLookupFunction(async () => [v6, v4]);
  expect(await ask(lookup, 'a.lan', { all: true })).toEqual([v6, v4]);
  expect(await ask(lookup, 'a.lan', {})).toEqual(v6);
  expect(await ask(lookup, 'a.lan', { family: 4 })).toEqual(v4);
  expect(await ask(lookup, 'a.lan', { family: 'IPv6', all: true })).toEqual([v6]);
  await expect(
    ask(
      socketLookupFunction(async () => [v4]),
      'a.lan',
      { family: 6 },
    ),
  ).rejects.toMatchObject({
    code: 'ENOTFOUND',
  });
});

test('the system’s resolver is asked', async () => {
  expect(await resolveHostName('127.0.0.1')).toEqual([{ address: '127.0.0.1', family: 4 }]);
  await expect(ask(socketLookupFunction(resolveHostName), 'no-such-name.invalid', {})).rejects.toBeInstanceOf(Error);
});
