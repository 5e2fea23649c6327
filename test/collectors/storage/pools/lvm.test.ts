import { beforeEach, describe, expect, test } from 'vitest';
import { commonDriveTextsInGerman } from '../../../../src/collectors/storage/german-texts.ts';
import { DeviceMapper, type DmVdoState } from '../../../../src/collectors/storage/pools/dm-status.ts';
import { poolTables } from '../../../../src/collectors/storage/pools/metrics.ts';
import { poolTexts } from '../../../../src/collectors/storage/pools/texts.ts';
import { renderTranslatableText } from '../../../../src/model/translation.ts';
import { stopClock } from '../../../helpers/clock.ts';
import { expandSnapshot, type MachineSnapshot } from '../../../helpers/machine-snapshot.ts';
import { saying } from '../../../helpers/saying.ts';
import { drive, letHelperAnswer, saidOf, sda, sdb, sdc, virtual, watchPools } from './machine.ts';

let rack: Awaited<ReturnType<typeof letHelperAnswer>>['rack'];
let socket: MachineSnapshot;
let clock: ReturnType<typeof stopClock>;

beforeEach(async () => {
  clock = stopClock();
  ({ rack, socket } = await letHelperAnswer());
});

const uuidOf = (name: string) => `LVM-${'g'.repeat(32)}${name.replaceAll(/\W/g, '_').padEnd(32, '0')}`;

/** A volume of LVM on other devices. */
const volume = (number: number, name: string, slaves: readonly string[], layer = ''): MachineSnapshot => ({
  ...virtual(`dm-${number}`, `252:${number}`, slaves),
  [`/sys/block/dm-${number}/dm/name`]: name,
  [`/sys/block/dm-${number}/dm/uuid`]: uuidOf(name) + layer,
  [`/sys/block/dm-${number}/dm/suspended`]: '0',
});

/** A RAID volume called `home` of the group `vg-a`, with legs on these devices; undefined for one that is gone. */
function raid(...legs: (string | undefined)[]): MachineSnapshot {
  const volumes = legs.map((leg, index) => ({
    ...volume(2 * index, `vg--a-home_rmeta_${index}`, leg === undefined ? [] : [leg]),
    ...volume(2 * index + 1, `vg--a-home_rimage_${index}`, leg === undefined ? [] : [leg]),
  }));
  const slaves = legs.flatMap((_, index) => [`dm-${2 * index}`, `dm-${2 * index + 1}`]);
  return {
    ...Object.assign({}, ...volumes),
    ...volume(20, 'vg--a-home', slaves),
    '/proc/self/mountinfo': '37 29 252:20 / /home rw - ext4 /dev/mapper/vg--a-home rw\n',
  };
}
const raidStatus = (words: string) =>
  rack.tell('dmsetup status', `vg--a-home_rimage_0: 0 65536 linear \nvg--a-home: 0 65536 raid ${words}\n`);

const snapshots = {
  ...volume(0, 'vg-root-real', ['sda'], '-real'),
  ...volume(1, 'vg-daily-cow', ['sda'], '-cow'),
};
const withSnapshot = () => ({
  ...socket,
  ...sda,
  ...snapshots,
  ...volume(2, 'vg-root', ['dm-0']),
  ...volume(3, 'vg-daily', ['dm-0', 'dm-1']),
});
const dailyStatus = (words: string) =>
  rack.tell(
    'dmsetup status',
    `vg-root: 0 9 snapshot-origin \nvg-daily: 0 9 ${words}\nvg-daily-cow: 0 9 linear \nvg-root-real: 0 9 linear \n`,
  );
const lostSnapshot =
  'the LVM snapshot vg/daily is lost: it was full, or its drive failed; check the drive, then lvremove vg/daily';
const complaintOfDaily = (complaint: string) => [
  { key: `lvm_snapshot ${uuidOf('vg-daily')}`, complaint: saying(complaint) },
];

test.each([
  ['Invalid', lostSnapshot],
  [
    'Overflow',
    'the LVM snapshot vg/daily is full: writing to it fails, and the next change of its volume loses it; lvremove vg/daily',
  ],
  ['7648/8192 32', undefined],
  ['8192/8192 32', undefined],
  ['Unknown', undefined],
  // The kernel says this of a snapshot that is being merged only.
  ['Merge failed', undefined],
])('a snapshot whose status is %s', async (status, complaint) => {
  dailyStatus(`snapshot ${status}`);
  const machine = watchPools();
  expect(await machine.see(withSnapshot())).toEqual([]);
  expect(await machine.reader.read()).toEqual(complaint === undefined ? [] : complaintOfDaily(complaint));
});

test.each([
  ['Merge failed', true],
  ['Invalid', true],
  ['7648/8192 32', false],
])('a snapshot that is being merged, with the status %s', async (status, hasFailed) => {
  rack.tell('dmsetup status', `vg-root: 0 9 snapshot-merge ${status}\nvg-daily-cow: 0 9 linear \n`);
  const machine = watchPools();
  await machine.see({ ...socket, ...sda, ...snapshots, ...volume(2, 'vg-root', ['dm-0', 'dm-1']) });
  const complaint =
    'the merge of a snapshot into the LVM volume vg/root has failed: check its drives; the merge is tried again when the volume is next activated';
  expect(await machine.reader.read()).toEqual(
    hasFailed ? [{ key: `lvm_snapshot ${uuidOf('vg-root')}`, complaint: saying(complaint) }] : [],
  );
});

test('that snapshots cannot be asked for is advice where no pool of LVM says it', async () => {
  dailyStatus('snapshot 16/8192 16');
  const machine = watchPools();
  await machine.see(withSnapshot());
  expect(machine.reader.advice()).toEqual([]);
  rack.fail('dmsetup status', 'Command failed.');
  await machine.see(withSnapshot());
  expect(machine.reader.advice().map((advice) => renderTranslatableText(advice))).toEqual([
    'whether LVM snapshots are full or lost, and caches have failed, is not known: dmsetup: Command failed.',
  ]);
  const [pool] = await machine.see({ ...withSnapshot(), ...thin() });
  expect(pool?.reading.hint).toBe('dmsetup: Command failed.');
  expect(machine.reader.advice()).toEqual([]);
});

test('a lost snapshot stays a problem while device mapper does not say how it is, until it is usable or removed', async () => {
  dailyStatus('snapshot Invalid');
  const machine = watchPools();
  await machine.see(withSnapshot());
  expect(await machine.reader.read()).toEqual(complaintOfDaily(lostSnapshot));
  rack.fail('dmsetup status', 'Command failed.');
  expect(await machine.reader.read()).toEqual(complaintOfDaily(lostSnapshot));
  expect(await machine.reader.read()).toEqual(complaintOfDaily(lostSnapshot));
  // It is not in the list for a moment, or has no table.
  rack.tell('dmsetup status', 'vg-daily-cow: 0 9 linear \n');
  expect(await machine.reader.read()).toEqual(complaintOfDaily(lostSnapshot));
  dailyStatus('snapshot 16/8192 16');
  expect(await machine.reader.read()).toEqual([]);
  rack.fail('dmsetup status', 'Command failed.');
  expect(await machine.reader.read()).toEqual([]);
  dailyStatus('snapshot Invalid');
  expect(await machine.reader.read()).toEqual(complaintOfDaily(lostSnapshot));
  rack.fail('dmsetup status', 'Command failed.');
  expect(await machine.see({ ...socket, ...sda, ...volume(2, 'vg-root', ['sda']) })).toEqual([]);
  expect(await machine.reader.read()).toEqual([]);
});

test.each<[status: string, state: 'failed' | 'damaged' | undefined]>([
  ['cache 8 27/2048 128 100/8192 5 6 7 8 0 0 0 2 metadata2 writeback 2 migration_threshold 2048 smq 0 rw -', undefined],
  [
    'cache 8 27/2048 128 100/8192 5 6 7 8 0 0 0 2 metadata2 writeback 2 migration_threshold 2048 smq 0 ro needs_check',
    'damaged',
  ],
  [
    'cache 8 27/2048 128 100/8192 5 6 7 8 0 0 0 2 metadata2 writethrough 2 migration_threshold 2048 smq 0 rw needs_check',
    'damaged',
  ],
  ['cache Fail', 'failed'],
  ['cache Error', 'damaged'],
  ['writecache 0 1000 990 0', undefined],
  ['writecache 5 1000 990 0', 'failed'],
])('a volume with the status %s', async (status, state) => {
  rack.tell('dmsetup status', `vg-data: 0 9 ${status}\nvg-data_corig: 0 9 linear \n`);
  const machine = watchPools();
  const layers = status.startsWith('cache')
    ? { ...volume(1, 'vg-fast_cdata', ['sdb'], '-cdata'), ...volume(2, 'vg-fast_cmeta', ['sdb'], '-cmeta') }
    : volume(1, 'vg-fast_cvol', ['sdb'], '-cvol');
  const below = status.startsWith('cache') ? ['dm-0', 'dm-1', 'dm-2'] : ['dm-0', 'dm-1'];
  const cached = { ...volume(0, 'vg-data_corig', ['sda'], '-real'), ...layers, ...volume(3, 'vg-data', below) };
  expect(await machine.see({ ...socket, ...sda, ...sdb, ...cached })).toEqual([]);
  const complaints = await machine.reader.read();
  expect(complaints).toEqual(
    state === undefined
      ? []
      : [{ key: `lvm_cache ${uuidOf('vg-data')}`, complaint: saying(poolTexts.lvmCaches[state]('vg/data')) }],
  );
  rack.fail('dmsetup status', 'Command failed.');
  expect(await machine.reader.read()).toEqual(complaints);
});

/** A cache of two parts, on a drive of its own. */
const cacheParts = {
  ...volume(2, 'vg-fast_cdata', ['sdb'], '-cdata'),
  ...volume(3, 'vg-fast_cmeta', ['sdb'], '-cmeta'),
};
/** One of a single volume, whose parts are layers of it. */
const cacheVolume = {
  ...volume(9, 'vg-fast_cvol', ['sdb'], '-cvol'),
  ...volume(2, 'vg-fast_cvol-cdata', ['dm-9'], '-cdata'),
  ...volume(3, 'vg-fast_cvol-cmeta', ['dm-9'], '-cmeta'),
};

test.each([
  ['the data of a thin pool', 'vg-pool_tdata', '-tdata', 'vg/pool'],
  ['the data of a VDO pool', 'vg-pool_vdata', '-vdata', 'vg/pool'],
  ['a volume that has snapshots', 'vg-data-real', '-real', 'vg/data'],
  ['a volume that nothing lies on', 'vg-data', '', 'vg/data'],
])('a failed cache of %s', async (_, mapped, layer, name) => {
  const complaint = saying(poolTexts.lvmCaches.failed(name));
  for (const cache of [cacheParts, cacheVolume]) {
    const below = { ...volume(1, 'vg-data_corig', ['sda'], '-real'), ...cache };
    rack.tell('dmsetup status', `${mapped}: 0 9 cache Fail\nvg-fast_cvol-cdata: 0 9 linear \n`);
    const machine = watchPools();
    const above = volume(5, 'vg-above', ['dm-4']);
    await machine.see({
      ...socket,
      ...sda,
      ...sdb,
      ...below,
      ...volume(4, mapped, ['dm-1', 'dm-2', 'dm-3'], layer),
      ...above,
    });
    expect(await machine.reader.read()).toEqual([{ key: `lvm_cache ${uuidOf(mapped)}`, complaint }]);
  }
});

test.each<[string, Exclude<DmVdoState, 'usable'> | undefined]>([
  ['normal - online online 51 1000', undefined],
  ['recovering recovering online online 899 1000', undefined],
  ['normal - online online - -', undefined],
  ['normal - online online 900 1000', 'nearly_full'],
  ['normal - online online 1000 1000', 'full'],
  ['read-only - error offline 51 1000', 'read_only'],
])('a VDO pool with the status %s', async (status, state) => {
  rack.tell('dmsetup status', `vg-vpool0-vpool: 0 9 vdo /dev/dm-0 ${status}\nvg-vpool0_vdata: 0 9 linear \n`);
  const machine = watchPools();
  const layers = { ...volume(0, 'vg-vpool0_vdata', ['sda'], '-vdata'), ...volume(1, 'vg-vpool0-vpool', ['dm-0']) };
  const uuid = uuidOf('vg-vpool0');
  await machine.see({ ...socket, ...sda, ...layers, '/sys/block/dm-1/dm/uuid': `${uuid}-vpool` });
  expect(await machine.reader.read()).toEqual(
    state === undefined
      ? []
      : [{ key: `lvm_vdo ${uuid}`, complaint: saying(poolTexts.lvmVdoPools[state]('vg/vpool0')) }],
  );
});

/** A thin pool called `pool`, whose data lie on one drive and metadata on another. */
const thin = (data = ['sdb'], metadata = ['sda']): MachineSnapshot => ({
  ...volume(0, 'vg-pool_tmeta', metadata, '-tmeta'),
  ...volume(1, 'vg-pool_tdata', data, '-tdata'),
  ...volume(2, 'vg-pool-tpool', ['dm-0', 'dm-1'], '-tpool'),
  ...volume(3, 'vg-pool', ['dm-2'], '-pool'),
  ...volume(4, 'vg-vm', ['dm-2']),
  '/proc/self/mountinfo': '37 29 252:4 / /vm rw - ext4 /dev/mapper/vg-vm rw\n',
});
const thinStatus = (words: string) =>
  rack.tell(
    'dmsetup status',
    `vg-pool: 0 100 linear \nvg-pool-tpool: 0 100 thin-pool ${words}\nvg-vm: 0 100 thin 1 2\n`,
  );
const fill = (metadata: number, data: number, mode = 'rw', more = '-') =>
  thinStatus(`3 ${metadata}/1000 ${data}/1000 - ${mode} discard_passdown queue_if_no_space ${more} 256`);

const mirrored = () => ({ ...socket, ...sda, ...sdb, ...raid('sda', 'sdb') });

describe('a RAID volume', () => {
  test('has a name, the id of its device, members by serial number and nothing wrong', async () => {
    raidStatus('raid1 2 AA 65536/65536 idle 0 0 -');
    const [pool, ...others] = await watchPools().see(mirrored());
    expect(others).toEqual([]);
    expect(pool).toMatchObject({ name: 'nas LVM vg-a/home', id: uuidOf('vg--a-home'), findings: [] });
    expect(pool?.reading).toMatchObject({
      problem: false,
      kind: 'lvm_raid',
      layout: 'raid1',
      state: 'AA',
      activity: 'idle',
      redundancyLeft: 1,
      mounts: ['/home'],
    });
    expect(pool?.members.map(({ id, role, number }) => [id, role, number])).toEqual([
      ['LAB-1', 'active', 0],
      ['LAB-2', 'active', 1],
    ]);
  });

  test.each([
    ['raid1 3 AAA 1/1 idle 0 0 -', 2],
    ['raid4 3 AAA 1/1 idle 0 0 -', 1],
    ['raid5_ls 3 AAA 1/1 idle 0 0 -', 1],
    ['raid6_zr 3 AAA 1/1 idle 0 0 -', 2],
    ['raid10 3 AAA 1/1 idle 0 0 -', 1],
    ['raid0 3 AAA 1/1 idle 0 0 -', 0],
    ['raid7 3 AAA 1/1 idle 0 0 -', undefined],
  ])('%s may lose %s drives', async (words, expected) => {
    raidStatus(words);
    const [pool] = await watchPools().see({ ...socket, ...sda, ...sdb, ...sdc, ...raid('sda', 'sdb', 'sdc') });
    expect([pool?.reading.redundancyLeft, pool?.findings]).toEqual([expected, []]);
  });

  test('whose legs are on one drive has no redundancy', async () => {
    const part = (number: number): MachineSnapshot => ({
      [`/sys/block/sda/sda${number}/partition`]: `${number}`,
      [`/sys/block/sda/sda${number}/dev`]: `8:${number}`,
    });
    raidStatus('raid1 2 AA 1/1 idle 0 0 -');
    const [pool] = await watchPools().see({ ...socket, ...sda, ...part(1), ...part(2), ...raid('sda1', 'sda2') });
    expect(pool?.reading.redundancyLeft).toBe(0);
    expect(pool?.members.map(({ id }) => id)).toEqual(['LAB-1 part 1', 'LAB-1 part 2']);
  });

  const gone =
    'nas LVM vg-a/home: data_at_risk: degraded: raid1 with 1 of 2 members: DISK 4T (serial LAB-2, ata-16, slot 1, was sdb) is gone; /home goes on without redundancy: the next failure loses data';

  test('names the drive that was pulled, whether the kernel has noticed or not, and ends when it is replaced', async () => {
    const machine = watchPools();
    raidStatus('raid1 2 AA 65536/65536 idle 0 0 -');
    await machine.see(mirrored());
    expect(saidOf(await machine.see({ ...socket, ...sda, ...raid('sda', undefined) }))).toEqual([gone]);
    raidStatus('raid1 2 AD 65536/65536 idle 0 0 -');
    const pools = await machine.see({ ...socket, ...sda, ...raid('sda', undefined) });
    expect(saidOf(pools)).toEqual([gone]);
    expect(pools[0]?.findings[0]?.blames).toEqual(['LAB-2']);
    raidStatus('raid1 2 Aa 16384/65536 recover 0 0 -');
    const rebuilt = { ...socket, ...sda, ...sdc, ...raid('sda', 'sdc') };
    const [rebuilding] = await machine.see(rebuilt);
    expect(rebuilding?.findings.map(({ key }) => key)).toEqual(['degraded']);
    expect(rebuilding?.findings[0]?.text).toContain('(serial LAB-3, ata-32, slot 1, sdc) is being rebuilt');
    expect(rebuilding?.reading).toMatchObject({ activity: 'rebuild', progress: 0.25, redundancyLeft: 0 });
    raidStatus('raid1 2 AA 65536/65536 idle 0 0 -');
    const [whole] = await machine.see(rebuilt);
    expect([whole?.findings, whole?.members.map(({ id }) => id)]).toEqual([[], ['LAB-1', 'LAB-3']]);
  });

  test('names it after a restart, too', async () => {
    const before = watchPools();
    raidStatus('raid1 2 AA 65536/65536 idle 0 0 -');
    await before.see(mirrored());
    raidStatus('raid1 2 AD 65536/65536 idle 0 0 -');
    const after = watchPools(Object.fromEntries(before.memory.contents));
    expect(saidOf(await after.see({ ...socket, ...sda, ...raid('sda', undefined) }))).toEqual([gone]);
  });

  test('with a dead leg whose drive is there', async () => {
    raidStatus('raid5_ls 3 ADA 1/1 idle 0 0 -');
    expect(saidOf(await watchPools().see({ ...socket, ...sda, ...sdb, ...sdc, ...raid('sda', 'sdb', 'sdc') }))).toEqual(
      [
        'nas LVM vg-a/home: data_at_risk: degraded: raid5_ls with 2 of 3 members: DISK 4T (serial LAB-2, ata-16, slot 1, sdb) has failed; /home goes on without redundancy: the next failure loses data',
      ],
    );
  });

  /** Without the device of one leg, whose place in the kernel's table is empty. */
  const without = (leg: number, snapshot: MachineSnapshot): MachineSnapshot =>
    Object.fromEntries(
      Object.entries(snapshot).filter(
        ([path]) => !new RegExp(`/dm-(${2 * leg}|${2 * leg + 1})(/|$)`).test(path.replace('/dm-20/slaves', '')),
      ),
    );

  test.each([
    [1, 'A-', ['LAB-1', 'active'], 'LAB-2, ata-16, slot 1, was sdb'],
    [0, '-A', ['LAB-2', 'active'], 'LAB-1, ata-0, slot 0, was sda'],
  ])('whose leg %i has no device any more: %s', async (leg, health, active, gone) => {
    const machine = watchPools();
    raidStatus('raid1 2 AA 1/1 idle 0 0 -');
    await machine.see(mirrored());
    raidStatus(`raid1 2 ${health} 1/1 idle 0 0 -`);
    for (let reading = 0; reading < 2; reading += 1) {
      const [pool] = await machine.see(without(leg, mirrored()));
      expect(pool?.findings.map(({ text }) => text)).toEqual([
        `degraded: raid1 with 1 of 2 members: DISK 4T (serial ${gone}) is there, but no longer a member; /home goes on without redundancy: the next failure loses data`,
      ]);
      expect(pool?.members.filter(({ role }) => role === 'active').map(({ id, role }) => [id, role])).toEqual([active]);
      expect(pool?.reading).toMatchObject({ expectedMembers: 2, redundancyLeft: 0 });
    }
  });

  test('whose leg in the middle has no device blames no other drive, also if it was never seen', async () => {
    raidStatus('raid5_ls 3 A-A 1/1 idle 0 0 -');
    const snapshot = { ...socket, ...sda, ...sdb, ...sdc, ...raid('sda', 'sdb', 'sdc') };
    const [pool] = await watchPools().see(without(1, snapshot));
    expect(pool?.findings.map(({ key, blames }) => [key, blames])).toEqual([['degraded', undefined]]);
    expect(pool?.members.map(({ id, number, role }) => [id, number, role])).toEqual([
      ['LAB-1', 0, 'active'],
      ['leg 1', 1, 'missing'],
      ['LAB-3', 2, 'active'],
    ]);
  });

  test.each([
    ['raid10 4 ADAD 1/1 idle 0 0 -', 'degraded data_at_risk'],
    ['raid10 4 AaAa 5/9 recover 0 0 -', 'degraded data_at_risk'],
    ['raid10 4 DDDD 1/1 idle 0 0 -', 'failed data_at_risk'],
    ['raid6_zr 4 AaAa 5/9 recover 0 0 -', 'degraded data_at_risk'],
    ['raid5_ls 4 aAaA 5/9 recover 0 0 -', 'degraded data_at_risk'],
    ['raid6_zr 4 ADDD 1/1 idle 0 0 -', 'failed data_at_risk'],
    ['raid1 4 ADDD 1/1 idle 0 0 -', 'degraded data_at_risk'],
  ])('%s: what has lost legs is failed only if it is sure', async (words, expected) => {
    raidStatus(words);
    const sdd = drive('sdd', '8:48', 'LAB-4');
    const [pool] = await watchPools().see({ ...mirrored(), ...sdc, ...sdd, ...raid('sda', 'sdb', 'sdc', 'sdd') });
    expect(pool?.findings.map(({ key, severity }) => `${key} ${severity}`)).toEqual([expected]);
    expect([pool?.reading.redundancyLeft, pool?.reading.problem]).toEqual([0, true]);
  });

  test('time left is that of this check, not of one before', async () => {
    const machine = watchPools();
    const leftAt = async (words: string) => {
      raidStatus(`raid1 2 AA ${words} 0 0 -`);
      clock.turn(60);
      return (await machine.see(mirrored()))[0]?.reading.secondsLeft;
    };
    expect(await leftAt('0/1000 check')).toBeUndefined();
    expect(await leftAt('100/1000 check')).toBeCloseTo(540);
    expect(await leftAt('1000/1000 idle')).toBeUndefined();
    clock.turn(1_000_000);
    expect(await leftAt('300/1000 check')).toBeUndefined();
    expect(await leftAt('400/1000 check')).toBeCloseTo(360);
    // Another one began between two readings.
    expect(await leftAt('350/1000 check')).toBeUndefined();
    expect(await leftAt('450/1000 check')).toBeCloseTo(330);
    await machine.see({ ...socket, ...sda, ...sdb });
    clock.turn(1_000_000);
    expect(await leftAt('500/1000 check')).toBeUndefined();
  });

  test('a notice of parity is neither over nor a fault while a check counts anew', async () => {
    const machine = watchPools();
    const see = async (words: string) => {
      raidStatus(`raid5_ls 2 AA ${words} 0 -`);
      const [pool] = await machine.see(mirrored());
      const [finding] = pool?.reading.findings().filter(({ key }) => key === 'mismatches') ?? [];
      return [pool?.reading.problem, finding && ('isUnknown' in finding ? 'unknown' : finding.severity)];
    };
    expect(await see('1/1 idle 128')).toEqual([false, 'notice']);
    expect(await see('1/9 check 0')).toEqual([false, 'unknown']);
    expect(await see('1/9 repair 64')).toEqual([false, 'unknown']);
    expect(await see('1/1 idle 0')).toEqual([false, undefined]);
  });

  test.each(['raid5_ls 3 DDA 1/1 idle 0 0 -', 'raid0 3 ADA 1/1 idle 0 0 -'])('%s has failed', async (words) => {
    raidStatus(words);
    const [pool] = await watchPools().see({ ...socket, ...sda, ...sdb, ...sdc, ...raid('sda', 'sdb', 'sdc') });
    expect(pool?.findings.map(({ key, severity }) => [key, severity])).toEqual([['failed', 'data_at_risk']]);
    expect(pool?.reading.redundancyLeft).toBe(0);
  });

  test.each([
    ['a check', 'raid1 2 AA 100/65536 check 0 0 -', 'check'],
    ['a repair', 'raid1 2 AA 100/65536 repair 0 0 -', 'repair'],
    ['the first synchronisation', 'raid1 2 aa 100/65536 resync 0 0 -', 'resync'],
    ['a reshape', 'raid1 2 aa 100/65536 reshape 0 0 -', 'reshape'],
    ['an action that nobody knows', 'raid1 2 AA 100/65536 polish 0 0 -', 'other'],
    ['frozen', 'raid1 2 AA 65536/65536 frozen 0 0 -', 'idle'],
    ['mismatches of a mirror', 'raid1 2 AA 65536/65536 idle 128 0 -', 'idle'],
    ['an old kernel, without action', 'raid1 2 AA 65536/65536', undefined],
  ])('no problem: %s', async (_, words, activity) => {
    raidStatus(words);
    const [pool] = await watchPools().see(mirrored());
    expect([pool?.reading.problem, pool?.reading.activity, pool?.findings]).toEqual([false, activity, []]);
  });

  test('with parity that does not match is a notice', async () => {
    raidStatus('raid5_ls 2 AA 1/1 idle 128 0 -');
    const [pool] = await watchPools().see(mirrored());
    expect([pool?.reading.problem, pool?.findings.map(({ key }) => key)]).toEqual([false, ['mismatches']]);
  });

  test.each(['raid1 2 ZZ 1/1 idle 0 0 -', 'raid1', ''])(
    'a status that nobody knows is no verdict: %j',
    async (words) => {
      raidStatus(words);
      const [pool] = await watchPools().see(mirrored());
      expect([pool?.reading.problem, pool?.findings, pool?.reading.redundancyLeft]).toEqual([undefined, [], undefined]);
    },
  );

  test('a mirror of the old kind', async () => {
    const legs = Object.fromEntries(
      Object.entries(raid('sda', 'sdb')).map(([path, content]) => [path, content.replace('_rimage_', '_mimage_')]),
    );
    const status = (health: string) =>
      rack.tell('dmsetup status', `vg--a-home: 0 65536 mirror 2 252:1 252:3 64/64 1 ${health} 3 disk 252:9 A\n`);
    status('AA');
    const machine = watchPools();
    const [pool] = await machine.see({ ...socket, ...sda, ...sdb, ...legs });
    expect(pool?.reading).toMatchObject({ layout: 'mirror', redundancyLeft: 1, problem: false });
    status('AD');
    expect((await machine.see({ ...socket, ...sda, ...sdb, ...legs }))[0]?.findings[0]?.key).toBe('degraded');
  });

  test('that stays suspended', async () => {
    raidStatus('raid1 2 AA 1/1 idle 0 0 -');
    const machine = watchPools();
    const snapshot = { ...mirrored(), '/sys/block/dm-20/dm/suspended': '1' };
    expect((await machine.see(snapshot))[0]?.findings).toEqual([]);
    expect((await machine.see(snapshot))[0]?.findings.map(({ key }) => key)).toEqual(['suspended']);
  });
});

describe('without the right to ask', () => {
  test('a RAID volume is there, its verdict unknown, and what is missing is said', async () => {
    rack.fail('dmsetup status', 'Permission denied');
    const [pool] = await watchPools().see(mirrored());
    expect(pool?.reading).toMatchObject({ problem: undefined, redundancyLeft: undefined, state: undefined });
    expect(pool?.reading.hint).toContain('Permission denied');
    expect(pool?.members.map(({ id, role }) => [id, role])).toEqual([
      ['LAB-1', 'unknown'],
      ['LAB-2', 'unknown'],
    ]);
  });

  test('a leg whose drive is gone is seen', async () => {
    const machine = watchPools();
    rack.fail('dmsetup status', 'no');
    await machine.see(mirrored());
    const pools = await machine.see({ ...socket, ...sda, ...raid('sda', undefined) });
    expect(saidOf(pools)).toEqual([
      'nas LVM vg-a/home: degraded: degraded: DISK 4T (serial LAB-2, ata-16, slot 1, was sdb) is gone; it holds /home',
    ]);
    expect(pools[0]?.reading.problem).toBe(true);
  });

  test('a volume that was moved to another drive lacks nothing', async () => {
    const machine = watchPools();
    rack.fail('dmsetup status', 'no');
    await machine.see(mirrored());
    const [pool] = await machine.see({ ...socket, ...sda, ...sdc, ...raid('sda', 'sdc') });
    expect([pool?.findings, pool?.members.map(({ id }) => id)]).toEqual([[], ['LAB-1', 'LAB-3']]);
  });

  test('how full a thin pool is is unknown', async () => {
    rack.fail('dmsetup status', 'no');
    const [pool] = await watchPools().see({ ...socket, ...sda, ...sdb, ...thin() });
    expect(pool?.reading).toMatchObject({ problem: undefined, usedRatio: undefined, mounts: ['/vm'], findings: {} });
  });
});

describe('a thin pool', () => {
  test('has its name, what it is used for, and how full it is', async () => {
    fill(110, 430);
    const [pool, ...others] = await watchPools().see({ ...socket, ...sda, ...sdb, ...thin() });
    expect(others).toEqual([]);
    expect(pool).toMatchObject({ name: 'nas LVM vg/pool', id: uuidOf('vg-pool-tpool'), findings: [] });
    expect(pool?.reading).toMatchObject({
      kind: 'lvm_thin',
      state: 'rw',
      usedRatio: 0.43,
      metadataUsedRatio: 0.11,
      redundancyLeft: 0,
      mounts: ['/vm'],
      problem: false,
      size: 1073741824,
    });
    expect(pool && poolTables.pool.metrics.members?.value(pool.reading)).toBe(2);
  });

  test.each<[metadata: number, data: number, mode: string, more: string, findings: string[]]>([
    [799, 799, 'rw', '-', []],
    [100, 800, 'rw', '-', ['nearly_full notice']],
    [100, 950, 'rw', '-', ['nearly_full degraded']],
    [800, 100, 'rw', '-', ['metadata_full degraded']],
    [100, 1000, 'out_of_data_space', '-', ['full data_at_risk']],
    [100, 100, 'ro', 'needs_check', ['read_only outage']],
    [100, 100, 'rw', 'needs_check', ['needs_check degraded']],
    [100, 100, 'sideways', '-', []],
  ])('metadata %i ‰, data %i ‰, %s, %s', async (metadata, data, mode, more, expected) => {
    fill(metadata, data, mode, more);
    const [pool] = await watchPools().see({ ...socket, ...sda, ...sdb, ...thin() });
    expect(pool?.findings.map(({ key, severity }) => `${key} ${severity}`)).toEqual(expected);
  });

  test('that goes to and fro around a limit is told once', async () => {
    const machine = watchPools();
    const see = async (metadata: number, data: number) => {
      fill(metadata, data);
      const [pool] = await machine.see({ ...socket, ...sda, ...sdb, ...thin() });
      return pool?.findings.map(({ key, severity }) => `${key} ${severity}`);
    };
    expect(await see(100, 799)).toEqual([]);
    expect(await see(100, 800)).toEqual(['nearly_full notice']);
    expect(await see(100, 781)).toEqual(['nearly_full notice']);
    expect(await see(100, 900)).toEqual(['nearly_full degraded']);
    expect(await see(100, 881)).toEqual(['nearly_full degraded']);
    expect(await see(100, 879)).toEqual(['nearly_full notice']);
    expect(await see(100, 779)).toEqual([]);
    expect(await see(800, 100)).toEqual(['metadata_full degraded']);
    rack.fail('dmsetup status', 'no');
    await machine.see({ ...socket, ...sda, ...sdb, ...thin() });
    expect(await see(781, 100)).toEqual(['metadata_full degraded']);
    expect(await see(779, 100)).toEqual([]);
  });

  test.each(['Fail', 'Error'])('that says %s has failed', async (word) => {
    thinStatus(word);
    const [pool] = await watchPools().see({ ...socket, ...sda, ...sdb, ...thin() });
    expect(pool?.findings.map(({ text }) => text)).toEqual([
      `failed: LVM says ${word}; /vm is not readable, or only in part`,
    ]);
  });

  test('a mode that nobody knows is no verdict', async () => {
    fill(100, 100, 'sideways');
    const [pool] = await watchPools().see({ ...socket, ...sda, ...sdb, ...thin() });
    expect([pool?.reading.problem, pool?.reading.state]).toEqual([undefined, 'sideways']);
  });

  test('a drive below it that is gone is named', async () => {
    const machine = watchPools();
    fill(110, 430);
    await machine.see({ ...socket, ...sda, ...sdb, ...thin() });
    const pools = await machine.see({ ...socket, ...sda, ...thin([]) });
    expect(saidOf(pools)).toEqual([
      'nas LVM vg/pool: data_at_risk: failed: a drive below it is gone: DISK 4T (serial LAB-2, ata-16, was sdb) is gone; /vm is not readable, or only in part',
    ]);
    expect(pools[0]?.findings[0]?.blames).toEqual(['LAB-2']);
  });

  test('a drive below it that is encrypted and gone is named', async () => {
    const crypt = (slaves: readonly string[]) => ({
      ...virtual('dm-9', '252:9', slaves),
      '/sys/block/dm-9/dm/name': 'pv',
      '/sys/block/dm-9/dm/uuid': 'CRYPT-LUKS2-9-pv',
    });
    const machine = watchPools();
    fill(110, 430);
    expect(saidOf(await machine.see({ ...socket, ...sda, ...sdb, ...crypt(['sdb']), ...thin(['dm-9']) }))).toEqual([]);
    const pools = await machine.see({ ...socket, ...sda, ...crypt([]), ...thin(['dm-9']) });
    expect(saidOf(pools)).toEqual([expect.stringContaining('a drive below it is gone: DISK 4T (serial LAB-2')]);
    expect(pools[0]?.findings[0]?.blames).toEqual(['LAB-2']);
  });

  test('on a RAID volume has its redundancy, and leaves a dead leg to it', async () => {
    const snapshot = (leg: string | undefined): MachineSnapshot => {
      const legs = ['sda', leg].map((name, index) =>
        volume(10 + index, `vg-pool_tdata_rimage_${index}`, name ? [name] : []),
      );
      return {
        ...socket,
        ...sda,
        ...(leg === undefined ? {} : sdb),
        ...drive('sdd', '8:48', 'LAB-4'),
        ...thin(['dm-10', 'dm-11'], ['dm-20', 'dm-21']),
        ...Object.assign({}, ...legs),
        ...volume(20, 'vg-pool_tmeta_rimage_0', ['sda']),
        ...volume(21, 'vg-pool_tmeta_rimage_1', ['sdd']),
      };
    };
    const status = (health: string) =>
      rack.tell(
        'dmsetup status',
        [
          'vg-pool-tpool: 0 100 thin-pool 3 1/1000 1/1000 - rw discard_passdown queue_if_no_space - 256',
          `vg-pool_tdata: 0 100 raid raid1 2 ${health} 1/1 idle 0 0 -`,
          'vg-pool_tmeta: 0 100 raid raid1 2 AA 1/1 idle 0 0 -\n',
        ].join('\n'),
      );
    status('AA');
    const machine = watchPools();
    const pools = await machine.see(snapshot('sdb'));
    expect(pools.map(({ reading: { name, redundancyLeft } }) => [name, redundancyLeft])).toEqual([
      ['vg/pool_tmeta', 1],
      ['vg/pool_tdata', 1],
      ['vg/pool', 1],
    ]);
    status('AD');
    const degraded = await machine.see(snapshot(undefined));
    expect(saidOf(degraded).map((text) => text.split(':')[0])).toEqual(['nas LVM vg/pool_tdata']);
    expect(degraded.at(-1)?.reading.redundancyLeft).toBe(0);
  });
});

test('a machine without LVM is asked nothing', async () => {
  await watchPools().see({ ...socket, ...sda, ...sdb });
  expect(rack.calls()).toEqual([]);
});

test('a status that does not come holds up nothing', async () => {
  rack.hang('dmsetup status');
  const seen = watchPools().see(mirrored());
  await clock.waits(4);
  clock.turn(4);
  const [pool] = await seen;
  expect(pool?.reading).toMatchObject({ problem: undefined, hint: 'dmsetup does not answer' });
});

test('that device mapper does not answer is said in the language of the agent', async () => {
  rack.hang('dmsetup status');
  const mapper = new DeviceMapper(expandSnapshot(socket));
  const asked = mapper.read();
  await clock.waits(4);
  clock.turn(4);
  const { hint = '' } = await asked;
  expect(renderTranslatableText(hint, commonDriveTextsInGerman)).toBe('dmsetup antwortet nicht');
});

test('what becomes of the data when a drive dies is known as soon as the level is', async () => {
  const machine = watchPools();
  raidStatus('raid1 2 AA 1/1 idle 0 0 -');
  await machine.see(mirrored());
  expect(machine.reader.dependentsOf('LAB-1')?.()).toBe(
    'one of 2 members of vg-a/home; if it dies, /home goes on, degraded',
  );
  rack.fail('dmsetup status', 'no');
  await machine.see(mirrored());
  expect(machine.reader.dependentsOf('LAB-1')?.()).toBe(
    'a member of vg-a/home; if it dies, what becomes of /home is not known',
  );
});
