import { expect, test } from 'vitest';
import { Meter } from '../../../../src/collectors/router/igd/traffic.ts';
import { parseUptime } from '../../../../src/collectors/router/igd/uptime.ts';
import { Widening } from '../../../../src/collectors/router/igd/widening.ts';
import { Values } from '../../../../src/collectors/router/soap/values.ts';

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
  const widening = new Widening();
  const most = 1e9;
  expect([width - 100, 50, 80, width - 1, 7].map((count, index) => widening.widen(count, false, index === 3 ? width : most))).toEqual([
    width - 100,
    width + 50,
    width + 80,
    2 * width - 1,
    2 * width + 7,
  ]);
});

test('what fell because the box began anew, or by more than the line can carry, begins anew', () => {
  const reset = new Widening();
  expect([reset.widen(width - 100, false, 1e9), reset.widen(50, true, 1e9)]).toEqual([width - 100, 50]);
  const slow = new Widening();
  expect([slow.widen(1_000_000, false, 1e6), slow.widen(50, false, 1e6)]).toEqual([1_000_000, 50]);
  const wide = new Widening();
  expect([wide.widen(width + 5, false, 1e9), wide.widen(3, false, 1e9)]).toEqual([width + 5, 3]);
  expect(new Widening().widen(undefined, false, 1)).toBeUndefined();
});

const told = (values: Record<string, string>, line?: number) => ({ addon: new Values(Object.entries(values)), single: undefined, line });

test('totals of 64 bits come before those of 32', () => {
  const addon = told({ NewTotalBytesReceived: '5', NewX_AVM_DE_TotalBytesReceived64: '99999999999', NewByteReceiveRate: '1000' });
  expect(new Meter().read(addon, addon, 10)).toMatchObject({ received: 99_999_999_999, receivedPerSecond: 1000, sent: undefined });
});

test('a box that counts nothing and measures no rate says nothing', () => {
  const zeros = told({ NewTotalBytesReceived: '0', NewTotalBytesSent: '0', NewByteReceiveRate: '0', NewByteSendRate: '0' });
  const meter = new Meter();
  const nothing = { received: undefined, sent: undefined, receivedPerSecond: undefined, sentPerSecond: undefined };
  expect([meter.read(zeros, zeros, 1), meter.read(zeros, zeros, 31)]).toEqual([nothing, nothing]);
});

test('a box whose own rates stay at zero has the mean of its counter', async () => {
  const meter = new Meter();
  const count = (bytes: number) => told({ NewX_AVM_DE_TotalBytesReceived64: String(bytes), NewX_AVM_DE_TotalBytesSent64: '1', NewByteReceiveRate: '0', NewByteSendRate: '0' });
  expect(meter.read(count(1000), count(1000), 1).receivedPerSecond).toBeUndefined();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(meter.read(count(1_001_000), count(1_001_000), 2).receivedPerSecond).toBeGreaterThan(1000);
});
