import { expect, test } from 'vitest';
import { parseUptimeSeconds } from '../../../../src/collectors/router/igd/wan-fields.ts';
import { CounterUnwrapper, WanTrafficMeter } from '../../../../src/collectors/router/igd/wan-traffic-meter.ts';
import { SoapFields } from '../../../../src/lib/upnp/soap.ts';

const range = 2 ** 32;

test.each([
  ['86400', 86_400],
  ['0 Days, 01:00:00', 3600],
  ['2 days 00:00:01', 172_801],
  ['01:02:03', 3723],
  ['1789000000', undefined],
  ['-5', undefined],
  ['', undefined],
  ['soon', undefined],
  [undefined, undefined],
])('uptime %s', (text, seconds) => expect(parseUptimeSeconds(text)).toBe(seconds));

test('a 32-bit counter continues after each wrap-around', () => {
  const unwrap = new CounterUnwrapper();
  const maxGrowth = 1e9;
  expect(
    [range - 100, 50, 80, range - 1, 7].map((count, index) =>
      unwrap.unwrap(count, false, index === 3 ? range : maxGrowth),
    ),
  ).toEqual([range - 100, range + 50, range + 80, 2 * range - 1, 2 * range + 7]);
});

test('a counter starts again after a reset, or after a fall that the line cannot explain', () => {
  const reset = new CounterUnwrapper();
  expect([reset.unwrap(range - 100, false, 1e9), reset.unwrap(50, true, 1e9)]).toEqual([range - 100, 50]);
  const slow = new CounterUnwrapper();
  expect([slow.unwrap(1_000_000, false, 1e6), slow.unwrap(50, false, 1e6)]).toEqual([1_000_000, 50]);
  const wide = new CounterUnwrapper();
  expect([wide.unwrap(range + 5, false, 1e9), wide.unwrap(3, false, 1e9)]).toEqual([range + 5, 3]);
  expect(new CounterUnwrapper().unwrap(undefined, false, 1)).toBeUndefined();
});

const answersOf = (values: Record<string, string>, lineBytesPerSecond?: number) => ({
  addon: new SoapFields(Object.entries(values)),
  single: undefined,
  lineBytesPerSecond,
});

test('64-bit totals take precedence over 32-bit ones', () => {
  const addon = answersOf({
    NewTotalBytesReceived: '5',
    NewX_AVM_DE_TotalBytesReceived64: '99999999999',
    NewByteReceiveRate: '1000',
  });
  expect(new WanTrafficMeter().read(addon, addon, 10)).toMatchObject({
    received: 99_999_999_999,
    receivedPerSecond: 1000,
    sent: undefined,
  });
});

test('a router that counts nothing and measures no rate has no values', () => {
  const zeros = answersOf({
    NewTotalBytesReceived: '0',
    NewTotalBytesSent: '0',
    NewByteReceiveRate: '0',
    NewByteSendRate: '0',
  });
  const counter = new WanTrafficMeter();
  const nothing = { received: undefined, sent: undefined, receivedPerSecond: undefined, sentPerSecond: undefined };
  expect([counter.read(zeros, zeros, 1), counter.read(zeros, zeros, 31)]).toEqual([nothing, nothing]);
});

test('a router whose own rates stay at zero has the mean rates of its counters', async () => {
  const counter = new WanTrafficMeter();
  const count = (bytes: number) =>
    answersOf({
      NewX_AVM_DE_TotalBytesReceived64: String(bytes),
      NewX_AVM_DE_TotalBytesSent64: '1',
      NewByteReceiveRate: '0',
      NewByteSendRate: '0',
    });
  expect(counter.read(count(1000), count(1000), 1).receivedPerSecond).toBeUndefined();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(counter.read(count(1_001_000), count(1_001_000), 2).receivedPerSecond).toBeGreaterThan(1000);
});

const totalsOf = (bytes: number) =>
  answersOf({ NewTotalBytesReceived: String(bytes), NewTotalBytesSent: String(bytes) });

test('a reset of the router resets its totals instead of wrapping them around', () => {
  const counter = new WanTrafficMeter();
  expect(counter.read(totalsOf(range - 100), totalsOf(1000), 86_400)).toMatchObject({
    received: range - 100,
    sent: 1000,
  });
  expect(counter.read(totalsOf(50), totalsOf(20), 30)).toMatchObject({
    received: 50,
    sent: 20,
    receivedPerSecond: undefined,
    sentPerSecond: undefined,
  });
});

test('a router that keeps running keeps its totals after a wrap-around', async () => {
  const counter = new WanTrafficMeter();
  counter.read(totalsOf(range - 100), totalsOf(1000), 86_400);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(counter.read(totalsOf(50), totalsOf(1020), 86_430)).toMatchObject({ received: range + 50, sent: 1020 });
  // A router without an uptime may have been reset: a plausible growth counts as a wrap-around.
  const withoutUptime = new WanTrafficMeter();
  withoutUptime.read(totalsOf(range - 100), totalsOf(1000), undefined);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(withoutUptime.read(totalsOf(50), totalsOf(1020), undefined)).toMatchObject({ received: range + 50 });
});

test('a rate of zero is valid only after the router has measured another one', () => {
  const rates = (rate: string) => ({
    addon: new SoapFields(Object.entries({ NewByteReceiveRate: rate, NewByteSendRate: rate })),
    single: undefined,
    lineBytesPerSecond: undefined,
  });
  const counter = new WanTrafficMeter();
  expect(counter.read(rates('0'), rates('0'), 1)).toMatchObject({ receivedPerSecond: undefined });
  expect(counter.read(rates('500'), rates('7'), 2)).toMatchObject({ receivedPerSecond: 500, sentPerSecond: 7 });
  expect(counter.read(rates('0'), rates('0'), 3)).toMatchObject({ receivedPerSecond: 0, sentPerSecond: 0 });
});
