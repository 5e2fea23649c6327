import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { commonDriveTextsInGerman } from '../../../../src/collectors/storage/german-texts.ts';
import { BtrfsScrubReader, parseBtrfsScrub } from '../../../../src/collectors/storage/pools/btrfs-scrub.ts';
import { PoolsReader } from '../../../../src/collectors/storage/pools/pools-reader.ts';
import { isInContainer } from '../../../../src/lib/container.ts';
import { stopClock } from '../../../helpers/clock.ts';
import { expandSnapshot, type MachineSnapshot } from '../../../helpers/machine-snapshot.ts';
import { memory } from '../../../helpers/memory.ts';
import { agent } from '../../../helpers/sample-collector.ts';
import { array, letHelperAnswer, saidOf, sda, sdb, sdc, virtual, watchPools } from './machine.ts';

const fsid = '1b7c0f52-0000-4a7e-9f00-00000000ab01';
const folder = `/sys/fs/btrfs/${fsid}`;
const mebibyte = 1024 ** 2;

interface Options {
  devices?: readonly string[];
  errors?: readonly number[];
  /** Number of the device that is missing. */
  missing?: number;
  operation?: string;
  profile?: string;
  /** Bytes of metadata chunks, and of those that are used. */
  metadata?: readonly [total: number, used: number];
  /** Bytes of all data chunks on the disks. */
  dataOnDisk?: number;
}

const allocation = (
  kind: string,
  profile: string,
  total: number,
  used: number,
  diskTotal: number,
): MachineSnapshot => ({
  [`${folder}/allocation/${kind}/total_bytes`]: `${total}`,
  [`${folder}/allocation/${kind}/bytes_used`]: `${used}`,
  [`${folder}/allocation/${kind}/disk_total`]: `${diskTotal}`,
  [`${folder}/allocation/${kind}/disk_used`]: `${used}`,
  [`${folder}/allocation/${kind}/${profile}/total_bytes`]: `${total}`,
});

/** A mounted file system called `tank`. */
function tank(options: Options = {}): MachineSnapshot {
  const { devices = ['sda', 'sdb'], errors = [0, 0], missing, operation = 'none', profile = 'raid1' } = options;
  const { metadata: [total, used] = [256 * mebibyte, mebibyte], dataOnDisk = 512 * mebibyte } = options;
  return {
    [`${folder}/label`]: 'tank',
    [`${folder}/exclusive_operation`]: operation,
    ...Object.fromEntries(devices.map((name) => [`${folder}/devices/${name}`, `-> ../../../../block/${name}`])),
    ...Object.fromEntries(
      errors.flatMap((count, at) => [
        [`${folder}/devinfo/${at + 1}/missing`, missing === at + 1 ? '1' : '0'],
        [`${folder}/devinfo/${at + 1}/error_stats`, `write_errs 0\nread_errs ${count}\nflush_errs 0`],
      ]),
    ),
    ...allocation('data', profile, dataOnDisk / 2, mebibyte, dataOnDisk),
    ...allocation('metadata', profile, total, used, 2 * total),
    ...allocation('system', profile, mebibyte, 0, 2 * mebibyte),
    '/proc/self/mountinfo': '55 1 0:41 / /tank rw - btrfs /dev/sda rw\n56 1 0:41 /@home /home rw - btrfs /dev/sda rw\n',
  };
}

test('a healthy file system', async () => {
  const [pool] = await watchPools().see({ ...sda, ...sdb, ...tank() });
  expect(pool).toMatchObject({ name: 'nas Btrfs tank', id: fsid, findings: [] });
  expect(pool?.reading).toMatchObject({
    problem: false,
    layout: 'raid1',
    redundancyLeft: 1,
    mounts: ['/home', '/tank'],
    activity: 'idle',
  });
});

const gone =
  'nas Btrfs tank: data_at_risk: degraded: raid1 with 1 of 2 members: DISK 4T (serial LAB-2, ata-16, was sdb) is gone; /home and /tank go on without redundancy: the next failure loses data';

test('a member that is pulled is seen by its link alone, and its errors are no second problem', async () => {
  const machine = watchPools();
  await machine.see({ ...sda, ...sdb, ...tank() });
  const pulled = await machine.see({ ...sda, ...tank({ errors: [0, 14] }) });
  expect(saidOf(pulled)).toContain(gone);
  expect(pulled[0]?.findings.filter(({ explainedBy }) => explainedBy === undefined).map(({ key }) => key)).toEqual([
    'degraded',
  ]);
});

const replacing = { operation: 'device replace' };

test('a member that was pulled is missing until its replacement is done', async () => {
  const machine = watchPools();
  await machine.see({ ...sda, ...sdb, ...tank() });
  await machine.see({ ...sda, ...tank() });
  const during = { ...sda, ...sdc, ...tank({ ...replacing, devices: ['sda', 'sdb', 'sdc'] }) };
  const told = [expect.stringContaining('degraded: raid1 with 2 of 3 members: DISK 4T (serial LAB-2')];
  expect(saidOf(await machine.see(during))).toEqual(told);
  expect(saidOf(await machine.see(during))).toEqual(told);
  expect(saidOf(await machine.see({ ...sda, ...sdc, ...tank({ devices: ['sda', 'sdc'] }) }))).toEqual([]);
});

test('so is one without which it was mounted', async () => {
  const machine = watchPools();
  await machine.see({ ...sda, ...sdb, ...tank() });
  const during = { ...sda, ...sdc, ...tank({ ...replacing, devices: ['sda', 'sdc'], missing: 2 }) };
  await machine.see(during);
  expect(saidOf(await machine.see(during))).toEqual([
    expect.stringContaining('degraded: raid1 with 2 of 3 members: DISK 4T (serial LAB-2'),
  ]);
});

test('a drive that is replaced while it is there lacks nothing', async () => {
  const during = { ...sda, ...sdb, ...sdc, ...tank({ ...replacing, devices: ['sda', 'sdb', 'sdc'] }) };
  expect(saidOf(await watchPools().see(during))).toEqual([]);
});

test('a member that is pulled is seen without devinfo, too, as before Linux 5.6', async () => {
  const [pool] = await watchPools().see({ ...sda, ...tank({ errors: [] }) });
  expect(pool?.findings.map(({ key }) => key)).toEqual(['degraded']);
});

test('one that is pulled after it was mounted without another is missing as well', async () => {
  const [pool] = await watchPools().see({ ...tank({ devices: ['sda'], missing: 2 }) });
  expect(pool?.findings.map(({ key }) => key)).toEqual(['failed']);
});

test('a file system that was mounted without a member', async () => {
  const machine = watchPools();
  await machine.see({ ...sda, ...sdb, ...tank() });
  expect(saidOf(await machine.see({ ...sda, ...tank({ devices: ['sda'], missing: 2 }) }))).toEqual([gone]);
});

test('one that is not mounted since a member is gone is told, one that was unmounted by hand is not', async () => {
  const member = (name: string, snapshot: MachineSnapshot, number: string) => ({
    ...snapshot,
    [`/run/udev/data/b${number}`]: `${snapshot[`/run/udev/data/b${number}`]}E:ID_FS_TYPE=btrfs\nE:ID_FS_UUID=${fsid}\nE:ID_FS_LABEL=${name}\n`,
  });
  const [a, b] = [member('tank', sda, '8:0'), member('tank', sdb, '8:16')];
  expect(await watchPools().see({ ...a, ...b })).toEqual([]);
  const machine = watchPools();
  await machine.see({ ...a, ...b, ...tank() });
  expect(saidOf(await machine.see({ ...a, ...b }))).toEqual([]);
  expect(saidOf(await machine.see(a))).toEqual([
    'nas Btrfs tank: outage: not mounted, because a member is gone: DISK 4T (serial LAB-2, ata-16, was sdb)',
  ]);
});

test('a seed of one that is not mounted is there, though udev knows it by its own id', async () => {
  const on = (id: string, snapshot: MachineSnapshot, number: string) => ({
    ...snapshot,
    [`/run/udev/data/b${number}`]: `${snapshot[`/run/udev/data/b${number}`]}E:ID_FS_TYPE=btrfs\nE:ID_FS_UUID=${id}\n`,
  });
  const [seed, grown] = [on('1b7c0f52-0000-4a7e-9f00-00000000ab02', sda, '8:0'), on(fsid, sdb, '8:16')];
  const before = watchPools();
  await before.see({ ...seed, ...grown, ...tank({ profile: 'single' }) });
  const machine = watchPools(Object.fromEntries(before.memory.contents));
  // The second reading has only what the first has kept.
  expect(saidOf(await machine.see({ ...seed, ...grown }))).toEqual([]);
  expect(saidOf(await machine.see({ ...seed, ...grown }))).toEqual([]);
  expect(saidOf(await machine.see(grown))).toEqual([
    expect.stringContaining('a member is gone: DISK 4T (serial LAB-1'),
  ]);
});

test('a member that is encrypted is gone with its drive, though device mapper still has it', async () => {
  const crypt = (number: number, name: string, slaves: readonly string[]) => ({
    ...virtual(`dm-${number}`, `252:${number}`, slaves),
    [`/sys/block/dm-${number}/dm/name`]: name,
    [`/sys/block/dm-${number}/dm/uuid`]: `CRYPT-LUKS2-${number}-${name}`,
  });
  const pool = tank({ devices: ['dm-1', 'dm-2'] });
  const mounted = { '/proc/self/mountinfo': '37 29 0:40 / /tank rw - btrfs /dev/mapper/one rw\n' };
  const machine = watchPools();
  const one = { ...sda, ...crypt(1, 'one', ['sda']), ...pool, ...mounted };
  expect(saidOf(await machine.see({ ...one, ...sdb, ...crypt(2, 'two', ['sdb']) }))).toEqual([]);
  const pools = await machine.see({ ...one, ...crypt(2, 'two', []) });
  expect(saidOf(pools)).toEqual([expect.stringContaining('DISK 4T (serial LAB-2, ata-16, was dm-2) is gone')]);
  expect(pools[0]?.findings[0]?.blames).toEqual(['LAB-2']);
});

test('more members gone than it can lose', async () => {
  const [pool] = await watchPools().see({ ...sda, ...tank({ profile: 'single' }) });
  expect(pool?.findings.map(({ key }) => key)).toEqual(['failed']);
});

test('a profile that nobody knows makes no claim', async () => {
  const [pool] = await watchPools().see({ ...sda, ...sdb, ...tank({ profile: 'raid77' }) });
  expect(pool?.reading).toMatchObject({
    redundancyLeft: undefined,
    findings: expect.not.arrayContaining([{ key: 'failed' }]),
  });
});

test.each([
  ['an array', 'md127', {}, 'srv'],
  [
    'a volume on an array',
    'dm-0',
    { ...virtual('dm-0', '252:0', ['md127']), '/sys/block/dm-0/dm/name': 'vg-lv', '/sys/block/dm-0/dm/uuid': 'LVM-x' },
    'vg-lv',
  ],
])('%s is no drive, also while only one of its drives is left', async (_, device, layer, id) => {
  const members = { sda: {}, sdb: { slot: '1' } };
  const on = (machine: MachineSnapshot) => ({ ...machine, ...layer, ...tank({ devices: [device], errors: [0] }) });
  const watched = watchPools();
  const memberOf = (pools: Awaited<ReturnType<typeof watched.see>>) =>
    pools.flatMap(({ name, members: all }) => (name === 'nas Btrfs tank' ? all : []));
  for (const machine of [
    { ...sda, ...sdb, ...array(members) },
    { ...sda, ...array({ sda: {} }, { degraded: '1' }) },
  ])
    expect(memberOf(await watched.see(on(machine)))).toMatchObject([{ id, drive: undefined }]);
});

test('errors of before are history; a rise is a problem until it is acknowledged', async () => {
  const machine = watchPools();
  const see = async (count: number) => (await machine.see({ ...sda, ...sdb, ...tank({ errors: [0, count] }) }))[0];
  expect((await see(14_320))?.findings).toEqual([]);
  expect((await see(14_321))?.findings.map(({ key, severity }) => [key, severity])).toEqual([
    ['device_errors', 'degraded'],
  ]);
  machine.reader.acknowledge(fsid.replaceAll('-', '_'));
  expect((await see(14_321))?.findings).toEqual([]);
  expect((await see(0))?.findings).toEqual([]);
  expect((await see(1))?.findings).toHaveLength(1);
});

test.each([
  // 2 GiB in all; what is not in a chunk of data or metadata is unallocated.
  ['full, and no room for more', [256 * mebibyte, 220 * mebibyte], 1500 * mebibyte, ['metadata_full']],
  ['full, with room for two more chunks', [256 * mebibyte, 220 * mebibyte], 512 * mebibyte, []],
  ['nearly empty, and no room for more', [256 * mebibyte, mebibyte], 1500 * mebibyte, []],
  ['nearly empty, and nothing unallocated', [256 * mebibyte, mebibyte], 1534 * mebibyte, ['unallocated']],
] as const)('metadata %s', async (_, metadata, dataOnDisk, keys) => {
  const [pool] = await watchPools().see({ ...sda, ...sdb, ...tank({ metadata, dataOnDisk }) });
  expect(pool?.findings.map(({ key }) => key)).toEqual(keys);
});

test.each([
  ['balance', 'balance', []],
  ['device replace', 'replace', []],
  ['device add', 'other', []],
  ['balance paused', 'waiting', ['balance_paused']],
])('%s', async (operation, activity, keys) => {
  const [pool] = await watchPools().see({ ...sda, ...sdb, ...tank({ operation }) });
  expect([pool?.reading.activity, pool?.reading.problem]).toEqual([activity, false]);
  expect(pool?.findings.map(({ key }) => key)).toEqual(keys);
});

test('what a device is replaced by is being rebuilt, and no member until it is done', async () => {
  const machine = watchPools();
  const whole = { ...sda, ...sdb, ...tank() };
  const target = { ...sdc, [`${folder}/devinfo/0/missing`]: '0', [`${folder}/devinfo/0/replace_target`]: '1' };
  const replacing = (devices: readonly string[], missing?: number) =>
    tank({ devices, operation: 'device replace', ...(missing === undefined ? {} : { missing }) });
  const counted = (pool: Awaited<ReturnType<typeof machine.see>>[number] | undefined) => [
    pool?.reading.expectedMembers,
    pool?.reading.members.map(({ device, role }) => `${device} ${role}`),
  ];
  await machine.see(whole);
  for (const _ of [1, 2]) {
    const [pool] = await machine.see({ ...sda, ...target, ...replacing(['sda', 'sdc'], 2) });
    expect(counted(pool)).toEqual([2, ['sda active', 'sdc rebuilding']]);
    expect(saidOf(pool === undefined ? [] : [pool])).toEqual([
      'nas Btrfs tank: data_at_risk: degraded: raid1 with 1 of 2 members: DISK 4T (serial LAB-3, ata-32, sdc) is being rebuilt; DISK 4T (serial LAB-2, ata-16, was sdb) is gone; /home and /tank go on without redundancy: the next failure loses data',
    ]);
  }
  const [done] = await machine.see({ ...sda, ...sdc, ...tank({ devices: ['sda', 'sdc'] }) });
  expect(counted(done)).toEqual([2, ['sda active', 'sdc active']]);
  expect(saidOf(done === undefined ? [] : [done])).toEqual([]);
  // One that still works is replaced as well.
  const other = watchPools();
  await other.see(whole);
  const [pool] = await other.see({ ...sda, ...sdb, ...target, ...replacing(['sda', 'sdb', 'sdc']) });
  expect([...counted(pool), pool?.findings]).toEqual([2, ['sda active', 'sdb active', 'sdc rebuilding'], []]);
});

test('a member that is gone is not what it is replaced by, though its link stays', async () => {
  const machine = watchPools();
  const target = { ...sdc, [`${folder}/devinfo/0/missing`]: '0', [`${folder}/devinfo/0/replace_target`]: '1' };
  await machine.see({ ...sda, ...sdb, ...tank() });
  await machine.see({ ...sda, ...tank() });
  const during = { ...sda, ...target, ...tank({ devices: ['sda', 'sdb', 'sdc'], operation: 'device replace' }) };
  for (const _ of [1, 2]) {
    const [pool] = await machine.see(during);
    expect(pool?.reading).toMatchObject({ redundancyLeft: 0, problem: true, expectedMembers: 2 });
    expect(pool?.reading.members.map(({ device, role }) => `${device} ${role}`)).toEqual([
      'sda active',
      'sdb missing',
      'sdc rebuilding',
    ]);
    expect(saidOf(pool === undefined ? [] : [pool])).toEqual([
      expect.stringMatching(
        /data_at_risk: degraded: raid1 with 1 of 2 members: .*LAB-2.* is gone; .*LAB-3.* is being rebuilt;/,
      ),
    ]);
  }
});

test('none of two devices that were not seen before is what a member is replaced by', async () => {
  const machine = watchPools();
  await machine.see({ ...sda, ...tank({ devices: ['sda'], errors: [0] }) });
  const target = { ...sdc, [`${folder}/devinfo/0/missing`]: '0', [`${folder}/devinfo/0/replace_target`]: '1' };
  const during = tank({ devices: ['sda', 'sdb', 'sdc'], operation: 'device replace' });
  const [pool] = await machine.see({ ...sda, ...sdb, ...target, ...during });
  expect(pool?.reading.members.map(({ device, role }) => `${device} ${role}`)).toEqual([
    'sda active',
    'sdb active',
    'sdc active',
  ]);
});

test('the state of a scrub', () => {
  const line = (fields: string) => `scrub status:1\n${fsid}:1|${fields}\n`;
  const done = parseBtrfsScrub(
    line('csum_errors:3|uncorrectable_errors:1|t_start:1000|duration:20|canceled:0|finished:1'),
    false,
  );
  expect(done).toEqual({ isRunning: false, finishedAt: new Date(1_020_000), errors: 3, uncorrectable: 1 });
  const running = line('csum_errors:0|t_start:1000|duration:5|canceled:0|finished:0');
  expect(parseBtrfsScrub(running, true)).toMatchObject({ isRunning: true, finishedAt: undefined });
  expect(parseBtrfsScrub(running, false)).toMatchObject({ isRunning: false, finishedAt: undefined });
  expect(parseBtrfsScrub('', true)).toBeUndefined();
});

describe('a scrub whose state only root can read', () => {
  /** Not even root can read a folder as a file. */
  const unreadable = { ...sda, ...sdb, ...tank(), [`/var/lib/btrfs/scrub.status.${fsid}/`]: '' };

  /** What the helper is asked for, line by line; it answers each time with one scrub. */
  async function letHelperReadScrubs() {
    const { socket } = await letHelperAnswer();
    const bin = mkdtempSync(join(tmpdir(), 'cat-'));
    const { PATH } = process.env;
    onTestFinished(() => {
      process.env.PATH = PATH;
      rmSync(bin, { recursive: true });
    });
    const state = `scrub status:1\n${fsid}:1|csum_errors:3|uncorrectable_errors:1|t_start:1000|duration:20|canceled:0|finished:1`;
    writeFileSync(join(bin, 'cat'), `#!/bin/sh\necho "$1" >>${bin}/asked\necho '${state}'\n`, { mode: 0o755 });
    process.env.PATH = `${bin}:${PATH}`;
    return { socket, asked: () => readFileSync(join(bin, 'asked'), 'utf8') };
  }
  const question = `/var/lib/btrfs/scrub.status.${fsid}\n`;

  test('is known by the helper, which is asked once after each change; what it found lasts until there is another', async () => {
    const { socket, asked } = await letHelperReadScrubs();
    const machine = watchPools();
    const [pool] = await machine.see({ ...unreadable, ...socket });
    expect(pool?.reading).toMatchObject({ lastCheck: new Date(1_020_000), lastCheckErrors: 3 });
    expect(pool?.findings.map(({ key, severity }) => [key, severity])).toEqual([['scrub', 'data_at_risk']]);
    await machine.reader.read();
    expect(asked()).toBe(question);
    const [unknown] = await machine.see(unreadable);
    expect(unknown?.reading.findings()).toEqual([{ key: 'scrub', isUnknown: true }]);
    expect((await machine.see({ ...sda, ...sdb, ...tank() }))[0]?.reading.findings()).toEqual([]);
  });

  test('is unknown while the helper does not answer, which is said in the language of the agent', async () => {
    const clock = stopClock();
    const silent = createServer().listen(join(mkdtempSync(join(tmpdir(), 'silent-')), 'drives.sock'));
    await once(silent, 'listening');
    onTestFinished(() => {
      silent.close();
      rmSync(dirname(String(silent.address())), { recursive: true });
    });
    const roots = expandSnapshot({ ...unreadable, '/run/infra-monitor/drives.sock': `-> ${silent.address()}` });
    const asked = new BtrfsScrubReader(roots).read(fsid);
    await clock.waits(3);
    clock.turn(3);
    const { hint } = await asked;
    const path = roots.host('var/lib/btrfs', `scrub.status.${fsid}`);
    expect(hint?.()).toBe(`scrubs are unknown: ${path} does not answer`);
    expect(hint?.(commonDriveTextsInGerman)).toBe(`Stand der Scrubs unbekannt: ${path} antwortet nicht`);
  });

  test('is forgotten with its file system, and asked again when that is back', async () => {
    const { socket, asked } = await letHelperReadScrubs();
    const roots = expandSnapshot({ ...unreadable, ...socket });
    const reader = new PoolsReader(agent, memory({}), roots);
    await reader.read();
    renameSync(roots.sys('fs/btrfs', fsid), roots.sys('fs/btrfs.gone'));
    await reader.read();
    expect(asked()).toBe(question);
    renameSync(roots.sys('fs/btrfs.gone'), roots.sys('fs/btrfs', fsid));
    await reader.read();
    expect(asked()).toBe(question + question);
  });

  test.runIf(!isInContainer())('is unknown without the helper, and what is missing is said', async () => {
    const [pool] = await watchPools().see(unreadable);
    expect(pool?.reading).toMatchObject({ problem: false, hint: expect.stringContaining('scrubs are unknown: ') });
  });
});

test('a file system that was never scrubbed lacks nothing', async () => {
  const [pool] = await watchPools().see({ ...sda, ...sdb, ...tank() });
  expect([pool?.reading.hint, pool?.reading.problem]).toEqual([undefined, false]);
});

test.each([
  ['0', []],
  ['1', ['quotas_inconsistent notice']],
  ['2', []],
])('quotas whose state is %s', async (state, told) => {
  const file = { [`${folder}/qgroups/inconsistent`]: state };
  const [pool] = await watchPools().see({ ...sda, ...sdb, ...tank(), ...file });
  expect(pool?.findings.map(({ key, severity }) => `${key} ${severity}`)).toEqual(told);
});

test('metadata that go to and fro around the limit are told once', async () => {
  const machine = watchPools();
  const see = async (used: number) => {
    const filled = tank({ metadata: [1000 * mebibyte, used * mebibyte], dataOnDisk: 10 * mebibyte });
    return (await machine.see({ ...sda, ...sdb, ...filled }))[0]?.findings.map(({ key }) => key);
  };
  expect(await see(799)).not.toContain('metadata_full');
  expect(await see(801)).toContain('metadata_full');
  expect(await see(781)).toContain('metadata_full');
  expect(await see(779)).not.toContain('metadata_full');
  expect(await see(781)).not.toContain('metadata_full');
});
