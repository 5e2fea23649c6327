import { expect, test } from 'vitest';
import { LoginLockout, lockoutMemoryFormat } from '../../../../src/collectors/router/tr064/login-lockout.ts';

const hour = 3_600_000;
const start = Date.parse('2026-11-25T12:00:00Z');

/** The lockout of one process, whose clock starts at `wall` and can be set. */
function startProcess(wall = start) {
  const moment = { wall, monotonic: 0 };
  return {
    lockout: new LoginLockout(() => moment, 'mark'),
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
  pressed.lockout.skipWait();
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
    lockoutMemoryFormat.merge(short, long),
    lockoutMemoryFormat.merge(long, short),
    lockoutMemoryFormat.merge({}, long),
    lockoutMemoryFormat.merge(long, {}),
    lockoutMemoryFormat.merge({}, {}),
  ]).toEqual([long, long, long, long, {}]);
  expect(lockoutMemoryFormat.merge(short, otherLogin)).toEqual(short);
  expect([
    lockoutMemoryFormat.parse({}),
    lockoutMemoryFormat.parse({ refused_login: { mark: 1 } }),
    lockoutMemoryFormat.parse([]),
    lockoutMemoryFormat.parse(refused(start, 1e9)),
  ]).toEqual([{}, undefined, undefined, undefined]);
});
