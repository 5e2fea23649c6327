import { expect, test } from 'vitest';
import { LoginLockout, loginLockoutMemoryFormat } from '../../src/lib/login-lockout.ts';

const hour = 3_600_000;
const start = Date.parse('2026-11-25T12:00:00Z');

/** The lockout of one process, whose clock starts at `wall` and can be set. */
function startProcess(wall = start, pauses = { hoursPerLogin: 12, retryMinutes: [2, 10, 60] }) {
  const moment = { wall, monotonic: 0 };
  return {
    lockout: new LoginLockout({ mark: 'mark', clock: () => moment, ...pauses }),
    pass(hours: number) {
      moment.wall += hours * hour;
      moment.monotonic += hours * hour;
    },
    set(to: number) {
      moment.wall = to;
    },
  };
}
const refused = (until: number, logins = 2, mark = 'mark') => ({
  refused_login: { mark, reason: 'the box refused the login', logins, until },
});

test('a stored refusal starts a lockout whenever it is loaded', () => {
  const { lockout, pass } = startProcess();
  expect(lockout.isActive).toBe(false);
  lockout.recall(refused(start + 20 * hour));
  expect([lockout.isActive, lockout.endsAt]).toEqual([true, new Date(start + 20 * hour)]);
  expect(lockout.memory).toEqual(refused(start + 20 * hour));
  pass(20.01);
  expect(lockout.isActive).toBe(false);
});

test('of a current and a stored refusal the longer one counts', () => {
  const { lockout } = startProcess();
  lockout.addRefusal('the box refused the login', 1);
  lockout.recall(refused(start + 40 * hour, 4));
  expect([lockout.endsAt, lockout.memory.refused_login?.logins]).toEqual([new Date(start + 40 * hour), 4]);
  lockout.recall(refused(start + 2 * hour, 1));
  expect(lockout.endsAt).toEqual(new Date(start + 40 * hour));
});

test('a stored refusal is ignored once the login was accepted or the user asked for an attempt', () => {
  const accepted = startProcess();
  accepted.lockout.clear();
  accepted.lockout.recall(refused(start + 20 * hour));
  expect([accepted.lockout.isActive, accepted.lockout.memory]).toEqual([false, {}]);
  const pressed = startProcess();
  pressed.lockout.recall(refused(start + 20 * hour));
  pressed.lockout.endPause();
  pressed.lockout.recall(refused(start + 20 * hour));
  expect(pressed.lockout.isActive).toBe(false);
  pressed.lockout.addRefusal('the box refused the login', 1);
  expect(pressed.lockout.endsAt).toEqual(new Date(start + 36 * hour));
});

test('a clock that is years ahead at the start neither ends the lockout nor shortens the stored one', () => {
  const { lockout, set, pass } = startProcess(start + 20 * 8766 * hour);
  lockout.recall(refused(start + 20 * hour));
  expect([lockout.isActive, lockout.memory]).toEqual([true, refused(start + 20 * hour)]);
  pass(0.1);
  set(start + 0.1 * hour);
  expect([lockout.isActive, lockout.endsAt]).toEqual([true, new Date(start + 20 * hour)]);
  pass(19.8);
  expect(lockout.isActive).toBe(true);
  pass(0.2);
  expect(lockout.isActive).toBe(false);
});

test('a clock that starts in 1970 does not lengthen the lockout', () => {
  const { lockout, pass } = startProcess(0);
  lockout.recall(refused(start + 20 * hour));
  pass(23.9);
  expect(lockout.isActive).toBe(true);
  pass(0.2);
  expect(lockout.isActive).toBe(false);
});

test('a stored lockout that is over ends an hour after the start', () => {
  const { lockout, pass } = startProcess();
  lockout.recall(refused(start - hour));
  expect(lockout.isActive).toBe(true);
  pass(1.01);
  expect(lockout.isActive).toBe(false);
});

test('of two memories the longer refusal of a login counts, and only that of the current credentials', () => {
  const [short, long, otherLogin] = [
    refused(start, 1),
    refused(start + hour, 3),
    refused(start + 9 * hour, 3, 'other'),
  ];
  expect([
    loginLockoutMemoryFormat.merge(short, long),
    loginLockoutMemoryFormat.merge(long, short),
    loginLockoutMemoryFormat.merge({}, long),
    loginLockoutMemoryFormat.merge(long, {}),
    loginLockoutMemoryFormat.merge({}, {}),
  ]).toEqual([long, long, long, long, {}]);
  expect(loginLockoutMemoryFormat.merge(short, otherLogin)).toEqual(short);
  expect([
    loginLockoutMemoryFormat.parse({}),
    loginLockoutMemoryFormat.parse({ refused_login: { mark: 1 } }),
    loginLockoutMemoryFormat.parse([]),
    loginLockoutMemoryFormat.parse(refused(start, 1e9)),
  ]).toEqual([{}, undefined, undefined, undefined]);
});

test('each refusal in a row lengthens the lockout by all logins before it', () => {
  const { lockout, pass } = startProcess();
  const lengths: number[] = [];
  for (const logins of [1, 1, 2]) {
    const { endsAt: from = new Date(start) } = lockout;
    expect(lockout.isActive, from.toISOString()).toBe(false);
    lockout.addRefusal('no', logins);
    let hours = 0;
    while (lockout.isActive) {
      pass(1);
      hours += 1;
    }
    lengths.push(hours);
  }
  expect([lengths, lockout.refusals]).toEqual([[12, 24, 48], 4]);
});

test('an accepted login that is refused is tried again soon, three times, before the long lockout', () => {
  const { lockout, pass } = startProcess();
  lockout.accept();
  const minutes: number[] = [];
  for (let time = 0; time < 5; time += 1) {
    lockout.addRefusal('no');
    expect(lockout.refusal).toEqual({ reason: 'no', isRetriedSoon: time < 3, acceptedAt: new Date(start) });
    minutes.push(Math.round(((lockout.endsAt?.getTime() ?? 0) - start) / 60_000));
    lockout.endPause();
    expect([lockout.isActive, lockout.endsAt]).toEqual([false, undefined]);
  }
  expect(minutes).toEqual([2, 10, 60, 12 * 60, 24 * 60]);
  pass(1);
  lockout.accept();
  expect([lockout.refusal, lockout.isActive]).toEqual([undefined, false]);
  lockout.addRefusal('no');
  expect(lockout.refusal).toMatchObject({ isRetriedSoon: true, acceptedAt: new Date(start + hour) });
  lockout.clear();
  expect([lockout.refusal, lockout.isActive]).toEqual([undefined, false]);
});

test('without an end of its own it lasts until the login is accepted, the user wants an attempt, or the credentials change', () => {
  const lasting = () => startProcess(start, { hoursPerLogin: Number.POSITIVE_INFINITY, retryMinutes: [] });
  const first = lasting();
  first.lockout.addRefusal('no');
  first.pass(100_000);
  expect([first.lockout.isActive, first.lockout.endsAt]).toEqual([true, undefined]);
  first.lockout.endPause();
  expect(first.lockout.isActive).toBe(false);
  const second = lasting();
  second.lockout.recall(refused(Number.POSITIVE_INFINITY, 1, 'other'));
  expect(second.lockout.isActive).toBe(false);
  second.lockout.recall(refused(Number.POSITIVE_INFINITY, 1));
  second.pass(100_000);
  expect(second.lockout.isActive).toBe(true);
  second.lockout.accept();
  expect(second.lockout.isActive).toBe(false);
});
