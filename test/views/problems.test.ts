import { expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../src/cli/german-names-and-page-texts.ts';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import type { ObservationOrComplaint } from '../../src/model/collector.ts';
import type { Device } from '../../src/model/device.ts';
import { type Finding, findingIf, type LastingFindings, type Severity } from '../../src/model/problem.ts';
import { declareDeviceTable, declarePartTable } from '../../src/model/table.ts';
import type { Language } from '../../src/views/language.ts';
import { findProblems, isReportableProblem } from '../../src/views/problems.ts';
import { agent, device, type Probe, type Probes, probe } from '../helpers/sample-collector.ts';

const plain = probe(async () => []);
const found = (key: string, severity: Severity, more: object = {}) => ({ key, severity, text: `${key} text`, ...more });

/** `note` names the findings of a thing: “hot:degraded gone:outage”; “hot:?” is unknown. */
function judge({ note = '', level }: Probe, before: LastingFindings): Finding[] {
  return [
    ...note
      .split(' ')
      .filter(Boolean)
      .map((word): Finding => {
        const [key = '', severity] = word.split(':');
        if (severity === '?') return { key, isUnknown: true };
        if (key === 'line') return found('line', 'outage', { explainsBeyond: true });
        if (key === 'wan') return found('wan', 'outage', { explainedBy: ['line'] });
        if (key === 'gone') return found('gone', 'outage', { explainsDevice: true });
        if (key.startsWith('blaming')) {
          const blames = [...(key.slice('blaming'.length) || '1')].map((number) => `Disk ${number}`);
          return found(key, severity as Severity, { blames });
        }
        if (key === 'stopped') return found('stopped', severity as Severity, { explainsMounts: true });
        if (key.startsWith('lost')) {
          return found(key, severity as Severity, { blames: ['Disk 1'], isLoss: true });
        }
        return found(key, severity as Severity);
      }),
    ...(level === undefined
      ? []
      : findingIf('full', level >= (before.has('full') ? 93 : 95), () => ({
          severity: level >= 100 ? 'outage' : 'degraded',
          text: `full at ${level}`,
          step: level >= 97 ? 2 : 1,
        }))),
  ];
}

const collector = {
  ...plain,
  tables: {
    thing: declareDeviceTable({
      title: 'Thing',
      icon: 'mdi:cube',
      isMain: true,
      metrics: {},
      problems: judge,
      missing: 'outage',
    }),
    part: declarePartTable({ title: 'Part', icon: 'mdi:cube', metrics: {}, problems: judge }),
  },
} as typeof plain;
const part = { id: '/mnt', name: 'Part /mnt' };
const gone = new Error('gone');
const minute = (count: number) => new Date(Date.UTC(2026, 0, 1, 0, count));

type Reading = ObservationOrComplaint<Probes>[];

/** A state after these readings, one each minute. */
function after(...readings: Reading[]): MutableAgentState {
  const state = new MutableAgentState('mqtt://127.0.0.1:1883');
  state.add(collector);
  state.broker.connected = true;
  for (const [count, observations] of readings.entries())
    state.record(collector, { ok: true, observations, at: minute(count), seconds: 0.1 });
  return state;
}

const thing = (note: string): Reading => [{ table: 'thing', device, reading: { note } }];
const filled = (level: number): Reading => [{ table: 'thing', device, reading: { level } }];
const list = (state: MutableAgentState) => findProblems([collector], agent, state);
/** What is wrong, explained ones in brackets, uncertain ones with a question mark. */
const told = (state: MutableAgentState) =>
  list(state).map(
    ({ subject, text, explainedBy, certain }) =>
      `${explainedBy === undefined ? '' : '('}${subject}: ${text}${certain ? '' : '?'}${explainedBy === undefined ? '' : ')'}`,
  );

test('nothing is wrong', () => expect(list(after(thing('')))).toEqual([]));

test('a finding with all that it says', () =>
  expect(list(after(thing('hot:degraded')))).toEqual([
    {
      id: 'probe/thing_1/hot',
      cause: 'nas/probe/thing_1/hot',
      place: 'device',
      path: 'probe/thing_1',
      key: 'hot',
      subject: 'Thing',
      severity: 'degraded',
      text: 'hot text',
      since: minute(0),
      certain: true,
    },
  ]));

test('the worst first, of equal ones the oldest', () =>
  expect(
    told(
      after(thing('new:notice old:degraded'), thing('new:notice old:degraded a:degraded risk:data_at_risk out:outage')),
    ),
  ).toEqual(['Thing: risk text', 'Thing: out text', 'Thing: old text', 'Thing: a text', 'Thing: new text']));

test('two agents that see one device have one cause', () => {
  const cause = (more: object) =>
    list(after([{ table: 'thing', device: { ...device, ...more }, reading: { note: 'hot:degraded' } }]))[0]?.cause;
  expect(cause({ serialNumber: 'S4' })).toBe('S4/hot');
  expect(cause({ serialNumber: 'S4', macAddress: '02:00' })).toBe('02:00/hot');
});

test('a text lasts as long as severity and step', () => {
  expect(list(after(filled(95), filled(96)))[0]).toMatchObject({ text: 'full at 95', since: minute(0) });
  expect(list(after(filled(95), filled(97)))[0]).toMatchObject({ text: 'full at 97', since: minute(0) });
  expect(list(after(filled(97), filled(100)))[0]).toMatchObject({ text: 'full at 100', severity: 'outage' });
});

test('a limit is left later than it was reached', () => {
  expect(told(after(filled(94)))).toEqual([]);
  expect(told(after(filled(95), filled(94)))).toEqual(['Thing: full at 95']);
  expect(told(after(filled(95), filled(92)))).toEqual([]);
});

test('what can’t be read is not over', () => {
  expect(told(after(thing('hot:degraded'), thing('hot:?')))).toEqual(['Thing: hot text?']);
  expect(told(after(thing('hot:?')))).toEqual([]);
  expect(told(after(thing('hot:degraded'), [{ table: 'thing', device, error: gone }], thing('')))).toEqual([]);
  const lost = after(thing('hot:degraded'), [{ table: 'thing', device, error: gone }]);
  expect(list(lost).map(({ key, certain, since }) => [key, certain, since])).toEqual([
    ['hot', false, minute(0)],
    ['unreadable', true, minute(1)],
  ]);
});

test('a failing collector leaves its devices as they were', () => {
  const state = after(thing('hot:degraded'));
  state.record(collector, { ok: false, error: 'broken', at: minute(1), seconds: 1 });
  expect(told(state)).toEqual(['Thing: hot text?', 'Probe: broken']);
});

test('a broker that is disconnected, or refuses', () => {
  const state = after([]);
  state.broker.error = 'refused';
  expect(list(state)).toMatchObject([{ place: 'broker', severity: 'degraded', text: 'refused' }]);
  state.broker.connected = false;
  expect(list(state)).toMatchObject([{ place: 'broker', severity: 'outage', text: 'not connected: refused' }]);
});

test('a device that can’t be read explains its parts and the devices below it', () => {
  const state = after([
    { table: 'thing', device, error: gone },
    { table: 'part', device, part, error: gone },
    { table: 'thing', device: { id: 'below', name: 'Below', via: 'Thing 1' }, error: gone },
    { table: 'thing', device: { id: 'fine', name: 'Fine', via: 'Thing 1' }, reading: {} },
  ]);
  expect(told(state)).toEqual(['(Below: gone)', 'Thing: gone', '(Thing Part /mnt: gone)'].sort());
});

test('what makes file systems unusable explains what is wrong with them, and with no others', () => {
  const mount = (path: string) => ({ id: path, name: `File system ${path}`, mountPoint: path });
  const lab = (pool: string, place: string): Reading => [
    { table: 'thing', device: { id: 'pool', name: 'Pool', mounts: ['/srv', '/home'] }, reading: { note: pool } },
    { table: 'part', device, part: mount(place), reading: { note: 'full:outage' } },
  ];
  const both = (pool: string) => [`Pool: ${pool} text`, 'Thing File system /srv: full text'];
  expect(told(after(lab('stopped:data_at_risk', '/srv')))).toEqual([
    'Pool: stopped text',
    '(Thing File system /srv: full text)',
  ]);
  expect(told(after(lab('stopped:data_at_risk', '/mnt')))).toContain('Thing File system /mnt: full text');
  // It goes on, or is not so bad.
  expect(told(after(lab('degraded:data_at_risk', '/srv')))).toEqual(both('degraded'));
  expect(told(after(lab('stopped:degraded', '/srv'))).sort()).toEqual(both('stopped'));
  const isGone = after(lab('', '/srv'), lab('', '/srv').slice(1));
  expect(told(isGone).sort()).toEqual([
    '(Thing File system /srv: full text)',
    'Pool: no longer present; /srv, /home was on it',
  ]);
});

test('a pool that is lost explains what is wrong with what lies on it', () => {
  const lab = (below: string): Reading => [
    { table: 'thing', device: { id: 'Array', name: 'Array' }, reading: { note: below } },
    { table: 'thing', device: { id: 'Pool', name: 'Pool', liesOn: ['Array'] }, reading: { note: 'errors:outage' } },
  ];
  expect(told(after(lab('lost:data_at_risk')))).toEqual(['Array: lost text', '(Pool: errors text)']);
  expect(told(after(lab('degraded:data_at_risk')))).toEqual(['Array: degraded text', 'Pool: errors text']);
});

test('a finding can explain its whole device, or another finding', () => {
  const behind = { ...device, id: 'behind', name: 'Behind', via: 'Thing 1' };
  expect(
    told(
      after([
        { table: 'thing', device, reading: { note: 'gone hot:degraded' } },
        { table: 'part', device, part, reading: { note: 'full:degraded' } },
        { table: 'thing', device: behind, reading: { note: 'gone' } },
      ]),
    ),
  ).toEqual(['(Behind: gone text)', 'Thing: gone text', '(Thing: hot text)', '(Thing Part /mnt: full text)']);
  expect(told(after(thing('wan line')))).toEqual(['Thing: line text', '(Thing: wan text)']);
  expect(told(after(thing('wan')))).toEqual(['Thing: wan text']);
});

test('a problem and those of the device that it blames are one: the worst is told', () => {
  const disk = { id: 'Disk 1', name: 'Disk' };
  const both = (blaming: Severity, hot: Severity) =>
    told(after([...thing(`blaming:${blaming}`), { table: 'thing', device: disk, reading: { note: `hot:${hot}` } }]));
  expect(both('data_at_risk', 'degraded')).toEqual(['Thing: blaming text', '(Disk: hot text)']);
  expect(both('degraded', 'degraded')).toContain('(Disk: hot text)');
  expect(both('degraded', 'data_at_risk')).toEqual(['Disk: hot text', '(Thing: blaming text)']);
});

test('problems that blame the same device are one: the worst is told, of equal ones a loss, then the oldest', () => {
  const other = { id: 'Thing 2', name: 'Other' };
  const both = (one: string, two: string) => [
    ...thing(one),
    { table: 'thing' as const, device: other, reading: { note: two } },
  ];
  const blaming = (one: string, two: string) => told(after(both(`blaming${one}`, `blaming${two}`)));
  expect(blaming('1:degraded', '1:data_at_risk')).toEqual(['Other: blaming1 text', '(Thing: blaming1 text)']);
  expect(blaming('12:degraded', '1:degraded')).toEqual(['Thing: blaming12 text', '(Other: blaming1 text)']);
  // The second device is another cause.
  expect(blaming('1:data_at_risk', '12:degraded')).toEqual(['Thing: blaming1 text', 'Other: blaming12 text']);
  expect(blaming('1:degraded', '2:degraded')).toEqual(['Thing: blaming1 text', 'Other: blaming2 text']);
  const oldest = after(both('', 'blaming:degraded'), both('blaming:degraded', 'blaming:degraded'));
  expect(told(oldest)).toEqual(['Other: blaming text', '(Thing: blaming text)']);
  const lost = after(both('blaming:degraded', ''), both('blaming:degraded', 'lost:degraded'));
  expect(told(lost)).toEqual(['(Thing: blaming text)', 'Other: lost text']);
  const disk = { table: 'thing' as const, device: { id: 'Disk 1', name: 'Disk' }, reading: { note: '' } };
  const gone = after([...both('', ''), disk], both('blaming:degraded', 'blaming:degraded'));
  expect(told(gone)).toEqual(['(Disk: no longer present)', 'Thing: blaming text', '(Other: blaming text)']);
});

test('that a device is gone is explained by what blames it, however bad that is', () => {
  const disk = { id: 'Disk 1', name: 'Disk' };
  const state = after([...thing(''), { table: 'thing', device: disk, reading: {} }], thing('blaming:degraded'));
  expect(told(state)).toEqual(['(Disk: no longer present)', 'Thing: blaming text']);
});

test('what was built of several devices and is gone with some of them explains that these are gone, and nothing else', () => {
  const disk = (number: number, note?: string): Reading => [
    {
      table: 'thing',
      device: { id: `Disk ${number}`, name: `Disk ${number}` },
      reading: note === undefined ? {} : { note },
    },
  ];
  const pool = (more: object): Reading => [{ table: 'thing', device: { ...device, ...more }, reading: {} }];
  const liesOn = ['Disk 1', 'Disk 2'];
  expect(told(after([...disk(1), ...disk(2), ...disk(3), ...pool({ liesOn })], disk(2, 'hot:notice')))).toEqual([
    '(Disk 1: no longer present)',
    'Disk 3: no longer present',
    'Thing: no longer present',
    'Disk 2: hot text',
  ]);
  // What lies on one device is reached through it.
  const onOne = after([...disk(1), ...pool({ liesOn: ['Disk 1'], reachedThrough: 'Disk 1' })], disk(3));
  expect(told(onOne)).toEqual(['Disk 1: no longer present', '(Thing: no longer present)']);
});

test('a device that goes long after what was built of it is told; so is a second one that goes while that is missing', () => {
  const disk = (number: number): Reading => [
    { table: 'thing', device: { id: `Disk ${number}`, name: `Disk ${number}` }, reading: {} },
  ];
  const pool: Reading = [{ table: 'thing', device: { ...device, liesOn: ['Disk 1', 'Disk 2'] }, reading: {} }];
  const lab = (...before: Reading[]) => {
    const state = after([...disk(1), ...disk(2), ...pool], ...before);
    return (seconds: number, ...observations: Reading) => {
      state.record(collector, {
        ok: true,
        observations,
        at: new Date(minute(1).getTime() + seconds * 1000),
        seconds: 1,
      });
      return told(state).sort();
    };
  };
  const bothExplained = ['(Disk 1: no longer present)', '(Disk 2: no longer present)', 'Thing: no longer present'];
  const exported = () => lab([...disk(1), ...disk(2)]);
  expect(exported()(90)).toEqual(bothExplained);
  expect(exported()(91)).toEqual([
    'Disk 1: no longer present',
    'Disk 2: no longer present',
    'Thing: no longer present',
  ]);
  const second = ['(Disk 1: no longer present)', 'Disk 2: no longer present', 'Thing: no longer present'];
  expect(lab(disk(2))(7 * 24 * 3600)).toEqual(second);
  // What could be read last is no matter: the pool below, and the drive.
  const poolUnreadable: Reading = [
    { table: 'thing', device: { ...device, liesOn: ['Disk 1', 'Disk 2'] }, error: gone },
  ];
  expect(lab([...disk(1), ...disk(2), ...poolUnreadable])(3600)).toEqual(bothExplained);
  const diskUnreadable: Reading = [{ table: 'thing', device: { id: 'Disk 1', name: 'Disk 1' }, error: gone }];
  expect(lab([...diskUnreadable, ...disk(2), ...pool], [...diskUnreadable, ...disk(2)])(7 * 24 * 3600)).toContain(
    'Disk 1: no longer present',
  );
  // A member that was gone long before belongs to what became of the pool.
  const degraded = lab([...disk(2), ...pool]);
  expect(degraded(3600, ...disk(2))).toEqual(['(Disk 1: no longer present)', 'Thing: no longer present']);
});

test('that a device is gone waits for what is built of it to be read, for a minute and a half', () => {
  const disk = { id: 'Disk 1', name: 'Disk' };
  const drives: typeof collector = { ...collector, id: 'drives' };
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
  const lab = ({ goneAt, liesOn = 'Disk 1' }: { goneAt: number; liesOn?: string }) => {
    const state = new MutableAgentState('mqtt://127.0.0.1:1883');
    state.broker.connected = true;
    state.add(drives);
    state.add(collector);
    const record = (to: typeof collector, observations: Reading, second: number) =>
      state.record(to, { ok: true, observations, at: at(second), seconds: 0.1 });
    record(drives, [{ table: 'thing', device: disk, reading: {} }], 0);
    const pool = (note: string, more = {}): Reading => [
      { table: 'thing', device: { ...device, liesOn: [liesOn], ...more }, reading: { note } },
    ];
    record(collector, pool(''), 40);
    record(drives, [], goneAt);
    return {
      now: () =>
        findProblems([drives, collector], agent, state, undefined, 0).map(
          ({ text, explainedBy }) => `${text}${explainedBy === undefined ? '' : ' (explained)'}`,
        ),
      readPool: (note: string, second: number) => record(collector, pool(note, { goneBelow: [liesOn] }), second),
      readWholePool: (second: number) => record(collector, pool(''), second),
      failToReadPool: (second: number) =>
        state.record(collector, { ok: false, error: 'no', at: at(second), seconds: 0.1 }),
      readDrives: (second: number) => record(drives, [], second),
    };
  };
  const explained = lab({ goneAt: 90 });
  expect(explained.now()).toEqual([]);
  explained.readPool('blaming:degraded', 100);
  expect(explained.now()).toEqual(['no longer present (explained)', 'blaming text']);
  const unexplained = lab({ goneAt: 90 });
  unexplained.readPool('', 100);
  expect(unexplained.now()).toEqual(['no longer present']);
  // The pool has it again before it is read itself.
  explained.readWholePool(110);
  expect(explained.now()).toEqual([]);
  explained.readDrives(120);
  expect(explained.now()).toEqual(['no longer present']);
  const unread = lab({ goneAt: 90 });
  unread.failToReadPool(100);
  expect(unread.now()).toEqual(['no']);
  unread.readDrives(179);
  expect(unread.now()).toEqual(['no']);
  unread.readDrives(181);
  expect(unread.now()).toContain('no longer present');
  // The pool was read after the drive; nothing is built of it; the clock was set back by an hour since.
  expect(lab({ goneAt: 40 }).now()).toEqual(['no longer present']);
  expect(lab({ goneAt: 90, liesOn: 'Disk 2' }).now()).toEqual(['no longer present']);
  const setBack = lab({ goneAt: 3640 });
  setBack.readDrives(50);
  setBack.readPool('', 45);
  expect(setBack.now()).toEqual(['no longer present']);
});

test('what explains what is reached through a device says nothing of the device itself', () => {
  const beyond = { id: 'beyond', name: 'Beyond', reachedThrough: 'Thing 1' };
  const lost = (note: string): Reading => [
    { table: 'thing', device, reading: { note } },
    { table: 'thing', device: beyond, error: gone },
    { table: 'part', device, part, error: gone },
  ];
  expect(told(after(lost('line'))).sort()).toEqual(['(Beyond: gone)', 'Thing Part /mnt: gone', 'Thing: line text']);
  expect(told(after(lost('hot:outage'))).sort()).toEqual(['Beyond: gone', 'Thing Part /mnt: gone', 'Thing: hot text']);
});

test('what is beyond the gateway is explained by the device that is the gateway', () => {
  const gateway = { ...device, isGateway: true } as const;
  const beyond = { id: 'beyond', name: 'Beyond', isBeyondGateway: true } as const;
  const wrongWith = (one: Device) => {
    const readings = [
      { table: 'thing' as const, device: one, reading: { level: 1, note: 'line:outage' } },
      { table: 'thing' as const, device: beyond, reading: { level: 1, note: 'hot:outage' } },
    ];
    return list(after(readings))
      .map(({ subject, explainedBy }) => [subject, explainedBy])
      .sort();
  };
  expect(wrongWith(gateway)).toEqual([
    ['Beyond', 'probe/thing_1/line'],
    ['Thing', undefined],
  ]);
  expect(wrongWith(device)).toEqual([
    ['Beyond', undefined],
    ['Thing', undefined],
  ]);
});

test('what is worse than a device that can’t be read is told beside it', () => {
  const state = after(thing('risk:data_at_risk'), [{ table: 'thing', device, error: gone }]);
  expect(told(state)).toEqual(['Thing: risk text?', 'Thing: gone']);
});

test('of two findings that explain the whole device, one is told', () => {
  const state = after(thing('gone'), [{ table: 'thing', device, error: gone }]);
  expect(
    list(state)
      .filter(({ explainedBy }) => explainedBy === undefined)
      .map(({ key }) => key),
  ).toEqual(['gone']);
});

test('a part that can’t be read while its device can', () =>
  expect(told(after([...thing(''), { table: 'part', device, part, error: gone }]))).toEqual(['Thing Part /mnt: gone']));

test('a part that vanished is no problem, a device is where its table says so', () => {
  expect(told(after([...thing(''), { table: 'part', device, part, reading: {} }], thing('')))).toEqual([]);
  expect(list(after(thing(''), []))).toMatchObject([
    { key: 'missing', severity: 'outage', text: 'no longer present', since: minute(1) },
  ]);
});

test('an excluded entry is no problem; a complaint without a device is', () =>
  expect(told(after([{ table: 'thing', device, excluded: true }, { complaint: 'thing 2 is not there' }]))).toEqual([
    'Probe: thing 2 is not there',
  ]));

test('a complaint keeps its beginning while its text changes, and has one id', () => {
  const state = after([{ complaint: 'no Z; found: A', key: 'Z' }], [{ complaint: 'no Z; found: A, B', key: 'Z' }]);
  expect(list(state)).toMatchObject([{ id: 'probe/complaint_z', text: 'no Z; found: A, B', since: minute(0) }]);
});

test('a collector that fails from the start has failed since the start', () => {
  const state = after();
  for (const count of [1, 2]) state.record(collector, { ok: false, error: 'broken', at: minute(count), seconds: 1 });
  expect(list(state)).toMatchObject([{ id: 'probe/unreadable', since: agent.startedAt }]);
});

test('a reading that does not end is a problem of its collector', () => {
  const state = after(thing(''));
  state.setNextRun('probe', minute(1), 60_000);
  expect(findProblems([collector], agent, state, undefined, 60_000 + 15_000)).toEqual([]);
  expect(findProblems([collector], agent, state, undefined, 60_000 + 15_001)).toMatchObject([
    { id: 'probe/overdue', place: 'collector', severity: 'degraded', since: minute(1) },
  ]);
});

test('what was wrong with a part that vanished is over', () => {
  const full = { table: 'part' as const, device, part, error: gone };
  expect(told(after([...thing(''), full], thing('')))).toEqual([]);
});

test('a missing broker explains the error of a lab-wide collector', () => {
  const state = after([]);
  state.record(collector, { ok: false, error: 'deaf', at: minute(1), seconds: 1 });
  const explained = () =>
    findProblems([{ ...collector, scope: 'lab' }], agent, state).map(({ subject, explainedBy }) => [
      subject,
      explainedBy,
    ]);
  expect(explained()).toEqual([['Probe', undefined]]);
  state.broker.connected = false;
  expect(explained()).toEqual([
    ['Broker mqtt://127.0.0.1:1883', undefined],
    ['Probe', 'broker'],
  ]);
});

test('reported is what certainly lasts, is a fault, and explains itself', () => {
  const one = { ...(list(after(thing('hot:degraded')))[0] as ReturnType<typeof list>[number]) };
  expect(isReportableProblem(one)).toBe(true);
  expect(isReportableProblem({ ...one, certain: false })).toBe(false);
  expect(isReportableProblem({ ...one, severity: 'notice' })).toBe(false);
  expect(isReportableProblem({ ...one, explainedBy: 'x' })).toBe(false);
});

const restoredHot = {
  path: 'probe/thing_1',
  subject: 'Thing',
  finding: {
    key: 'hot',
    severity: 'degraded' as const,
    text: 'hot long ago',
    since: new Date('2025-12-01'),
    isCertain: true,
  },
  toldSeverity: 'degraded' as const,
};

test('a problem of an earlier process goes on: its beginning, its text, and that it was told', () => {
  const state = after();
  state.problemMemory.restore([restoredHot], minute(0));
  state.record(collector, { ok: true, observations: thing('hot:degraded'), at: minute(1), seconds: 1 });
  expect(list(state)).toMatchObject([{ text: 'hot long ago', since: new Date('2025-12-01') }]);
  expect(state.toldProblems.get('probe/thing_1/hot')).toMatchObject({ severity: 'degraded' });
});

test('what was told stays told at its worst, whatever the broker retains of an earlier time', () => {
  const state = after();
  const told = () => [...state.toldProblems].map(([id, { severity, serialNumber }]) => [id, severity, serialNumber]);
  state.problemMemory.restore([{ ...restoredHot, serialNumber: 'S4EV', toldSeverity: 'outage' }], minute(0));
  state.problemMemory.restore([restoredHot], minute(0));
  expect(told()).toEqual([['probe/thing_1/hot', 'outage', 'S4EV']]);
  state.problemMemory.restore([{ ...restoredHot, toldSeverity: 'data_at_risk' }], minute(0));
  expect(told()).toEqual([['probe/thing_1/hot', 'data_at_risk', undefined]]);
});

test('also when the broker tells of it only after the first reading', () => {
  const state = after(thing('hot:degraded'));
  state.problemMemory.restore([restoredHot], minute(0));
  expect(list(state)).toMatchObject([{ since: new Date('2025-12-01') }]);
  state.record(collector, { ok: true, observations: thing('hot:degraded'), at: minute(1), seconds: 1 });
  expect(list(state)).toMatchObject([{ text: 'hot long ago', since: new Date('2025-12-01') }]);
});

test('a problem of an earlier process that is over begins anew', () => {
  const state = after();
  state.problemMemory.restore([restoredHot], minute(0));
  for (const note of ['', 'hot:degraded'])
    state.record(collector, { ok: true, observations: thing(note), at: minute(2), seconds: 1 });
  expect(list(state)).toMatchObject([{ text: 'hot text', since: minute(2) }]);
});

test('a beginning in the future is now', () => {
  const state = after();
  const future = { ...restoredHot, finding: { ...restoredHot.finding, since: new Date('2038-01-19') } };
  state.problemMemory.restore([future], minute(0));
  state.record(collector, { ok: true, observations: thing('hot:degraded'), at: minute(1), seconds: 1 });
  expect(list(state)).toMatchObject([{ since: minute(0) }]);
});

test('a device that could not be read, or was missing, before the start is one problem if it can’t be read now', () => {
  const restored = (key: string) => ({
    ...restoredHot,
    finding: { ...restoredHot.finding, key, text: `${key} long ago` },
  });
  const state = after();
  state.problemMemory.restore([restored('unreadable'), restored('missing')], minute(0));
  const observations = [{ table: 'thing' as const, device, error: gone }];
  for (const at of [minute(1), minute(2)]) state.record(collector, { ok: true, observations, at, seconds: 1 });
  expect(list(state)).toMatchObject([{ text: 'gone', key: 'unreadable', since: new Date('2025-12-01') }]);
});

test('what was missing before the start is still, until it is forgotten', () => {
  const state = after();
  const missing = { ...restoredHot, finding: { ...restoredHot.finding, key: 'missing', text: 'no longer present' } };
  state.problemMemory.restore([missing], minute(0));
  state.record(collector, { ok: true, observations: [], at: minute(1), seconds: 1 });
  expect(told(state)).toEqual(['Thing: no longer present']);
  state.forgetDevice('thing_1');
  expect(told(state)).toEqual([]);
});

test('what was built of devices and is gone with them since before the start explains it by what is remembered', () => {
  const memory = {
    parse: (content: unknown) => content as string[],
    merge: (ours: string[]) => ours,
    liesOn: (content: string[]) => content,
  };
  const building = { ...collector, memory };
  const state = new MutableAgentState('mqtt://127.0.0.1:1883');
  state.broker.connected = true;
  state.memoryStore.forCollector(building);
  state.add(building);
  state.memoryStore.load(new Map([['probe/thing_1', '["Disk 1", "Disk 2"]']]), ['probe']);
  const announced = ['Thing', 'Disk'].map((name) => ({ path: `probe/${name.toLowerCase()}_1`, name }));
  state.problemMemory.restoreAnnounced(announced, minute(0));
  const read = (observations: Reading, at = minute(1)) => {
    state.record(building, { ok: true, observations, at, seconds: 1 });
    return findProblems([building], agent, state)
      .map(({ subject, explainedBy }) => (explainedBy === undefined ? subject : `(${subject})`))
      .sort();
  };
  const second: Reading = [
    { table: 'thing', device: { id: 'Disk 2', name: 'Disk 2' }, reading: { note: 'hot:notice' } },
  ];
  expect(read(second)).toEqual(['(Disk)', 'Disk 2', 'Thing']);
  expect(read([])).toEqual(['(Disk 2)', '(Disk 2)', '(Disk)', 'Thing']);
  read(second, minute(60));
  expect(read([], minute(61))).toEqual(['(Disk 2)', '(Disk)', 'Disk 2', 'Thing']);
  expect(read(thing(''), minute(62))).toEqual(['(Disk 2)', 'Disk', 'Disk 2']);
});

test('what was announced before the start and is not there has vanished, unless the user removes it', () => {
  const state = after();
  const announced = { path: 'probe/thing_1', name: 'Thing', serialNumber: 'S4' };
  const read = (...observations: Reading) =>
    state.record(collector, { ok: true, observations, at: minute(5), seconds: 1 });
  state.problemMemory.restoreAnnounced([announced, { path: 'retired/x', name: 'X' }], minute(1));
  state.problemMemory.restoreAnnounced([announced], minute(2));
  expect(list(state)).toEqual([]);
  read();
  expect(list(state)).toMatchObject([
    {
      id: 'probe/thing_1/missing',
      cause: 'S4/missing',
      subject: 'Thing',
      serialNumber: 'S4',
      severity: 'outage',
      text: 'no longer present',
      since: minute(1),
      certain: true,
    },
  ]);
  read(...thing(''));
  expect(list(state)).toEqual([]);
  const next = after([]);
  next.problemMemory.restoreAnnounced([announced], minute(1));
  next.forgetDevice('thing_1');
  expect(list(next)).toEqual([]);
});

test('a complaint keeps its beginning over a restart', () => {
  const state = after();
  const finding = { ...restoredHot.finding, key: 'complaint_z' };
  state.problemMemory.restore([{ ...restoredHot, path: 'probe', finding }], minute(0));
  const complain = (...observations: Reading) =>
    state.record(collector, { ok: true, observations, at: minute(5), seconds: 1 });
  const complaint = { complaint: 'there is no Z', key: 'Z' };
  for (const _ of [1, 2]) complain(complaint);
  expect(list(state)).toMatchObject([{ text: 'there is no Z', since: new Date('2025-12-01') }]);
  complain();
  complain(complaint);
  expect(list(state)).toMatchObject([{ since: minute(5) }]);
});

test('problems of the broker and of a whole collector say their language, if they are in words of ours', () => {
  const inGerman: Language = { ...germanNamesAndPageTexts, collectorTexts: { probe: {} } };
  const languagesIn = (language: Language | undefined, record: (state: MutableAgentState) => void) => {
    const state = new MutableAgentState('mqtt://127.0.0.1:1883', language);
    state.add(collector);
    state.broker.connected = true;
    record(state);
    return findProblems([collector], agent, state, language).map((problem) => problem.language);
  };
  const complain = (complaint: ObservationOrComplaint<Probes>) => (state: MutableAgentState) =>
    void state.record(collector, { ok: true, observations: [complaint], at: minute(0), seconds: 0 });
  const fail = (more: object) => (state: MutableAgentState) =>
    void state.record(collector, { ok: false, error: 'gone', at: minute(0), seconds: 0, ...more });
  const failAgain = (state: MutableAgentState) => {
    fail({ wording: () => 'fort' })(state);
    fail({})(state);
  };
  const cases: [record: (state: MutableAgentState) => void, language: string | undefined][] = [
    [fail({ timedOutAfter: 10 }), 'de'],
    [fail({ wording: () => 'fort' }), 'de'],
    [fail({ wording: 'ENOENT' }), undefined],
    [fail({}), undefined],
    [failAgain, undefined],
    [complain({ complaint: () => 'es fehlt' }), 'de'],
    [complain({ complaint: 'ENOENT' }), undefined],
    [(state) => state.setNextRun('probe', minute(0), -1e9), 'de'],
    [
      (state) => {
        state.broker.connected = false;
      },
      'de',
    ],
  ];
  for (const [record, language] of cases) {
    expect(languagesIn(inGerman, record)).toEqual([language]);
    expect(languagesIn(undefined, record)).toEqual([undefined]);
  }
  // A collector without texts in German speaks English.
  const withoutTexts = { ...inGerman, collectorTexts: {} };
  expect(languagesIn(withoutTexts, fail({ wording: () => 'gone' }))).toEqual([undefined]);
});
