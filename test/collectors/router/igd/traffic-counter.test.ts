import { expect, test } from 'vitest';
import { CounterUnwrap } from '../../../../src/collectors/router/igd/counter-unwrap.ts';
import { TrafficCounter } from '../../../../src/collectors/router/igd/traffic-counter.ts';
import { parseUptime } from '../../../../src/collectors/router/igd/wan-fields.ts';
import { XmlFields } from '../../../../src/collectors/router/soap/xml-fields.ts';

const width = 2 ** 32;

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
])('uptime %s', (text, seconds) => expect(parseUptime(text)).toBe(seconds));

test('a counter of 32 bits goes on over its end, again and again', () => {
  const widening = new CounterUnwrap();
  const most = 1e9;
  expect(
    [width - 100, 50, 80, width - 1, 7].map((count, index) =>
      widening.unwrap(count, false, index === 3 ? width : most),
    ),
  ).toEqual([width - 100, width + 50, width + 80, 2 * width - 1, 2 * width + 7]);
});

test('what fell because the box began anew, or by more than the line can carry, begins anew', () => {
  const reset = new CounterUnwrap();
  expect([reset.unwrap(width - 100, false, 1e9), reset.unwrap(50, true, 1e9)]).toEqual([width - 100, 50]);
  const slow = new CounterUnwrap();
  expect([slow.unwrap(1_000_000, false, 1e6), slow.unwrap(50, false, 1e6)]).toEqual([1_000_000, 50]);
  const wide = new CounterUnwrap();
  expect([wide.unwrap(width + 5, false, 1e9), wide.unwrap(3, false, 1e9)]).toEqual([width + 5, 3]);
  expect(new CounterUnwrap().unwrap(undefined, false, 1)).toBeUndefined();
});

const told = (values: Record<string, string>, line?: number) => ({
  addon: new XmlFields(Object.entries(values)),
  single: undefined,
  line,
});

test('totals of 64 bits come before those of 32', () => {
  const addon = told({
    NewTotalBytesReceived: '5',
    NewX_AVM_DE_TotalBytesReceived64: '99999999999',
    NewByteReceiveRate: '1000',
  });
  expect(new TrafficCounter().read(addon, addon, 10)).toMatchObject({
    received: 99_999_999_999,
    receivedPerSecond: 1000,
    sent: undefined,
  });
});

test('a box that counts nothing and measures no rate says nothing', () => {
  const zeros = told({
    NewTotalBytesReceived: '0',
    NewTotalBytesSent: '0',
    NewByteReceiveRate: '0',
    NewByteSendRate: '0',
  });
  const meter = new TrafficCounter();
  const nothing = { received: undefined, sent: undefined, receivedPerSecond: undefined, sentPerSecond: undefined };
  expect([meter.read(zeros, zeros, 1), meter.read(zeros, zeros, 31)]).toEqual([nothing, nothing]);
});

test('a box whose own rates stay at zero has the mean of its counter', async () => {
  const meter = new TrafficCounter();
  const count = (bytes: number) =>
    told({
      NewX_AVM_DE_TotalBytesReceived64: String(bytes),
      NewX_AVM_DE_TotalBytesSent64: '1',
      NewByteReceiveRate: '0',
      NewByteSendRate: '0',
    });
  expect(meter.read(count(1000), count(1000), 1).receivedPerSecond).toBeUndefined();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(meter.read(count(1_001_000), count(1_001_000), 2).receivedPerSecond).toBeGreaterThan(1000);
});

const counted = (bytes: number) => told({ NewTotalBytesReceived: String(bytes), NewTotalBytesSent: String(bytes) });

test('a box that began anew begins its totals anew: no end of 32 bits was passed', () => {
  const meter = new TrafficCounter();
  expect(meter.read(counted(width - 100), counted(1000), 86_400)).toMatchObject({ received: width - 100, sent: 1000 });
  expect(meter.read(counted(50), counted(20), 30)).toMatchObject({
    received: 50,
    sent: 20,
    receivedPerSecond: undefined,
    sentPerSecond: undefined,
  });
});

test('a box that goes on goes on over the end of its counter', async () => {
  const meter = new TrafficCounter();
  meter.read(counted(width - 100), counted(1000), 86_400);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(meter.read(counted(50), counted(1020), 86_430)).toMatchObject({ received: width + 50, sent: 1020 });
  // A box that does not say how long it runs may have begun anew: what is plausible counts.
  const silent = new TrafficCounter();
  silent.read(counted(width - 100), counted(1000), undefined);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(silent.read(counted(50), counted(1020), undefined)).toMatchObject({ received: width + 50 });
});

test('a box that measures rates is idle at zero, and does not know them before it has', () => {
  const rates = (rate: string) => ({
    addon: new XmlFields(Object.entries({ NewByteReceiveRate: rate, NewByteSendRate: rate })),
    single: undefined,
    line: undefined,
  });
  const meter = new TrafficCounter();
  expect(meter.read(rates('0'), rates('0'), 1)).toMatchObject({ receivedPerSecond: undefined });
  expect(meter.read(rates('500'), rates('7'), 2)).toMatchObject({ receivedPerSecond: 500, sentPerSecond: 7 });
  expect(meter.read(rates('0'), rates('0'), 3)).toMatchObject({ receivedPerSecond: 0, sentPerSecond: 0 });
});
