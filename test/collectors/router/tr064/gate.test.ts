import { expect, test } from 'vitest';
import { LoginLockout, lockoutMemoryRules } from '../../../../src/collectors/router/tr064/login-lockout.ts';

const hour = 3_600_000;
const start = Date.parse('2026-11-25T12:00:00Z');

/** Gates of one process, whose clock begins here, and may be set. */
function process(wall = start) {
  const moment = { wall, monotonic: 0 };
  return {
    gate: new LoginLockout(() => moment, 'mark'),
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

test('what a broker remembers shuts the gate, whenever it comes', () => {
  const { gate, pass } = process();
  expect(gate.isActive).toBe(false);
  gate.recall(refused(start + 20 * hour));
  expect([gate.isActive, gate.endsAt]).toEqual([true, new Date(start + 20 * hour)]);
  expect(gate.memory).toEqual(refused(start + 20 * hour));
  pass(20.01);
  expect(gate.isActive).toBe(false);
});

test('of what was refused here and what is remembered the longer counts', () => {
  const { gate } = process();
  gate.addRefusal('the box refused the login', 1);
  gate.recall(refused(start + 40 * hour, 4));
  expect([gate.endsAt, gate.memory.refused_login?.logins]).toEqual([new Date(start + 40 * hour), 4]);
  gate.recall(refused(start + 2 * hour, 1));
  expect(gate.endsAt).toEqual(new Date(start + 40 * hour));
});

test('what this process knows better is not undone: the login was taken, or the user wants it tried', () => {
  const taken = process();
  taken.gate.end();
  taken.gate.recall(refused(start + 20 * hour));
  expect([taken.gate.isActive, taken.gate.memory]).toEqual([false, {}]);
  const pressed = process();
  pressed.gate.recall(refused(start + 20 * hour));
  pressed.gate.skipWait();
  pressed.gate.recall(refused(start + 20 * hour));
  expect(pressed.gate.isActive).toBe(false);
  pressed.gate.addRefusal('the box refused the login', 1);
  expect(pressed.gate.endsAt).toEqual(new Date(start + 36 * hour));
});

test('a clock that is years ahead at the start neither opens the gate nor shortens what is remembered', () => {
  const { gate, set, pass } = process(start + 20 * 8766 * hour);
  gate.recall(refused(start + 20 * hour));
  expect([gate.isActive, gate.memory]).toEqual([true, refused(start + 20 * hour)]);
  pass(0.1);
  set(start + 0.1 * hour);
  expect([gate.isActive, gate.endsAt]).toEqual([true, new Date(start + 20 * hour)]);
  pass(19.8);
  expect(gate.isActive).toBe(true);
  pass(0.2);
  expect(gate.isActive).toBe(false);
});

test('a clock that begins in 1970 shuts it for no longer than the refusals cost', () => {
  const { gate, pass } = process(0);
  gate.recall(refused(start + 20 * hour));
  pass(23.9);
  expect(gate.isActive).toBe(true);
  pass(0.2);
  expect(gate.isActive).toBe(false);
});

test('one that is over is believed to be so when the clock has had its hour', () => {
  const { gate, pass } = process();
  gate.recall(refused(start - hour));
  expect(gate.isActive).toBe(true);
  pass(1.01);
  expect(gate.isActive).toBe(false);
});

test('two memories: the longer refusal of one login, and that of the credentials in use', () => {
  const [short, long, other] = [refused(start, 1), refused(start + hour, 3), refused(start + 9 * hour, 3, 'other')];
  expect([
    lockoutMemoryRules.merge(short, long),
    lockoutMemoryRules.merge(long, short),
    lockoutMemoryRules.merge({}, long),
    lockoutMemoryRules.merge(long, {}),
    lockoutMemoryRules.merge({}, {}),
  ]).toEqual([long, long, long, long, {}]);
  expect(lockoutMemoryRules.merge(short, other)).toEqual(short);
  expect([
    lockoutMemoryRules.parse({}),
    lockoutMemoryRules.parse({ refused_login: { mark: 1 } }),
    lockoutMemoryRules.parse([]),
    lockoutMemoryRules.parse(refused(start, 1e9)),
  ]).toEqual([{}, undefined, undefined, undefined]);
});
