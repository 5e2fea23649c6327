import { describe, expect, test } from 'vitest';
import { poolTextsInGerman } from '../../../../src/collectors/storage/pools/german.ts';
import { parseMdstatProgress } from '../../../../src/collectors/storage/pools/md-sysfs.ts';
import type { MachineSnapshot } from '../../../helpers/machine-snapshot.ts';
import { type ArrayMember, array, drive, saidOf, sda, sdb, sdc, virtual, watchPools } from './machine.ts';

const healthy = { ...sda, ...sdb, ...array({ sda: {}, sdb: { slot: '1' } }) };
const degraded = { ...sda, ...array({ sda: {} }, { degraded: '1' }) };

const gone =
  'nas RAID srv: data_at_risk: degraded: raid1 with 1 of 2 members: DISK 4T (serial LAB-2, ata-16, slot 1, was sdb) is gone; /srv goes on without redundancy: the next failure loses data';

test('a healthy array has a name, members by serial number, mounts and nothing wrong', async () => {
  const [pool] = await watchPools().see(healthy);
  expect(pool).toMatchObject({ name: 'nas RAID srv', id: 'cd712c29-6734-98cb-2117-09b372bd0470', findings: [] });
  expect(pool?.device).toMatchObject({ manufacturer: 'Linux', model: 'Linux RAID (md)' });
  expect(pool?.reading).toMatchObject({
    problem: false,
    state: 'clean',
    layout: 'raid1',
    redundancyLeft: 1,
    mounts: ['/srv'],
    activity: 'idle',
  });
  expect(pool?.members.map(({ id, role, device }) => [id, role, device])).toEqual([
    ['LAB-1', 'active', 'sda'],
    ['LAB-2', 'active', 'sdb'],
  ]);
});

test('two drives behind bridges with one serial number are two drives, also when one is unplugged', async () => {
  const bridge = (name: string, number: string) => ({
    ...drive(name, number, 'BRIDGE'),
    [`/sys/block/${name}/device/type`]: '0',
  });
  const machine = watchPools();
  const [pool] = await machine.see({
    ...bridge('sda', '8:0'),
    ...bridge('sdb', '8:16'),
    ...array({ sda: {}, sdb: { slot: '1' } }),
  });
  expect(pool?.members.map(({ id }) => id)).toEqual(['DISK 4T ata-0', 'DISK 4T ata-16']);
  expect(pool?.reading.redundancyLeft).toBe(1);
  const pools = await machine.see({ ...bridge('sda', '8:0'), ...array({ sda: {} }, { degraded: '1' }) });
  expect(saidOf(pools)).toEqual([gone.replace('LAB-2', 'BRIDGE')]);
  expect(pools[0]?.findings[0]?.blames).toEqual(['DISK 4T ata-16']);
});

test('a member that was replaced is no failed one, though md calls it so', async () => {
  const replacing = {
    sda: { state: 'in_sync,want_replacement' },
    sdb: { slot: '1' },
    sdc: { state: 'spare,replacement' },
  };
  const replaced = { sda: { state: 'faulty,want_replacement', slot: 'none' }, sdb: { slot: '1' }, sdc: {} };
  const machine = watchPools();
  await machine.see(healthy);
  for (const members of [replacing, replaced])
    expect(saidOf(await machine.see({ ...sda, ...sdb, ...sdc, ...array(members) }))).toEqual([]);
});

describe('a member that is gone', () => {
  test('is missed before the kernel has noticed', async () => {
    const machine = watchPools();
    await machine.see(healthy);
    expect(saidOf(await machine.see({ ...sda, ...array({ sda: {}, sdb: { slot: '1' } }) }))).toEqual([gone]);
  });

  test('is named by serial number, model and slot, and blamed', async () => {
    const machine = watchPools();
    await machine.see(healthy);
    const pools = await machine.see(degraded);
    expect(saidOf(pools)).toEqual([gone]);
    expect(pools[0]?.findings[0]?.blames).toEqual(['LAB-2']);
    expect(pools[0]?.reading.problem).toBe(true);
  });

  test('is named after a restart, too', async () => {
    const before = watchPools();
    await before.see(healthy);
    const after = watchPools(Object.fromEntries(before.memory.contents));
    expect(saidOf(await after.see(degraded))).toEqual([gone]);
  });

  test('is named while its link leads nowhere', async () => {
    const machine = watchPools();
    await machine.see(healthy);
    expect(saidOf(await machine.see({ ...sda, ...array({ sda: {}, sdb: { slot: '1' } }, { degraded: '1' }) }))).toEqual(
      [gone],
    );
  });

  test('whose drive is in the machine is no drive that is gone, until it is pulled', async () => {
    const machine = watchPools();
    await machine.see(healthy);
    const said = saidOf(await machine.see({ ...sdb, ...degraded }));
    expect(said).toEqual([gone.replace('is gone', 'is there, but no longer a member')]);
    expect(saidOf(await machine.see(degraded))).toEqual([gone]);
  });

  test('whose drive came back by another name is there, whether the array still lists it or not', async () => {
    const machine = watchPools();
    await machine.see(healthy);
    const there = [gone.replace('is gone', 'is there, but no longer a member')];
    const listed = { ...array({ sda: {}, sdb: { state: 'faulty', slot: 'none' } }, { degraded: '1' }) };
    for (const after of [listed, degraded])
      expect(saidOf(await machine.see({ ...sda, ...drive('sdf', '8:80', 'LAB-2'), ...after }))).toEqual(there);
  });

  test('leaves an array that is not reached through the drive that is left', async () => {
    const machine = watchPools();
    await machine.see(healthy);
    const [pool] = await machine.see(degraded);
    expect(pool?.device.reachedThrough).toBeUndefined();
  });

  test('is told without a name by who has never seen it', async () => {
    expect(saidOf(await watchPools().see(degraded))).toEqual([
      'nas RAID srv: data_at_risk: degraded: raid1 with 1 of 2 members; /srv goes on without redundancy: the next failure loses data',
    ]);
  });

  test('is forgotten once it is replaced', async () => {
    const machine = watchPools();
    await machine.see(healthy);
    const rebuild = { degraded: '1', sync_action: 'recover', sync_completed: '5 / 10' };
    const rebuilding = { ...sda, ...sdc, ...array({ sda: {}, sdc: { state: 'spare', slot: '1' } }, rebuild) };
    const [pool] = await machine.see(rebuilding);
    expect(pool?.findings.map(({ key, text }) => [key, text])).toEqual([
      ['degraded', expect.stringContaining('LAB-3, ata-32, slot 1, sdc) is being rebuilt; DISK 4T (serial LAB-2')],
    ]);
    expect(pool?.findings[0]?.blames).toEqual(['LAB-2']);
    expect(pool?.reading).toMatchObject({ activity: 'rebuild', progress: 0.5 });
    expect(saidOf(await machine.see({ ...sda, ...sdc, ...array({ sda: {}, sdc: { slot: '1' } }) }))).toEqual([]);
    expect(saidOf(await machine.see({ ...sda, ...array({ sda: {} }, { degraded: '1' }) }))[0]).not.toContain('LAB-2');
  });
});

test('a drive on which two arrays lie is named by both, and each names the other', async () => {
  const { '/proc/mdstat': _, '/proc/self/mountinfo': __, ...members } = array({ sda: {}, sdb: { slot: '1' } });
  const home = JSON.parse(
    JSON.stringify(members)
      .replaceAll('md127', 'md126')
      .replaceAll('9:127', '9:126')
      .replaceAll('cd712c29', 'cd712c30')
      .replaceAll('=srv', '=home'),
  ) as MachineSnapshot;
  const machine = watchPools();
  expect(saidOf(await machine.see({ ...healthy, ...home }))).toEqual([]);
  const pools = await machine.see({ ...sda, ...array({ sda: {}, sdb: { slot: '1' } }), ...home });
  const [ofHome, ofSrv] = pools.toSorted((a, b) => a.name.localeCompare(b.name)).map((pool) => pool.findings[0]);
  expect(ofSrv?.text).toMatch(/LAB-2.* is gone; .*; this also affects home$/);
  expect(ofHome?.text).toMatch(/LAB-2.* is gone; .*; this also affects srv \(\/srv\)$/);
  // Neither a mount nor a word of a language is in the step.
  expect(ofHome?.step).toMatch(/ srv$/);
  expect(ofHome?.blames).toEqual(ofSrv?.blames);
});

test('a failed member is told until it is replaced', async () => {
  const failed = { ...sda, ...sdb, ...array({ sda: {}, sdb: { state: 'faulty', slot: 'none' } }, { degraded: '1' }) };
  const [pool] = await watchPools().see(failed);
  expect(pool?.findings).toEqual([
    expect.objectContaining({ key: 'degraded', severity: 'data_at_risk', text: expect.stringContaining('has failed') }),
  ]);
});

const mdstat = (line: string) => `md127 : active raid1 sda[0] sdb[1]\n      ${line}\n`;

test.each([
  ['check', 'check = 12.5% (1/8) finish=2.0min speed=1K/sec', { activity: 'check', progress: 0.125, secondsLeft: 120 }],
  ['check', '\tresync=DELAYED', { activity: 'waiting', progress: undefined }],
  ['resync', 'resync = 50.0% (4/8) finish=1.0min speed=1K/sec', { activity: 'resync', progress: 0.5 }],
  ['idle', '\tresync=PENDING', { activity: 'idle' }],
  ['frozen', '', { activity: 'idle' }],
  ['polish', '', { activity: 'other' }],
])('%s (%s) is an activity and no problem', async (action, line, reading) => {
  const files = { sync_action: action, mismatch_cnt: '128' };
  const [pool] = await watchPools().see({
    ...sda,
    ...sdb,
    ...array({ sda: {}, sdb: { slot: '1' } }, files, mdstat(line)),
  });
  expect(pool?.findings).toEqual([]);
  expect(pool?.reading).toMatchObject({ problem: false, ...reading });
});

test('parity that does not match is neither over nor a fault while a check counts anew', async () => {
  const machine = watchPools();
  const see = async (files: Record<string, string>) => {
    const members = { sda: {}, sdb: { slot: '1' }, sdc: { slot: '2' } };
    const more = { level: 'raid5', raid_disks: '3', ...files };
    const [pool] = await machine.see({ ...sda, ...sdb, ...sdc, ...array(members, more) });
    const [finding] = pool?.reading.findings().filter(({ key }) => key === 'mismatches') ?? [];
    return [pool?.reading.problem, finding && ('isUnknown' in finding ? 'unknown' : finding.severity)];
  };
  expect(await see({ mismatch_cnt: '8' })).toEqual([false, 'notice']);
  expect(await see({ mismatch_cnt: '0', sync_action: 'check' })).toEqual([false, 'unknown']);
  expect(await see({ mismatch_cnt: '0' })).toEqual([false, undefined]);
});

test('the end of a check is seen, with its result', async () => {
  const machine = watchPools();
  const see = (files: Record<string, string>) =>
    machine.see({ ...sda, ...sdb, ...array({ sda: {}, sdb: { slot: '1' } }, files) });
  await see({ sync_action: 'check' });
  const [pool] = await see({ last_sync_action: 'check', mismatch_cnt: '8' });
  expect(pool?.reading.lastCheckErrors).toBe(8);
  expect(Date.now() - Number(pool?.reading.lastCheck)).toBeLessThan(60_000);
  const [later] = await see({ last_sync_action: 'check', mismatch_cnt: '8' });
  expect(later?.reading.lastCheck).toEqual(pool?.reading.lastCheck);
});

test.each(['broken', 'inactive', 'polishing', 'suspended', 'read-auto'])('the state %s', async (state) => {
  const files = state === 'inactive' ? { array_state: state, level: '', raid_disks: '' } : { array_state: state };
  const machine = { ...sda, ...sdb, ...array({ sda: {}, sdb: { slot: '1' } }, files) };
  const [pool] = await watchPools().see(machine);
  const expected: Record<string, [boolean | undefined, string[]]> = {
    broken: [true, ['failed']],
    inactive: [true, ['not_started']],
    // Nobody knows what that is: not fine, and no claim either.
    polishing: [undefined, []],
    suspended: [false, []],
    'read-auto': [false, []],
  };
  expect([pool?.reading.problem, pool?.findings.map(({ key }) => key)]).toEqual(expected[state]);
  expect(pool?.reading.state).toBe(state);
});

test('a container is no array', async () => {
  const files = { array_state: 'inactive', level: '', metadata_version: 'external:imsm' };
  expect(await watchPools().see({ ...sda, ...sdb, ...array({ sda: {}, sdb: {} }, files) })).toEqual([]);
});

test('slots that were never filled are a note that is acknowledged once; one more is a problem', async () => {
  const machine = watchPools();
  const sparse = (...names: ('sda' | 'sdb')[]) => ({
    ...sda,
    ...sdb,
    ...array(Object.fromEntries(names.map((name, slot) => [name, { slot: `${slot}` }])), {
      raid_disks: '32',
      degraded: `${32 - names.length}`,
    }),
  });
  const [pool] = await machine.see(sparse('sda', 'sdb'));
  expect(pool?.findings.map(({ key, severity }) => [key, severity])).toEqual([['empty_slots', 'notice']]);
  expect(pool?.reading.problem).toBe(false);
  machine.reader.acknowledge('cd712c29_6734_98cb_2117_09b372bd0470');
  expect(saidOf(await machine.see(sparse('sda', 'sdb')))).toEqual([]);
  const [worse] = await machine.see(sparse('sda'));
  expect(worse?.findings.map(({ key }) => key)).toEqual(['degraded']);
});

describe('an array with many empty slots', () => {
  const drives = Object.assign(
    {},
    ...['sda', 'sdb', 'sdc', 'sdd', 'sde'].map((name, at) => drive(name, `8:${16 * at}`, `LAB-${name}`)),
  );
  const sparse = (members: Record<string, ArrayMember>, degraded: number) => ({
    ...drives,
    ...array(members, { raid_disks: '32', degraded: `${degraded}` }),
  });
  const abc = { sda: { slot: '0' }, sdb: { slot: '1' }, sdc: { slot: '2' } };
  const acknowledge = (machine: ReturnType<typeof watchPools>) =>
    machine.reader.acknowledge('cd712c29_6734_98cb_2117_09b372bd0470');
  async function withFour() {
    const machine = watchPools();
    await machine.see(sparse({ ...abc, sdd: { slot: '3' } }, 28));
    acknowledge(machine);
    return machine;
  }

  test('is well again once a member is replaced, whatever slot the new one has', async () => {
    const machine = await withFour();
    const gone = [expect.stringContaining('LAB-sdd')];
    expect(saidOf(await machine.see(sparse(abc, 29)))).toEqual(gone);
    expect(saidOf(await machine.see(sparse({ ...abc, sde: { state: 'spare', slot: '9' } }, 29)))).toEqual(gone);
    const after = sparse({ ...abc, sde: { slot: '9' } }, 28);
    expect(saidOf(await machine.see(after))).toEqual([]);
    expect((await machine.see(after))[0]?.members.map(({ id }) => id)).not.toContain('LAB-sdd');
    expect(saidOf(await machine.see(sparse(abc, 29)))).toEqual([expect.stringContaining('LAB-sde')]);
  });

  test('may lose one for good if the user says so, but not the last but one', async () => {
    const machine = await withFour();
    expect((await machine.see(sparse(abc, 29)))[0]?.findings[0]?.clearsAt).toContain('or you acknowledge it');
    acknowledge(machine);
    expect(saidOf(await machine.see(sparse(abc, 29)))).toEqual([]);
    await machine.see(sparse({ sda: { slot: '0' } }, 31));
    acknowledge(machine);
    const [last] = await machine.see(sparse({ sda: { slot: '0' } }, 31));
    expect(last?.findings.map(({ key, severity }) => [key, severity])).toEqual([['degraded', 'data_at_risk']]);
  });
});

test('one of two that was never there is no design', async () => {
  const [pool] = await watchPools().see(degraded);
  expect(pool?.findings.map(({ key }) => key)).toEqual(['degraded']);
});

describe('errors of members', () => {
  const withErrors = (errors: string) => ({ ...sda, ...sdb, ...array({ sda: {}, sdb: { slot: '1', errors } }) });

  test('of before are history, a rise is told until it is acknowledged', async () => {
    const machine = watchPools();
    expect(saidOf(await machine.see(withErrors('7')))).toEqual([]);
    expect(saidOf(await machine.see(withErrors('8')))).toEqual([
      'nas RAID srv: notice: new read errors, corrected from the other members, on DISK 4T (serial LAB-2, ata-16, slot 1, sdb)',
    ]);
    machine.reader.acknowledge('cd712c29_6734_98cb_2117_09b372bd0470');
    expect(saidOf(await machine.see(withErrors('8')))).toEqual([]);
  });

  test('that start again at zero are none, and the next rise counts', async () => {
    const machine = watchPools();
    await machine.see(withErrors('7'));
    expect(saidOf(await machine.see(withErrors('0')))).toEqual([]);
    expect(saidOf(await machine.see(withErrors('1')))).toHaveLength(1);
  });

  test('are unknown until it is known what they were', async () => {
    const machine = watchPools();
    machine.memory.isLoaded = () => false;
    const [pool] = await machine.see(withErrors('7'));
    expect(pool?.findings).toEqual([]);
    expect(pool?.reading.findings()).toContainEqual({ key: 'member_errors', isUnknown: true });
  });
});

test('bad blocks put data at risk', async () => {
  const blocks = { ...sda, ...sdb, ...array({ sda: {}, sdb: { slot: '1', badBlocks: '1024 8' } }) };
  const [pool] = await watchPools().see(blocks);
  expect(pool?.findings).toEqual([expect.objectContaining({ key: 'bad_blocks', severity: 'data_at_risk' })]);
});

test('without its journal an array cannot be written, whether that fails or is pulled', async () => {
  const drives = { ...sda, ...sdb, ...sdc };
  const raid5 = { level: 'raid5', raid_disks: '3', consistency_policy: 'journal' };
  const members = { sda: {}, sdb: { slot: '1' }, sdc: { slot: '2' } };
  const withJournal = (state: string) => ({
    ...drives,
    ...drive('sdd', '8:48', 'LAB-4'),
    ...array({ ...members, sdd: { state, slot: 'journal' } }, raid5),
  });
  const machine = watchPools();
  expect(saidOf(await machine.see(withJournal('journal')))).toEqual([]);
  const failed = await machine.see(withJournal('faulty,journal'));
  expect(failed[0]?.findings).toMatchObject([{ key: 'journal_lost', severity: 'outage', blames: ['LAB-4'] }]);
  expect(failed[0]?.findings[0]?.text).toContain('has failed: nothing can be written; /srv is affected');
  const pulled = await machine.see({ ...drives, ...array(members, { ...raid5, array_state: 'readonly' }) });
  expect(pulled[0]?.findings).toMatchObject([{ key: 'journal_lost', severity: 'outage' }]);
  const { consistency_policy: _, ...plain } = raid5;
  expect(saidOf(await watchPools().see({ ...drives, ...array(members, plain) }))).toEqual([]);
});

test('a spare that is used up is a note', async () => {
  const machine = watchPools();
  const all = { ...sda, ...sdb, ...sdc };
  await machine.see({ ...all, ...array({ sda: {}, sdb: { slot: '1' }, sdc: { state: 'spare', slot: 'none' } }) });
  const after = await machine.see({ ...all, ...array({ sda: {}, sdc: { slot: '1' } }) });
  expect(saidOf(after)).toEqual(['nas RAID srv: notice: no spare left']);
});

test.each([
  ['raid5', '3', '1', 0, 'data_at_risk'],
  ['raid6', '4', '1', 1, 'degraded'],
  ['raid6', '4', '2', 0, 'data_at_risk'],
  ['raid10', '4', '1', 0, 'data_at_risk'],
])('%s of %s lacking %s can lose %d', async (level, slots, lacking, redundancyLeft, severity) => {
  const names = ['sda', 'sdb', 'sdc', 'sdd'].slice(0, Number(slots) - Number(lacking));
  const drives = Object.assign({}, ...names.map((name, at) => drive(name, `8:${16 * at}`, `LAB-${at}`)));
  const members = Object.fromEntries(names.map((name, slot) => [name, { slot: `${slot}` }]));
  const files = { level, raid_disks: slots, degraded: lacking, layout: '258' };
  const [pool] = await watchPools().see({ ...drives, ...array(members, files) });
  expect(pool?.reading.redundancyLeft).toBe(redundancyLeft);
  expect(pool?.findings.map((finding) => [finding.key, finding.severity])).toEqual([['degraded', severity]]);
});

test.each([
  ['raid5', '2'],
  ['raid6', '3'],
  ['raid1', '2'],
])('%s that lacks %s has failed, whatever the kernel says', async (level, lacking) => {
  const files = { level, raid_disks: '2', degraded: lacking };
  const [pool] = await watchPools().see({ ...sda, ...array({ sda: {} }, files) });
  expect(pool?.findings.map(({ key }) => key)).toEqual(['failed']);
});

test('raid0 with a member that is gone has failed though the member is called in sync', async () => {
  const machine = watchPools();
  await machine.see({ ...sda, ...sdb, ...array({ sda: {}, sdb: { slot: '1' } }, { level: 'raid0' }) });
  const pools = await machine.see({ ...sda, ...array({ sda: {}, sdb: { slot: '1' } }, { level: 'raid0' }) });
  expect(saidOf(pools)).toEqual([
    'nas RAID srv: data_at_risk: failed: raid0 has lost too many members: DISK 4T (serial LAB-2, ata-16, slot 1, was sdb) is gone; /srv is not readable, or only in part',
  ]);
});

test('two members on one drive leave no redundancy', async () => {
  const part = (name: string, number: string) => ({
    [`/sys/block/sda/${name}/dev`]: number,
    [`/sys/block/sda/${name}/partition`]: number.slice(2),
  });
  const both = { ...sda, ...part('sda1', '8:1'), ...part('sda2', '8:2') };
  const [pool] = await watchPools().see({ ...both, ...array({ sda1: {}, sda2: { slot: '1' } }) });
  expect(pool?.reading.redundancyLeft).toBe(0);
  expect(pool?.members.map(({ id }) => id)).toEqual(['LAB-1 part 1', 'LAB-1 part 2']);
});

test('mdstat', () => {
  const text = `Personalities : [raid1]
md127 : active raid1 sdh1[2] sdg1[0]
      39936 blocks super 1.2 [2/1] [U_]
      [=====>...............]  recovery = 25.3% (10368/39936) finish=0.4min speed=1152K/sec

md126 : active raid1 sdh2[1] sdg2[0]
      \tresync=DELAYED

unused devices: <none>
`;
  expect(Object.fromEntries(parseMdstatProgress(text))).toEqual({
    md127: { ratio: 0.253, secondsLeft: 24 },
    md126: { waits: 'DELAYED' },
  });
});

test('a line of mdstat is read in linear time', () => {
  const { user } = process.cpuUsage();
  expect(parseMdstatProgress(`md0 : active\n${'a=1% '.repeat(20_000)}`).size).toBe(0);
  expect(process.cpuUsage().user - user).toBeLessThan(1_000_000);
});

test('a failed member is one problem, whatever its list of bad blocks has', async () => {
  const failed = { state: 'faulty', slot: 'none', badBlocks: '8 8' };
  const pools = await watchPools().see({ ...sda, ...sdb, ...array({ sda: {}, sdb: failed }, { degraded: '1' }) });
  expect(pools.flatMap(({ findings }) => findings.map(({ key }) => key))).toEqual(['degraded']);
});

test('a member whose layer no longer leads to its drive is named by the drive that it had', async () => {
  const mapped = (slaves: string[]) => ({ ...virtual('dm-0', '252:0', slaves), '/sys/block/dm-0/dm/name': 'crypt' });
  const machine = watchPools();
  await machine.see({ ...sda, ...sdb, ...mapped(['sdb']), ...array({ sda: {}, 'dm-0': { slot: '1' } }) });
  const failed = array({ sda: {}, 'dm-0': { state: 'faulty', slot: 'none' } }, { degraded: '1' });
  for (let reading = 0; reading < 2; reading += 1) {
    const pools = await machine.see({ ...sda, ...sdb, ...mapped([]), ...failed });
    expect(saidOf(pools)[0]).toContain('DISK 4T (serial LAB-2, ata-16, slot 1, dm-0) has failed');
    expect(pools[0]?.findings[0]?.blames).toEqual(['LAB-2']);
  }
});

test('in German, the same is wrong in other words', async () => {
  const [pool] = await watchPools().see({ ...sda, ...array({ sda: {} }, { degraded: '1' }) });
  const [inEnglish] = pool?.reading.findings() ?? [];
  const [inGerman] = pool?.reading.findings(poolTextsInGerman) ?? [];
  expect(inEnglish).toMatchObject({
    text: 'degraded: raid1 with 1 of 2 members; /srv goes on without redundancy: the next failure loses data',
  });
  expect(inGerman).toMatchObject({
    key: 'degraded',
    text: 'eingeschränkt: raid1 mit 1 von 2 Mitgliedern; /srv läuft ohne Redundanz weiter: der nächste Ausfall kostet Daten',
    step: inEnglish && 'step' in inEnglish ? inEnglish.step : '',
  });
});
