import { expect, test } from 'vitest';
import type { WanReading } from '../../../src/collectors/router/reading.ts';
import { EndedOutageDetector, RouterEventDetector } from '../../../src/collectors/router/router-events.ts';

const start = Date.parse('2026-01-02T03:00:00Z');
const moment = (seconds: number, jump = 0) => ({
  wall: start + seconds * 1000 + jump,
  monotonic: 5_000_000 + seconds * 1000,
});
const at = (seconds: number) => new Date(start + seconds * 1000);
const up = (uptime: number, more: WanReading = {}): { reachable: boolean; wan: WanReading } => ({
  reachable: true,
  wan: { status: 'connected', link: true, uptime, ipv4: '198.51.100.1', ...more },
});

test('a continuing connection has no events, even if its uptime is rounded or the clock is set', () => {
  const detector = new RouterEventDetector();
  for (const [seconds, uptime, jump] of [
    [0, 100, 0],
    [30, 120, 0],
    [60, 180, 0],
    [90, 185, 3_600_000],
    [120, 215, -86_400_000],
  ] as const)
    expect(detector.detect(up(uptime), moment(seconds, jump))).toEqual([]);
  expect(detector.connectedSince(moment(120))).toEqual(at(-100));
});

test('a reconnect between two readings, with a new address', () => {
  const detector = new RouterEventDetector();
  detector.detect(up(5000), moment(0));
  expect(detector.detect(up(12, { ipv4: '198.51.100.2' }), moment(30))).toEqual([
    {
      type: 'reconnect',
      at: at(30),
      reason: 'uptime_fell, address_changed',
      ipv4: '198.51.100.2',
      ipv4_before: '198.51.100.1',
    },
  ]);
  expect(detector.connectedSince(moment(30))).toEqual(at(18));
  // The uptime is longer than before, but the connection is new: both were short.
  expect(detector.detect(up(20, { ipv4: '198.51.100.2' }), moment(300))).toMatchObject([
    { type: 'reconnect', reason: 'uptime_fell' },
  ]);
});

test('only a new address or prefix', () => {
  const detector = new RouterEventDetector();
  detector.detect(up(100, { prefix: '2001:db8:1::/56' }), moment(0));
  expect(detector.detect(up(130, { ipv4: undefined, prefix: '2001:db8:2::/56' }), moment(30))).toEqual([
    {
      type: 'address_change',
      at: at(30),
      reason: 'address_changed',
      prefix: '2001:db8:2::/56',
      prefix_before: '2001:db8:1::/56',
    },
  ]);
});

test('an outage of the internet connection is reported when it is over, even if the uptime continues', () => {
  const detector = new RouterEventDetector();
  detector.detect(up(1000), moment(0));
  expect(detector.detect({ reachable: true, wan: { link: false } }, moment(30))).toEqual([]);
  expect(detector.detect({ reachable: true, wan: { status: 'disconnected' } }, moment(60))).toEqual([]);
  // The state is unknown while the router does not report it.
  expect(detector.detect({ reachable: undefined }, moment(90))).toEqual([]);
  expect(detector.detect(up(1120), moment(120))).toEqual([
    { type: 'wan_outage', at: at(120), from: at(30), to: at(120), seconds: 90 },
    { type: 'reconnect', at: at(120), reason: 'uptime_fell' },
  ]);
  expect(detector.connectedSince(moment(150))).toEqual(at(120));
});

test('a router that was unreachable and has rebooted', () => {
  const detector = new RouterEventDetector();
  detector.detect({ ...up(1000), bootedAt: at(-5000) }, moment(0));
  detector.detect({ reachable: false }, moment(30));
  expect(detector.detect({ ...up(20), bootedAt: at(40) }, moment(120))).toEqual([
    { type: 'outage', at: at(120), from: at(30), to: at(120), seconds: 90 },
    { type: 'reboot', at: at(120), reason: 'uptime_fell' },
  ]);
});

test('an outage begins with the first reading that saw it; unknown readings change nothing', () => {
  const clock = { wall: 0, monotonic: 5000 };
  const outages = new EndedOutageDetector(() => clock);
  const at = (second: number) => new Date(second * 1000);
  const look = (isUp: boolean | undefined, second: number, jump = 0) => {
    Object.assign(clock, { wall: second * 1000 + jump, monotonic: 5000 + second * 1000 });
    return outages.update(isUp);
  };
  expect(
    [true, false, undefined, false, undefined, true, true, undefined].map((isUp, index) => look(isUp, index)),
  ).toEqual([...Array(5).fill(undefined), { from: at(1), to: at(5), seconds: 4 }, undefined, undefined]);
  // The clock is set meanwhile, 56 years ahead.
  const jump = Date.parse('2026-01-01T00:00:00Z');
  expect(look(false, 100)).toBeUndefined();
  expect(look(true, 160, jump)).toEqual({
    from: new Date(jump + 100_000),
    to: new Date(jump + 160_000),
    seconds: 60,
  });
});
