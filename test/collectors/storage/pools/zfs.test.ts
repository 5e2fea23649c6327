import { beforeEach, describe, expect, test } from 'vitest';
import { poolTables } from '../../../../src/collectors/storage/pools/metrics.ts';
import { stopClock } from '../../../helpers/clock.ts';
import type { MachineSnapshot } from '../../../helpers/machine-snapshot.ts';
import { until } from '../../../helpers/until.ts';
import { drive, letHelperAnswer, saidOf, watchPools } from './machine.ts';

const guid = '5819764768306625719';
const member = (name: string, number: string, serial: string) => {
  const files = drive(name, number, serial);
  const udev = `/run/udev/data/b${number}`;
  return {
    ...files,
    [`/sys/block/${name}/stat`]: '1 0 0 0 1 0 0 0',
    [udev]: `${files[udev]}E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\nE:ID_FS_UUID=${guid}\n`,
  };
};
const sda = member('sda', '8:0', 'LAB-1');
const sdb = member('sdb', '8:16', 'LAB-2');
const sdc = member('sdc', '8:32', 'LAB-3');
const pool = (state: string) => ({
  '/proc/spl/kstat/zfs/tank/state': `${state}\n`,
  '/proc/spl/kstat/zfs/arcstats': 'hits 4 1\n',
  '/proc/self/mountinfo': '36 27 0:30 / /tank rw - zfs tank rw\n37 36 0:31 / /media rw - zfs tank/media rw\n',
});

let rack: Awaited<ReturnType<typeof letHelperAnswer>>['rack'];
let socket: MachineSnapshot;
let clock: ReturnType<typeof stopClock>;
beforeEach(async () => {
  clock = stopClock();
  ({ rack, socket } = await letHelperAnswer());
});

const question = 'zpool status -j --json-int tank';
const leaf = (name: string, state = 'ONLINE', checksums = 0, more: object = {}) => ({
  name,
  vdev_type: 'disk',
  path: `/dev/${name}`,
  state,
  read_errors: 0,
  write_errors: 0,
  checksum_errors: checksums,
  ...more,
});
const spare = (state: string) => ({ name: 'sdc', vdev_type: 'disk', path: '/dev/sdc', state });
const group = (name: string, ...children: { name: string }[]) => ({
  name,
  vdev_type: name.replace(/-\d+$/, ''),
  state: 'ONLINE',
  vdevs: Object.fromEntries(children.map((child) => [child.name, child])),
});
const named = (...vdevs: { name: string; state?: string; vdevs?: object }[]) =>
  Object.fromEntries(vdevs.map((vdev) => [vdev.name, vdev]));
/** From now on zpool says so of the pool; `more` is beside its vdevs. */
function tell(vdevs: { name: string }[], more: object = {}, state = 'ONLINE', space = '50'): void {
  const root = { name: 'tank', vdev_type: 'root', state, vdevs: named(...vdevs) };
  const tank = { name: 'tank', state, pool_guid: 1, vdevs: { tank: root }, error_count: 0, ...more };
  rack.tell(question, JSON.stringify({ pools: { tank } }).replace('"pool_guid":1', `"pool_guid":${guid}`));
  const used = (Number(space) * 1000) / 100;
  rack.tell('zpool list -Hp tank', `tank\t1000\t${used}\t${1000 - used}\t-\t-\t12\t${space}\t1.00\t${state}\t-\n`);
}
const mirror = group('mirror-0', leaf('sda'), leaf('sdb'));
const keysOf = (pools: Awaited<ReturnType<ReturnType<typeof watchPools>['see']>>) =>
  pools.flatMap(({ findings }) => findings.map(({ key, severity }) => `${key} ${severity}`));

describe('without zpool', () => {
  test('a pool has its GUID, its members and its mounts; whether all is well is unknown', async () => {
    const [tank] = await watchPools().see({ ...sda, ...sdb, ...pool('ONLINE') });
    expect(tank).toMatchObject({ name: 'nas ZFS tank', id: guid, findings: [] });
    expect(tank?.reading).toMatchObject({ problem: undefined, mounts: ['/media', '/tank'], redundancyLeft: undefined });
    expect(tank?.reading.hint).toEqual(expect.any(String));
    expect(tank?.members.map(({ id }) => id)).toEqual(['LAB-1', 'LAB-2']);
  });

  test('a drive that was pulled is named and blamed', async () => {
    const machine = watchPools();
    await machine.see({ ...sda, ...sdb, ...pool('ONLINE') });
    const pools = await machine.see({ ...sda, ...pool('DEGRADED') });
    expect(saidOf(pools)).toEqual([
      'nas ZFS tank: degraded: degraded: DISK 4T (serial LAB-2, ata-16, was sdb) is gone; it holds /media and /tank',
    ]);
    expect(pools[0]?.findings[0]?.blames).toEqual(['LAB-2']);
  });

  test('whether members are active is known of an online pool only, and without udev there are none to count', async () => {
    const rolesIn = async (state: string) => (await watchPools().see({ ...sda, ...pool(state) }))[0]?.members[0]?.role;
    expect([await rolesIn('ONLINE'), await rolesIn('DEGRADED'), await rolesIn('THINKING')]).toEqual([
      'active',
      'unknown',
      'unknown',
    ]);
    const count = async (snapshot: MachineSnapshot) => {
      const [tank] = await watchPools().see(snapshot);
      return tank && poolTables.pool.metrics.members?.value(tank.reading);
    };
    expect(await count({ ...sda, ...sdb, ...pool('ONLINE') })).toBe(2);
    expect(await count({ ...sda, ...sdb, ...pool('DEGRADED') })).toBeUndefined();
    expect(await count(pool('ONLINE'))).toBeUndefined();
  });

  test('a drive of a pool that is not online is a member, not the only one', async () => {
    const machine = watchPools();
    await machine.see({ ...sda, ...sdb, ...pool('DEGRADED') });
    expect(machine.reader.dependentsOf('LAB-1')?.()).toBe('a member of tank; which holds /media and /tank');
  });

  test('a pool that has lost all its drives is still the same', async () => {
    const machine = watchPools();
    await machine.see({ ...sda, ...sdb, ...pool('ONLINE') });
    const [tank] = await machine.see(pool('SUSPENDED'));
    expect(tank?.id).toBe(guid);
    expect(tank?.findings[0]?.blames).toEqual(['LAB-1', 'LAB-2']);
    const kernel = { '/proc/spl/kstat/zfs/tank/guid': `${guid}\n` };
    expect((await watchPools().see({ ...pool('SUSPENDED'), ...kernel }))[0]?.id).toBe(guid);
  });

  test('a pool that is found without drives is known by its name, and stays so', async () => {
    const machine = watchPools();
    expect((await machine.see(pool('SUSPENDED')))[0]?.id).toBe('zfs tank');
    expect((await machine.see({ ...sda, ...sdb, ...pool('ONLINE') }))[0]?.id).toBe('zfs tank');
    const after = watchPools(Object.fromEntries(machine.memory.contents));
    expect((await after.see({ ...sda, ...sdb, ...pool('ONLINE') }))[0]?.id).toBe('zfs tank');
  });

  test.each([
    ['SUSPENDED', true, ['suspended']],
    ['FAULTED', true, ['failed']],
    ['UNAVAIL', true, ['failed']],
    ['THINKING', undefined, []],
  ])('%s', async (state, problem, keys) => {
    const [tank] = await watchPools().see({ ...sda, ...pool(state) });
    expect([tank?.reading.problem, tank?.findings.map(({ key }) => key)]).toEqual([problem, keys]);
  });

  test('OFFLINE is believed the second time', async () => {
    const machine = watchPools();
    const [first] = await machine.see({ ...sda, ...pool('OFFLINE') });
    expect([first?.reading.problem, first?.findings]).toEqual([undefined, []]);
    const [second] = await machine.see({ ...sda, ...pool('OFFLINE') });
    expect(second?.findings.map(({ key }) => key)).toEqual(['offline']);
  });
});

describe('what zpool says', () => {
  const machine = () => ({ ...socket, ...sda, ...sdb, ...sdc, ...pool('ONLINE') });

  test('of a pool that is well', async () => {
    tell([mirror], { spares: named(spare('AVAIL')) });
    const [tank] = await watchPools().see(machine());
    expect([tank?.id, tank?.findings]).toEqual([guid, []]);
    expect(tank?.reading).toMatchObject({
      problem: false,
      layout: 'mirror',
      redundancyLeft: 1,
      expectedMembers: 2,
      spares: 1,
      activity: 'idle',
      usedRatio: 0.5,
      fragmentation: 0.12,
      size: 1000,
    });
    expect(tank?.members.map(({ id, role }) => [id, role])).toEqual([
      ['LAB-1', 'active'],
      ['LAB-2', 'active'],
      ['LAB-3', 'spare'],
    ]);
  });

  const raidz = (name: string) => group(name, leaf('sda'), leaf('sdb'), leaf('sdc'));
  test.each<[what: string, vdevs: { name: string }[], more: object, left: number | undefined]>([
    ['raidz1', [raidz('raidz1-0')], {}, 1],
    ['raidz2', [raidz('raidz2-0')], {}, 2],
    ['draid2', [raidz('draid2:4d:8c:1s-0')], {}, 2],
    ['a mirror of three', [raidz('mirror-0')], {}, 2],
    ['a single drive', [leaf('sda')], {}, 0],
    ['a mirror and a single drive', [mirror, leaf('sdc')], {}, 0],
    ['a mirror and a single special drive', [mirror], { special: named(leaf('sdc')) }, 0],
    ['a mirror and a cache', [mirror], { l2cache: named(leaf('sdc')) }, 1],
    ['a mirror and a log', [mirror], { logs: named(leaf('sdc')) }, 1],
  ])('what may be lost of %s', async (_, vdevs, more, left) => {
    tell(vdevs, more);
    const [tank] = await watchPools().see(machine());
    expect([tank?.reading.redundancyLeft, tank?.findings]).toEqual([left, []]);
  });

  test('a drive that is pulled is named, until a spare or a new one has taken its place', async () => {
    const watched = watchPools();
    tell([mirror]);
    await watched.see(machine());
    const without = { ...socket, ...sda, ...sdc, ...pool('DEGRADED') };
    const gone = leaf('gone', 'REMOVED', 0, { path: '/dev/disk/by-id/ata-DISK_LAB-2-part1' });
    tell([group('mirror-0', leaf('sda'), gone)], {}, 'DEGRADED');
    const pools = await watched.see(without);
    expect(saidOf(pools)).toEqual([
      'nas ZFS tank: data_at_risk: degraded: mirror with 1 of 2 members: DISK 4T (serial LAB-2, ata-16, was sdb) is gone; /media and /tank go on without redundancy: the next failure loses data',
    ]);
    expect(pools[0]?.findings[0]?.blames).toEqual(['LAB-2']);
    const replacing = group('mirror-0', leaf('sda'), group('replacing-1', gone, leaf('sdc')));
    const scan = { function: 'RESILVER', state: 'SCANNING', to_examine: 100, issued: 25, start_time: 1, end_time: 0 };
    tell([replacing], { scan_stats: scan }, 'DEGRADED');
    // Another state, so that it is asked anew.
    await watched.see({ ...without, ...pool('ONLINE') });
    const [rebuilding] = await watched.see(without);
    expect(rebuilding?.reading).toMatchObject({ activity: 'rebuild', progress: 0.25, redundancyLeft: 0 });
    expect(rebuilding?.findings.map(({ key }) => key)).toEqual(['degraded']);
    expect(rebuilding?.findings[0]?.text).toContain('LAB-3, ata-32, sdc) is being rebuilt');
    tell([group('mirror-0', leaf('sda'), leaf('sdc'))], { scan_stats: { ...scan, state: 'FINISHED', end_time: 9 } });
    const [whole] = await watched.see({ ...without, ...pool('ONLINE') });
    expect([whole?.findings, whole?.members.map(({ id }) => id)]).toEqual([[], ['LAB-1', 'LAB-3']]);
  });

  const resilver = { scan_stats: { function: 'RESILVER', state: 'SCANNING', to_examine: 100, issued: 25 } };
  const done = { scan_stats: { function: 'RESILVER', state: 'FINISHED', end_time: 9 } };
  const scrub = { scan_stats: { function: 'SCRUB', state: 'SCANNING', to_examine: 100, issued: 25 } };
  const processed = (name: string) => leaf(name, 'ONLINE', 0, { scan_processed: 5000 });
  const deferred = (name: string) => leaf(name, 'ONLINE', 0, { resilver_deferred: 1 });
  test.each<[what: string, second: { name: string }, more: object, left: number | undefined, roles: string]>([
    ['has come back', processed('sdb'), resilver, 0, 'active rebuilding'],
    ['waits for its resilver', deferred('sdb'), resilver, 0, 'active rebuilding'],
    ['is not named yet', leaf('sdb'), resilver, undefined, 'unknown unknown'],
    ['has been resilvered', processed('sdb'), done, 1, 'active active'],
    ['is being repaired by a scrub', processed('sdb'), scrub, 1, 'active active'],
    [
      'is replaced while it works',
      group('replacing-1', leaf('sdb'), processed('sdc')),
      resilver,
      1,
      'active active rebuilding',
    ],
    [
      'is replaced while a spare has its place',
      group('spare-1', group('replacing-0', leaf('sdb', 'FAULTED'), processed('sdc')), leaf('sdd')),
      resilver,
      0,
      'active failed rebuilding rebuilding',
    ],
  ])('of a pool that is ONLINE with a device that %s', async (_, second, more, left, roles) => {
    tell([group('mirror-0', leaf('sda'), second)], more);
    const sdd = member('sdd', '8:48', 'LAB-4');
    const [tank] = await watchPools().see({ ...machine(), ...sdd });
    expect([tank?.reading.redundancyLeft, tank?.members.map(({ role }) => role).join(' ')]).toEqual([left, roles]);
    expect(tank?.reading.problem).toBe({ 0: true, 1: false }[left ?? 2]);
    expect(tank?.findings.map(({ key, severity }) => `${key} ${severity}`)).toEqual(
      left === 0 ? ['degraded data_at_risk'] : [],
    );
  });

  test('a drive that comes back ends the problem when its resilver is done, whatever the kernel says before', async () => {
    const watched = watchPools();
    tell([mirror]);
    await watched.see(machine());
    tell([group('mirror-0', leaf('sda'), leaf('sdb', 'REMOVED'))], {}, 'DEGRADED');
    const without = { ...socket, ...sda, ...sdc, ...pool('DEGRADED') };
    expect(keysOf(await watched.see(without))).toEqual(['degraded data_at_risk']);
    tell([group('mirror-0', leaf('sda'), processed('sdb'))], resilver);
    const [tank] = await watched.see(machine());
    expect(tank?.findings.map(({ text, remedy, blames }) => [text, remedy, blames])).toEqual([
      [
        'degraded: mirror with 1 of 2 members: DISK 4T (serial LAB-2, ata-16, sdb) is being rebuilt; /media and /tank go on without redundancy: the next failure loses data',
        'wait until the resilver is done',
        undefined,
      ],
    ]);
    tell([group('mirror-0', leaf('sda'), processed('sdb'))], done);
    clock.turn(60);
    expect(keysOf(await watched.see(machine()))).toEqual([]);
  });

  test('a drive with too many errors is to be replaced', async () => {
    tell([group('mirror-0', leaf('sda'), leaf('sdb', 'DEGRADED', 90))], {}, 'DEGRADED');
    const [tank] = await watchPools().see({ ...machine(), ...pool('DEGRADED') });
    expect(tank?.findings.find(({ key }) => key === 'degraded')?.remedy).toContain('zpool replace tank');
  });

  test('a spare in use leaves the pool degraded, with its redundancy', async () => {
    const gone = leaf('sdb', 'UNAVAIL');
    tell(
      [group('mirror-0', leaf('sda'), group('spare-1', gone, leaf('sdc')))],
      { spares: named(spare('INUSE')) },
      'DEGRADED',
    );
    const [tank] = await watchPools().see({ ...machine(), ...pool('DEGRADED') });
    expect(tank?.reading.redundancyLeft).toBe(1);
    expect(tank?.findings.map(({ key, severity, remedy }) => [key, severity, remedy])).toEqual([
      ['degraded', 'degraded', 'a spare has taken its place: replace the drive, or run zpool detach tank OLD'],
    ]);
  });

  test('a drive whose place a spare has taken keeps its name as long as the pool lists it', async () => {
    const watched = watchPools();
    tell([mirror], { spares: named(spare('AVAIL')) });
    await watched.see(machine());
    const gone = leaf('146138001', 'UNAVAIL', 0, { path: '/dev/disk/by-id/wwn-0x5000c5001-part1' });
    tell(
      [group('mirror-0', leaf('sda'), group('spare-1', gone, leaf('sdc')))],
      { spares: named(spare('INUSE')) },
      'DEGRADED',
    );
    const without = { ...socket, ...sda, ...sdc, ...pool('DEGRADED') };
    for (let reading = 0; reading < 3; reading += 1) {
      const [tank] = await watched.see(without);
      expect(tank?.findings[0]?.text).toContain('DISK 4T (serial LAB-2, ata-16, was sdb) is gone');
      expect(tank?.findings[0]?.blames).toEqual(['LAB-2']);
    }
  });

  test.each<[what: string, vdevs: { name: string }[], more: object, expected: string[]]>([
    [
      'errors of before',
      [group('mirror-0', leaf('sda'), leaf('sdb', 'ONLINE', 130))],
      {},
      ['old_device_errors notice'],
    ],
    ['damaged files', [mirror], { error_count: 23 }, ['data_errors data_at_risk']],
    ['a log that has failed', [mirror], { logs: named(leaf('sdc', 'FAULTED')) }, ['log_failed degraded']],
    [
      'a log that has lost one of two devices',
      [mirror],
      { logs: named({ ...group('mirror-1', leaf('sdc'), leaf('sdd', 'FAULTED')), state: 'DEGRADED' }) },
      [],
    ],
    [
      'a log that has lost both',
      [mirror],
      { logs: named({ ...group('mirror-1', leaf('sdc', 'FAULTED')), state: 'UNAVAIL' }) },
      ['log_failed degraded'],
    ],
    ['a cache that is gone', [mirror], { l2cache: named(leaf('sdc', 'REMOVED')) }, ['cache_failed notice']],
    ['a spare that has failed', [mirror], { spares: named(leaf('sdc', 'FAULTED')) }, ['failed_spare notice']],
    ['a pool that could be upgraded', [mirror], { status: 'Some supported features are not enabled' }, []],
    ['a scrub', [mirror], { scan_stats: { function: 'SCRUB', state: 'SCANNING', to_examine: 9, issued: 1 } }, []],
    ['a scrub that was cancelled', [mirror], { scan_stats: { function: 'SCRUB', state: 'CANCELED', end_time: 9 } }, []],
    ['fields that nobody knows', [mirror], { scan_stats: 'soon', removal_stats: { state: 'COPYING' } }, []],
    [
      'a scrub long ago',
      [mirror],
      { scan_stats: { function: 'SCRUB', state: 'FINISHED', end_time: 1700000000, errors: 0 } },
      ['scrub_overdue notice'],
    ],
  ])('%s', async (_, vdevs, more, expected) => {
    tell(vdevs, more);
    expect(keysOf(await watchPools().see(machine()))).toEqual(expected);
  });

  test('a log that is gone is one problem, though ZFS calls its pool degraded, and blames its drive', async () => {
    const watched = watchPools();
    tell([mirror], { logs: named(leaf('sdc')) });
    await watched.see(machine());
    tell([mirror], { logs: named(leaf('sdc', 'REMOVED')) }, 'DEGRADED');
    const [tank] = await watched.see({ ...socket, ...sda, ...sdb, ...pool('DEGRADED') });
    expect(tank?.findings.map(({ key, blames }) => [key, blames])).toEqual([['log_failed', ['LAB-3']]]);
    const halved = { ...group('mirror-0', leaf('sda'), leaf('sdb', 'FAULTED')), state: 'DEGRADED' };
    tell([halved], { logs: named(leaf('sdc', 'REMOVED')) }, 'DEGRADED');
    // Another state, so that it is asked anew.
    await watched.see({ ...socket, ...sda, ...sdb, ...pool('ONLINE') });
    expect(keysOf(await watched.see({ ...socket, ...sda, ...sdb, ...pool('DEGRADED') }))).toEqual([
      'degraded data_at_risk',
      'log_failed degraded',
    ]);
  });

  test.each([
    ['80', []],
    ['81', ['nearly_full notice']],
    ['91', ['nearly_full degraded']],
  ])('%s %% used', async (space, expected) => {
    tell([mirror], {}, 'ONLINE', space);
    expect(keysOf(await watchPools().see(machine()))).toEqual(expected);
  });

  test('how full it is: what began at a limit ends 2 % below it', async () => {
    const watched = watchPools();
    const fill = async (space: string) => {
      tell([mirror], {}, 'ONLINE', space);
      clock.turn(700);
      return keysOf(await watched.see({ ...machine(), '/sys/block/sda/stat': space }));
    };
    expect(await fill('81')).toEqual(['nearly_full notice']);
    expect(await fill('79')).toEqual(['nearly_full notice']);
    expect(await fill('91')).toEqual(['nearly_full degraded']);
    expect(await fill('89')).toEqual(['nearly_full degraded']);
    expect(await fill('87')).toEqual(['nearly_full notice']);
    expect(await fill('77')).toEqual([]);
    expect(await fill('79')).toEqual([]);
  });

  test('errors that rise are a problem until they are acknowledged; a count that was cleared is none', async () => {
    const watched = watchPools();
    const count = async (checksums: number) => {
      tell([group('mirror-0', leaf('sda'), leaf('sdb', 'ONLINE', checksums))]);
      clock.turn(700);
      const used = { '/sys/block/sda/stat': `${checksums + 7} 0 0 0 1 0 0 ${Math.random()}` };
      return keysOf(await watched.see({ ...machine(), ...used }));
    };
    expect(await count(0)).toEqual([]);
    expect(await count(3)).toEqual(['device_errors degraded']);
    watched.reader.acknowledge(guid);
    expect(await count(3)).toEqual(['old_device_errors notice']);
    expect(await count(0)).toEqual([]);
    expect(await count(1)).toEqual(['device_errors degraded']);
  });
});

describe('how often zpool is asked', () => {
  const used = (count: number) => ({ ...socket, ...sda, ...sdb, ...pool('ONLINE'), '/sys/block/sda/stat': `${count}` });

  test('every ten minutes while the pool is used, never while nobody uses it, and each minute during a scrub', async () => {
    tell([mirror]);
    const watched = watchPools();
    const asked = () => rack.calls().filter((call) => call === question).length;
    await watched.see(used(1));
    for (let minute = 0; minute < 600; minute += 60) {
      clock.turn(3600);
      await watched.see(used(1));
    }
    expect(asked()).toBe(1);
    for (let minute = 1; minute <= 20; minute += 1) {
      clock.turn(60);
      await watched.see(used(1 + minute));
    }
    expect(asked()).toBe(3);
    tell([mirror], { scan_stats: { function: 'SCRUB', state: 'SCANNING', to_examine: 9, issued: 1 } });
    clock.turn(600);
    await watched.see(used(50));
    clock.turn(60);
    await watched.see(used(50));
    expect(asked()).toBe(5);
  });

  test('at once when the state changes, and never while it is suspended', async () => {
    tell([mirror]);
    const watched = watchPools();
    await watched.see(used(1));
    await watched.see({ ...used(1), ...pool('SUSPENDED') });
    expect(rack.calls()).toHaveLength(2);
    await watched.see({ ...used(1), ...pool('DEGRADED') });
    expect(rack.calls()).toHaveLength(4);
  });

  test('OpenZFS before 2.3 is asked for text', async () => {
    rack.tell(`${question}.unknown`, '');
    rack.tell('zpool list -Hp tank', 'tank\t1000\t910\t90\t-\t3%\t91%\t1.00\tONLINE\t-\n');
    rack.tell(
      'zpool status -p -P tank',
      [
        '  pool: tank',
        ' state: DEGRADED',
        'status: One or more devices could not be opened.',
        '\tThe pool continues.',
        '  scan: scrub repaired 0B in 1 days 00:12:34 with 2 errors on Sun Nov  8 00:36:35 2026',
        'config:',
        '',
        '\tNAME           STATE     READ WRITE CKSUM',
        '\ttank           DEGRADED     0     0     0',
        '\t  raidz1-0     DEGRADED     0     0     0',
        '\t    /dev/sda   ONLINE       0     0     0',
        '\t    /dev/sdb   ONLINE       1     2  1.5K',
        '\t    146138001  UNAVAIL      0     0     0  was /dev/sdq1',
        '\tcache',
        '\t  /dev/sdc     ONLINE       0     0     0',
        '',
        "errors: 4 data errors, use '-v' for a list",
        '',
      ].join('\n'),
    );
    const [tank] = await watchPools().see({ ...socket, ...sda, ...sdb, ...sdc, ...pool('DEGRADED') });
    expect(tank?.reading).toMatchObject({ layout: 'raidz1', redundancyLeft: 0, expectedMembers: 3, usedRatio: 0.91 });
    expect(tank?.reading.lastCheckErrors).toBe(2);
    expect(tank?.members.map(({ id, role, errors }) => [id, role, errors])).toEqual([
      ['LAB-1', 'active', 0],
      ['LAB-2', 'active', 1503],
      ['sdq1', 'missing', 0],
      ['LAB-3', 'cache', 0],
    ]);
    expect(tank?.findings.map(({ key }) => key)).toContain('data_errors');
  });

  test.each([
    ['(resilvering)', 0],
    ['(awaiting resilver)', 0],
    ['', undefined],
    ['block size: 512B configured, 4096B native', undefined],
  ])('the remark %j of a device during a resilver, as text', async (remark, left) => {
    rack.tell(`${question}.unknown`, '');
    rack.tell('zpool list -Hp tank', '');
    rack.tell(
      'zpool status -p -P tank',
      [
        '  pool: tank',
        ' state: ONLINE',
        '  scan: resilver in progress since Sun Nov  8 00:36:35 2026',
        '\t1.2G / 4.0G scanned, 1.0G / 4.0G issued',
        '\t1.0G resilvered, 25.00% done, 00:10:00 to go',
        'config:',
        '',
        '\tNAME           STATE     READ WRITE CKSUM',
        '\ttank           ONLINE       0     0     0',
        '\t  mirror-0     ONLINE       0     0     0',
        '\t    /dev/sda   ONLINE       0     0     0',
        `\t    /dev/sdb   ONLINE       0     0     0  ${remark}`,
        '',
        'errors: No known data errors',
        '',
      ].join('\n'),
    );
    const [tank] = await watchPools().see({ ...socket, ...sda, ...sdb, ...pool('ONLINE') });
    expect(tank?.reading).toMatchObject({ redundancyLeft: left, activity: 'rebuild', progress: 0.25 });
  });

  test('an answer that is none leaves everything unknown, and says why', async () => {
    rack.tell(question, '{"pools":{}}');
    const [tank] = await watchPools().see(used(1));
    expect(tank?.reading).toMatchObject({
      problem: undefined,
      hint: 'zpool status tank: the answer is not understood',
    });
  });

  test('a command that hangs holds up nothing, and no second one is started', async () => {
    rack.hang(question);
    const watched = watchPools();
    const first = watched.see(used(1));
    await until('it hangs', () => rack.calls().length === 1);
    clock.turn(3);
    const [tank] = await first;
    expect(tank?.reading.problem).toBeUndefined();
    for (const later of [used(2), { ...used(3), ...pool('DEGRADED') }]) {
      clock.turn(60);
      const seen = watched.see(later);
      await clock.waits(0.1);
      clock.turn(0.1);
      expect((await seen)[0]?.reading.hint).toBe('zpool does not answer');
    }
    expect(rack.calls()).toEqual([question]);
  });

  test('once it fails, nothing is known, and it is asked anew by age alone', async () => {
    tell([mirror]);
    const watched = watchPools();
    expect((await watched.see(used(1)))[0]?.reading).toMatchObject({ problem: false, redundancyLeft: 1 });
    rack.fail(question);
    clock.turn(600);
    const [failed] = await watched.see(used(2));
    expect(failed?.reading).toMatchObject({ problem: undefined, redundancyLeft: undefined, usedRatio: undefined });
    expect(failed?.reading.hint).toContain('zpool status');
    tell([mirror]);
    clock.turn(540);
    expect((await watched.see(used(2)))[0]?.reading.problem).toBeUndefined();
    clock.turn(60);
    const [again] = await watched.see(used(2));
    expect([again?.reading.problem, again?.reading.hint]).toEqual([false, undefined]);
  });

  test('once it hangs, what was known before the drives were used is not known any more', async () => {
    tell([mirror]);
    const watched = watchPools();
    await watched.see(used(1));
    rack.hang(question);
    clock.turn(600);
    const first = watched.see(used(2));
    await until('it hangs', () => rack.calls().length === 3);
    clock.turn(3);
    expect((await first)[0]?.reading.problem).toBe(false);
    clock.turn(60);
    const seen = watched.see(used(3));
    await clock.waits(0.1);
    clock.turn(0.1);
    expect((await seen)[0]?.reading).toMatchObject({ problem: undefined, hint: 'zpool does not answer' });
    expect(rack.calls()).toHaveLength(3);
  });
});
